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
  studies_.push_back({.spec = spec, .trials = {}, .attributes = {}});
}

std::vector<study::Trial> MemoryStore::Trials(const std::string& study) {
  return Require(study).trials;
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
