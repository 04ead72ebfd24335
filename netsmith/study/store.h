#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/study/trial.h"

namespace netsmith::study {

/// What defines a study. A resumed search must ask for the same, or is refused.
struct StudySpec {
  std::string name;
  std::string space_signature;  // SearchSpace::Signature
  std::vector<space::Decision> decisions;
  /// The search's options that decide its result, as one JSON object: strategy, seed, data, budget
  /// …
  std::string options_json = "{}";
  bool operator==(const StudySpec&) const = default;
};

/// Where studies live. One object is used by one thread at a time; several processes may hold the
/// same store. Every method throws StoreError naming the store when it cannot be reached, read or
/// written (locked, read-only, full disk, not a database).
///
/// Contract: tests/contract/store_test.cc.
class Store {
 public:
  virtual ~Store() = default;

  /// Names of the studies, in the order of their creation.
  virtual std::vector<std::string> StudyNames() = 0;
  /// The study of that name, if there is one.
  virtual std::optional<StudySpec> FindStudy(const std::string& name) = 0;
  /// Makes an empty study; StoreError when the name is taken.
  virtual void CreateStudy(const StudySpec& spec) = 0;
  /// All trials of a study by number. Finished ones never change again.
  virtual std::vector<Trial> Trials(const std::string& study) = 0;
  /// Adds trials in one transaction. Their numbers must be the study's next ones, else a second
  /// search is writing and it is a StoreError. Trials that are finished already (duplicates) may be
  /// among them.
  virtual void AddTrials(const std::string& study, const std::vector<Trial>& trials) = 0;
  /// Ends a running trial: state, reward, reason, costs and curve in one transaction. StoreError
  /// when it is not running.
  virtual void FinishTrial(const std::string& study, std::int64_t number,
                           const Evaluation& evaluation) = 0;
  /// A value kept with the study under a key of the caller's (final results, say): JSON text.
  virtual void SetAttribute(const std::string& study, const std::string& key,
                            const std::string& json) = 0;
  virtual std::optional<std::string> FindAttribute(const std::string& study,
                                                   const std::string& key) = 0;
};

}  // namespace netsmith::study
