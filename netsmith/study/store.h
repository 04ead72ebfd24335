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
  /// What computes the rewards to the bit: instruction set and kernel version. Empty: anything may.
  std::string engine = {};
  bool operator==(const StudySpec&) const = default;
};

/// A trial in the hands of a worker.
struct Claim {
  std::int64_t trial = 0;
  std::int64_t attempt = 0;  // 1, 2, …; only the newest one's result is taken
  space::Genome genome = {};
  std::string network = {};  // as in Trial
};

/// Who has a trial now.
struct Lease {
  std::int64_t trial = 0;
  std::int64_t attempt = 0;
  std::string worker = {};
  bool operator==(const Lease&) const = default;
};

/// Where studies live. One object is used by one thread at a time; several processes may hold the
/// same store. Every method throws StoreError naming the store when it cannot be reached, read or
/// written (locked, read-only, full disk, not a database), and StoreUnavailable when it may be
/// tried again.
///
/// Who works is kept as well. A running trial that is no duplicate can be claimed by a worker for a
/// while, its lease, which is renewed; when it lapses, anybody may claim the trial. Likewise one
/// search holds a study. Times are the store's own clock, and leases of more than kMaxLease from
/// now count as lapsed, so a clock that jumps costs an attempt at most.
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
  std::vector<Trial> Trials(const std::string& study) { return TrialsFrom(study, 0); }
  /// The trials from number `first` on; takes no longer when there are many before it.
  virtual std::vector<Trial> TrialsFrom(const std::string& study, std::int64_t first) = 0;
  /// Adds trials in one transaction. Their numbers must be the study's next ones, else a second
  /// search is writing and it is a StoreError. Trials that are finished already (duplicates) may be
  /// among them.
  virtual void AddTrials(const std::string& study, const std::vector<Trial>& trials) = 0;
  /// Ends a running trial: state, reward, reason, costs and curve in one transaction. StoreError
  /// when it is not running.
  virtual void FinishTrial(const std::string& study, std::int64_t number,
                           const Evaluation& evaluation) = 0;

  /// Claims up to `count` trials for `seconds`, the lowest numbers first.
  virtual std::vector<Claim> ClaimTrials(const std::string& study, const std::string& worker,
                                         int count, double seconds) = 0;
  /// Prolongs those of the leases that are still the newest attempt.
  virtual void RenewLeases(const std::string& study, const std::vector<Lease>& leases,
                           double seconds) = 0;
  /// Gives a trial back before its lease lapses; nothing happens when the attempt is not the
  /// newest.
  virtual void ReleaseLease(const std::string& study, const Lease& lease) = 0;
  /// The leases that have not lapsed, by number.
  virtual std::vector<Lease> Leases(const std::string& study) = 0;
  /// As FinishTrial, by the worker of an attempt. False, and nothing is written, when that is not
  /// the newest attempt, or the trial is finished.
  virtual bool DeliverTrial(const std::string& study, std::int64_t number, std::int64_t attempt,
                            const Evaluation& evaluation) = 0;

  /// Takes the study for `seconds`, or keeps it so much longer. Returns the other holder when there
  /// is one, and "" when it was taken.
  virtual std::string HoldStudy(const std::string& study, const std::string& holder,
                                double seconds) = 0;
  /// Ends a hold before it lapses; nothing happens when another has the study.
  virtual void LeaveStudy(const std::string& study, const std::string& holder) = 0;
  /// Who holds the study; "" for nobody.
  virtual std::string Holder(const std::string& study) = 0;

  /// Lets go of what need not be held between calls, such as a connection.
  virtual void Rest() {}

  /// A value kept with the study under a key of the caller's (final results, say): JSON text.
  virtual void SetAttribute(const std::string& study, const std::string& key,
                            const std::string& json) = 0;
  virtual std::optional<std::string> FindAttribute(const std::string& study,
                                                   const std::string& key) = 0;
};

/// The longest lease, in seconds.
inline constexpr double kMaxLease = 3600;

}  // namespace netsmith::study
