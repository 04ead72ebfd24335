#include "netsmith/store/leases.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/store/database.h"
#include "netsmith/store/soci.h"

namespace netsmith::store {

using soci::into;
using soci::use;

void LeaseTable::Open(std::int64_t trial_id, std::int64_t number) {
  database_.Run(
      "INSERT INTO netsmith_leases (trial_id, study_id, number, attempt, worker, lease_end)"
      " VALUES (:trial, :study, :number, 0, '', 0)",
      use(trial_id), use(study_id_), use(number));
}

std::vector<study::Claim> LeaseTable::Take(const std::string& worker, int count, double seconds) {
  static constexpr const char* kFree =
      "SELECT number, attempt FROM netsmith_leases"
      " WHERE study_id = :study AND (lease_end <= :now OR lease_end > :latest)"
      " ORDER BY number LIMIT :count";
  const double now = database_.Now();
  const double latest = now + study::kMaxLease;
  std::vector<study::Claim> claims;
  study::Claim claim;
  database_.ForEachRow(
      database_.Locking(kFree, /*skip=*/true), [&] { claims.push_back(claim); }, use(study_id_),
      use(now), use(latest), use(count), into(claim.trial), into(claim.attempt));
  const double end = now + seconds;
  for (study::Claim& taken : claims) {
    ++taken.attempt;
    database_.Run(
        "UPDATE netsmith_leases SET attempt = :attempt, worker = :worker, lease_end = :end"
        " WHERE study_id = :study AND number = :number",
        use(taken.attempt), use(worker), use(end), use(study_id_), use(taken.trial));
  }
  return claims;
}

void LeaseTable::Renew(const std::vector<study::Lease>& leases, double seconds) {
  const double end = database_.Now() + seconds;
  for (const study::Lease& lease : leases) {
    database_.Run(
        "UPDATE netsmith_leases SET lease_end = :end"
        " WHERE study_id = :study AND number = :number AND attempt = :attempt",
        use(end), use(study_id_), use(lease.trial), use(lease.attempt));
  }
}

void LeaseTable::Release(const study::Lease& lease) {
  database_.Run(
      "UPDATE netsmith_leases SET lease_end = 0"
      " WHERE study_id = :study AND number = :number AND attempt = :attempt",
      use(study_id_), use(lease.trial), use(lease.attempt));
}

std::vector<study::Lease> LeaseTable::Live() {
  const double now = database_.Now();
  const double latest = now + study::kMaxLease;
  std::vector<study::Lease> live;
  study::Lease lease;
  database_.ForEachRow(
      "SELECT number, attempt, worker FROM netsmith_leases"
      " WHERE study_id = :study AND lease_end > :now AND lease_end <= :latest ORDER BY number",
      [&] { live.push_back(lease); }, use(study_id_), use(now), use(latest), into(lease.trial),
      into(lease.attempt), into(lease.worker));
  return live;
}

std::optional<std::int64_t> LeaseTable::Close(std::int64_t number, std::int64_t attempt) {
  static constexpr const char* kNewest =
      "SELECT trial_id, worker FROM netsmith_leases"
      " WHERE study_id = :study AND number = :number AND attempt = :attempt";
  std::int64_t trial_id = 0;
  std::string worker;
  if (!database_.Run(database_.Locking(kNewest, /*skip=*/false), use(study_id_), use(number),
                     use(attempt), into(trial_id), into(worker))) {
    return std::nullopt;
  }
  database_.Run("DELETE FROM netsmith_leases WHERE trial_id = :trial", use(trial_id));
  database_.Run(
      "UPDATE netsmith_trials SET attempt = :attempt, worker = :worker WHERE trial_id = :trial",
      use(attempt), use(worker), use(trial_id));
  return trial_id;
}

std::string LeaseTable::Hold(const std::string& holder, double seconds) {
  std::string other = Holder();
  if (!other.empty() && other != holder) return other;
  const double end = database_.Now() + seconds;
  database_.Run(
      "INSERT INTO netsmith_holds (study_id, holder, hold_end) VALUES (:study, :holder, :end)"
      " ON CONFLICT (study_id) DO UPDATE SET holder = excluded.holder, hold_end = "
      "excluded.hold_end",
      use(study_id_), use(holder), use(end));
  return "";
}

void LeaseTable::Leave(const std::string& holder) {
  database_.Run("DELETE FROM netsmith_holds WHERE study_id = :study AND holder = :holder",
                use(study_id_), use(holder));
}

std::string LeaseTable::Holder() {
  const double now = database_.Now();
  const double latest = now + study::kMaxLease;
  std::string holder;
  const bool held = database_.Run(
      "SELECT holder FROM netsmith_holds"
      " WHERE study_id = :study AND hold_end > :now AND hold_end <= :latest",
      use(study_id_), use(now), use(latest), into(holder));
  return held ? holder : "";
}

}  // namespace netsmith::store
