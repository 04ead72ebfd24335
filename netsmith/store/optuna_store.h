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
  void Rest() override { database_->Rest(); }

 private:
  struct StudyRow;

  std::optional<StudyRow> FindRow(const std::string& name);
  StudyRow RequireRow(const std::string& name);
  std::int64_t RequireId(const std::string& name);
  std::int64_t NextNumber(std::int64_t study_id);

  std::unique_ptr<Database> database_;
};

}  // namespace netsmith::store
