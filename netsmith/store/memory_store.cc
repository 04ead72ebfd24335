#include "netsmith/store/memory_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/store/validate.h"

namespace netsmith::store {
namespace {

[[noreturn]] void Fail(const std::string& what) {
  throw base::StoreError("store in memory: " + what);
}

}  // namespace

std::vector<std::string> MemoryStore::StudyNames() {
  std::vector<std::string> names;
  for (const Study& study : studies_) names.push_back(study.spec.name);
  return names;
}

std::optional<study::StudySpec> MemoryStore::FindStudy(const std::string& name) {
  const Study* study = Find(name);
  return study == nullptr ? std::nullopt : std::optional(study->spec);
}

void MemoryStore::CreateStudy(const study::StudySpec& spec) {
  CheckSpec(spec);
  if (Find(spec.name) != nullptr) Fail(fmt::format("study '{}' exists already", spec.name));
  studies_.push_back({.spec = spec, .trials = {}, .attributes = {}, .leases = {}});
}

std::vector<study::Trial> MemoryStore::TrialsFrom(const std::string& study, std::int64_t first) {
  const std::vector<study::Trial>& trials = Require(study).trials;
  return {trials.begin() + std::min(first, std::ssize(trials)), trials.end()};
}

void MemoryStore::AddTrials(const std::string& study, const std::vector<study::Trial>& trials) {
  Study& held = Require(study);
  std::vector<study::Trial> added = trials;
  for (std::size_t i = 0; i < added.size(); ++i) {
    CheckTrial(held.spec, added[i]);
    const auto next = static_cast<std::int64_t>(held.trials.size() + i);
    if (added[i].number != next) {
      Fail(fmt::format("study '{}': trial {} does not follow, the next one is {}", study,
                       added[i].number, next));
    }
    if (added[i].state == study::TrialState::kRunning) added[i].evaluation = {};
  }
  held.trials.insert(held.trials.end(), added.begin(), added.end());
}

void MemoryStore::FinishTrial(const std::string& study, std::int64_t number,
                              const study::Evaluation& evaluation) {
  CheckEvaluation(number, evaluation);
  std::vector<study::Trial>& trials = Require(study).trials;
  if (number < 0 || number >= static_cast<std::int64_t>(trials.size())) {
    Fail(fmt::format("study '{}' has no trial {}", study, number));
  }
  study::Trial& trial = trials[number];
  if (trial.state != study::TrialState::kRunning) {
    Fail(fmt::format("study '{}': trial {} is {}, expected running", study, number,
                     ToString(trial.state)));
  }
  trial.state = evaluation.state;
  trial.evaluation = evaluation;
}

std::vector<study::Claim> MemoryStore::ClaimTrials(const std::string& study,
                                                   const std::string& worker, int count,
                                                   double seconds) {
  Study& held = Require(study);
  std::vector<study::Claim> claims;
  for (const study::Trial& trial : held.trials) {
    if (std::ssize(claims) >= count) break;
    if (trial.state != study::TrialState::kRunning || trial.duplicate_of) continue;
    const auto attempt = held.leases.Take(trial.number, worker, seconds);
    if (attempt)
      claims.push_back({trial.number, *attempt, trial.genome, trial.network, trial.rungs});
  }
  return claims;
}

void MemoryStore::RenewLeases(const std::string& study, const std::vector<study::Lease>& leases,
                              double seconds) {
  Require(study).leases.Renew(leases, seconds);
}

void MemoryStore::ReleaseLease(const std::string& study, const study::Lease& lease) {
  Require(study).leases.Release(lease);
}

std::vector<study::Lease> MemoryStore::Leases(const std::string& study) {
  std::vector<study::Lease> leases = Require(study).leases.Live();
  std::erase_if(leases, [&](const study::Lease& lease) {
    return Require(study).trials[lease.trial].state != study::TrialState::kRunning;
  });
  return leases;
}

bool MemoryStore::DeliverTrial(const std::string& study, std::int64_t number, std::int64_t attempt,
                               const study::Evaluation& evaluation) {
  CheckEvaluation(number, evaluation);
  Study& held = Require(study);
  if (!held.leases.IsNewest(number, attempt)) return false;
  if (held.trials.at(number).state != study::TrialState::kRunning) return false;
  FinishTrial(study, number, evaluation);
  return true;
}

std::string MemoryStore::HoldStudy(const std::string& study, const std::string& holder,
                                   double seconds) {
  return Require(study).leases.Hold(holder, seconds);
}

void MemoryStore::LeaveStudy(const std::string& study, const std::string& holder) {
  Require(study).leases.Leave(holder);
}

std::string MemoryStore::Holder(const std::string& study) { return Require(study).leases.Holder(); }

void MemoryStore::SetAttribute(const std::string& study, const std::string& key,
                               const std::string& json) {
  CheckJson(key, json);
  Require(study).attributes[key] = json;
}

std::optional<std::string> MemoryStore::FindAttribute(const std::string& study,
                                                      const std::string& key) {
  const auto& attributes = Require(study).attributes;
  const auto found = attributes.find(key);
  return found == attributes.end() ? std::nullopt : std::optional(found->second);
}

MemoryStore::Study* MemoryStore::Find(const std::string& name) {
  const auto found = std::find_if(studies_.begin(), studies_.end(),
                                  [&name](const Study& study) { return study.spec.name == name; });
  return found == studies_.end() ? nullptr : &*found;
}

MemoryStore::Study& MemoryStore::Require(const std::string& name) {
  Study* study = Find(name);
  if (study == nullptr) Fail(fmt::format("there is no study '{}'", name));
  return *study;
}

}  // namespace netsmith::store
