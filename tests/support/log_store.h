#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/store/lease_book.h"
#include "netsmith/study/store.h"
#include "netsmith/study/trial.h"

namespace netsmith::testing {

/// One study in memory, and, where a path is given, as an append-only file of JSON lines: a line a
/// transaction, so that a process may be killed at any moment.
class LogStore : public study::Store {
 public:
  LogStore() = default;
  /// Reads what is there; a last line without its end was never committed.
  explicit LogStore(std::filesystem::path path);

  std::vector<std::string> StudyNames() override;
  std::optional<study::StudySpec> FindStudy(const std::string& name) override;
  void CreateStudy(const study::StudySpec& spec) override;
  std::vector<study::Trial> TrialsFrom(const std::string& study, std::int64_t first) override;
  void AddTrials(const std::string& study, const std::vector<study::Trial>& trials) override;
  void FinishTrial(const std::string& study, std::int64_t number,
                   const study::Evaluation& evaluation) override;
  std::vector<study::Claim> ClaimTrials(const std::string& study, const std::string& worker,
                                        int count, double seconds) override;
  void RenewLeases(const std::string& study, const std::vector<study::Lease>& leases,
                   double seconds) override;
  void ReleaseLease(const std::string& study, const study::Lease& lease) override;
  std::vector<study::Lease> Leases(const std::string& study) override;
  bool DeliverTrial(const std::string& study, std::int64_t number, std::int64_t attempt,
                    const study::Evaluation& evaluation) override;
  std::string HoldStudy(const std::string& study, const std::string& holder,
                        double seconds) override;
  void LeaveStudy(const std::string& study, const std::string& holder) override;
  std::string Holder(const std::string& study) override;
  void SetAttribute(const std::string& study, const std::string& key,
                    const std::string& json) override;
  std::optional<std::string> FindAttribute(const std::string& study,
                                           const std::string& key) override;

  /// The trials as given, for tests that set a study up or spoil it.
  std::vector<study::Trial>& trials() { return trials_; }
  int num_writes() const { return num_writes_; }
  /// From now on the given number of writes succeed; the next is a StoreError.
  void FailAfter(int writes) { writes_left_ = writes; }

 private:
  void Commit(const std::string& line);

  std::filesystem::path path_;
  std::optional<study::StudySpec> spec_;
  std::vector<study::Trial> trials_;
  store::LeaseBook leases_;  // of this process alone: what it leased is free when it has ended
  int num_writes_ = 0;
  std::optional<int> writes_left_;
};

}  // namespace netsmith::testing
