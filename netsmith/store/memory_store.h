#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/store/lease_book.h"
#include "netsmith/study/store.h"

namespace netsmith::store {

/// Studies that end with the program: for tests, and for searches that nobody resumes.
class MemoryStore : public study::Store {
 public:
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

 private:
  struct Study {
    study::StudySpec spec;
    std::vector<study::Trial> trials;
    std::map<std::string, std::string> attributes;
    LeaseBook leases;
  };

  Study* Find(const std::string& name);
  Study& Require(const std::string& name);

  std::vector<Study> studies_;
};

}  // namespace netsmith::store
