#include "netsmith/store/lease_book.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace netsmith::store {

std::optional<std::int64_t> LeaseBook::Take(std::int64_t trial, const std::string& worker,
                                            double seconds) {
  Row& row = rows_[trial];
  if (row.end > Clock::now()) return std::nullopt;
  row = {.attempt = row.attempt + 1, .worker = worker, .end = After(seconds)};
  return row.attempt;
}

bool LeaseBook::IsNewest(std::int64_t trial, std::int64_t attempt) const {
  const auto found = rows_.find(trial);
  return found != rows_.end() && found->second.attempt == attempt;
}

void LeaseBook::Renew(const std::vector<study::Lease>& leases, double seconds) {
  for (const study::Lease& lease : leases) {
    if (IsNewest(lease.trial, lease.attempt)) rows_[lease.trial].end = After(seconds);
  }
}

void LeaseBook::Release(const study::Lease& lease) {
  if (IsNewest(lease.trial, lease.attempt)) rows_[lease.trial].end = {};
}

std::vector<study::Lease> LeaseBook::Live() const {
  std::vector<study::Lease> live;
  for (const auto& [trial, row] : rows_) {
    if (row.end > Clock::now()) live.push_back({trial, row.attempt, row.worker});
  }
  return live;
}

std::string LeaseBook::Hold(const std::string& holder, double seconds) {
  const std::string other = Holder();
  if (!other.empty() && other != holder) return other;
  holder_ = holder;
  hold_end_ = After(seconds);
  return "";
}

void LeaseBook::Leave(const std::string& holder) {
  if (holder_ == holder) hold_end_ = {};
}

std::string LeaseBook::Holder() const { return hold_end_ > Clock::now() ? holder_ : ""; }

LeaseBook::Clock::time_point LeaseBook::After(double seconds) {
  return Clock::now() +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

}  // namespace netsmith::store
