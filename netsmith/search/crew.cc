#include "netsmith/search/crew.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"

namespace netsmith::search {

Crew::Crew(CrewOptions options, WorkerPool& pool, study::Store& store)
    : options_(std::move(options)), pool_(pool), store_(store) {}

Crew::~Crew() {
  try {
    for (const auto& [trial, attempt] : attempts_) {
      store_.ReleaseLease(options_.study, {trial, attempt, options_.name});
    }
  } catch (const std::exception&) {
    // The leases lapse by themselves.
  }
}

bool Crew::Exchange(std::int64_t max_claims) {
  Collect();
  const bool delivered = Deliver();
  Renew();
  return Claim(max_claims) || delivered;
}

void Crew::Wait(std::chrono::milliseconds most) {
  if (auto finished = pool_.Next(most)) undelivered_.push_back(*std::move(finished));
}

void Crew::Finish() {
  while (auto finished = pool_.Next()) undelivered_.push_back(*std::move(finished));
  Deliver();
}

std::vector<FinishedJob> Crew::TakeDelivered() { return std::exchange(delivered_, {}); }

void Crew::Collect() {
  while (auto finished = pool_.Next(std::chrono::milliseconds(0))) {
    undelivered_.push_back(*std::move(finished));
  }
}

bool Crew::Deliver() {
  const bool any = !undelivered_.empty();
  while (!undelivered_.empty()) {
    FinishedJob& job = undelivered_.front();
    const bool taken =
        store_.DeliverTrial(options_.study, job.trial, attempts_.at(job.trial), job.evaluation);
    attempts_.erase(job.trial);
    if (taken) delivered_.push_back(std::move(job));
    undelivered_.pop_front();
  }
  return any;
}

void Crew::Renew() {
  const std::chrono::duration<double> since = Clock::now() - renewed_;
  if (attempts_.empty() || since.count() < options_.lease_seconds / 4) return;
  std::vector<study::Lease> leases;
  for (const auto& [trial, attempt] : attempts_) leases.push_back({trial, attempt, options_.name});
  store_.RenewLeases(options_.study, leases, options_.lease_seconds);
  renewed_ = Clock::now();
}

bool Crew::Claim(std::int64_t max_claims) {
  const std::int64_t idle = pool_.num_workers() - num_held();
  const auto count = static_cast<int>(std::min(idle, max_claims));
  if (count <= 0) return false;
  if (attempts_.empty()) renewed_ = Clock::now();
  std::vector<study::Job> jobs;
  for (study::Claim& claim :
       store_.ClaimTrials(options_.study, options_.name, count, options_.lease_seconds)) {
    // Another attempt at what this crew has not delivered yet: the newer one counts.
    const bool is_held = !attempts_.insert_or_assign(claim.trial, claim.attempt).second;
    if (is_held) continue;
    jobs.push_back({.trial = claim.trial,
                    .genome = std::move(claim.genome),
                    .network = std::move(claim.network)});
  }
  const bool any = !jobs.empty();
  pool_.Submit(std::move(jobs));
  return any;
}

}  // namespace netsmith::search
