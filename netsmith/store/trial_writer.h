#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/study/objective.h"
#include "netsmith/study/store.h"
#include "netsmith/study/trial.h"

namespace netsmith::store {

class Database;

/// Writes trials of one study; the caller holds the transaction.
class TrialWriter {
 public:
  /// `spec` must outlive the writer.
  TrialWriter(Database& database, std::int64_t study_id, const study::StudySpec& spec);

  /// Adds a trial that was checked (validate.h), running or finished.
  void Insert(const study::Trial& trial);

 private:
  std::int64_t InsertRow(const study::Trial& trial);
  void InsertParams(std::int64_t trial_id, const space::Genome& genome);

  Database& database_;
  const std::int64_t study_id_;
  const study::StudySpec& spec_;
  std::vector<std::string> distributions_;  // one a decision
};

/// Turns a running trial's rows into a finished one's.
void FinishRow(Database& database, std::int64_t trial_id, const study::Evaluation& evaluation,
               const std::vector<study::Objective>& objectives);

}  // namespace netsmith::store
