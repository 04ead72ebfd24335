#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/store/database.h"
#include "netsmith/study/store.h"

namespace netsmith::store {

/// Studies in Optuna's tables, with tables of our own beside them, over any SQL engine. Each method
/// is one transaction. docs/store.md says what is kept where.
class OptunaStore final : public study::Store {
 public:
  /// `database` holds the newest schema (EnsureSchema).
  explicit OptunaStore(std::unique_ptr<Database> database);

  std::vector<std::string> StudyNames() override;
  std::optional<study::StudySpec> FindStudy(const std::string& name) override;
  void CreateStudy(const study::StudySpec& spec) override;
  std::vector<study::Trial> Trials(const std::string& study) override;
  void AddTrials(const std::string& study, const std::vector<study::Trial>& trials) override;
  void FinishTrial(const std::string& study, std::int64_t number,
                   const study::Evaluation& evaluation) override;
  void SetAttribute(const std::string& study, const std::string& key,
                    const std::string& json) override;
  std::optional<std::string> FindAttribute(const std::string& study,
                                           const std::string& key) override;

 private:
  struct StudyRow;

  std::optional<StudyRow> FindRow(const std::string& name);
  StudyRow RequireRow(const std::string& name);
  std::int64_t NextNumber(std::int64_t study_id);

  std::unique_ptr<Database> database_;
};

}  // namespace netsmith::store
