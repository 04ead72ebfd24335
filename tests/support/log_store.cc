#include "tests/support/log_store.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"

namespace netsmith::testing {
namespace {

using nlohmann::json;
using study::Evaluation;
using study::StudySpec;
using study::Trial;

json ToJson(const Evaluation& e) {
  return {static_cast<int>(e.state),
          e.reward,
          e.reason,
          e.params,
          e.macs,
          e.latency_us,
          e.curve,
          e.seconds,
          e.loss.value_or(-1)};
}

Evaluation EvaluationFrom(const json& j) {
  const double loss = j[8];
  return {static_cast<study::TrialState>(j[0].get<int>()), j[1], j[2], j[3], j[4], j[5], j[6], j[7],
          loss < 0 ? std::nullopt : std::optional(loss)};
}

json ToJson(const Trial& t) {
  json rungs = json::array();
  for (const study::Rung& rung : t.rungs) rungs.push_back({rung.step, rung.least});
  return {t.number,
          t.genome,
          t.network,
          t.graph_hash,
          t.duplicate_of.value_or(-1),
          t.forced_uniform,
          static_cast<int>(t.state),
          ToJson(t.evaluation),
          rungs};
}

Trial TrialFrom(const json& j) {
  Trial trial;
  trial.number = j[0];
  trial.genome = j[1].get<space::Genome>();
  trial.network = j[2];
  trial.graph_hash = j[3];
  if (j[4] >= 0) trial.duplicate_of = j[4].get<std::int64_t>();
  trial.forced_uniform = j[5];
  trial.state = static_cast<study::TrialState>(j[6].get<int>());
  trial.evaluation = EvaluationFrom(j[7]);
  for (const json& rung : j[8]) trial.rungs.push_back({rung[0], rung[1]});
  return trial;
}

json ToJson(const StudySpec& spec) {
  json decisions = json::array();
  for (const auto& decision : spec.decisions)
    decisions.push_back({decision.name, decision.options});
  return {spec.name, spec.space_signature, spec.options_json, decisions,
          study::ToString(spec.objectives)};
}

StudySpec SpecFrom(const json& j) {
  StudySpec spec{.name = j[0], .space_signature = j[1], .decisions = {}, .options_json = j[2]};
  for (const auto& decision : j[3]) {
    spec.decisions.push_back({decision[0], decision[1].get<std::vector<std::int64_t>>()});
  }
  spec.objectives = *study::ParseObjectives(j[4].get<std::string>());
  return spec;
}

}  // namespace

LogStore::LogStore(std::filesystem::path path) : path_(std::move(path)) {
  std::stringstream content;
  content << std::ifstream(path_).rdbuf();
  const std::string text = content.str();
  const std::size_t end = text.rfind('\n') + 1;  // 0 when there is none
  if (end < text.size()) std::filesystem::resize_file(path_, end);
  std::istringstream lines(text.substr(0, end));
  for (std::string line; std::getline(lines, line);) {
    const json record = json::parse(line);
    if (record.contains("create")) {
      spec_ = SpecFrom(record["create"]);
    } else if (record.contains("add")) {
      for (const json& trial : record["add"]) trials_.push_back(TrialFrom(trial));
    } else {
      Trial& trial = trials_.at(record["finish"].get<std::size_t>());
      trial.evaluation = EvaluationFrom(record["evaluation"]);
      trial.state = trial.evaluation.state;
    }
  }
}

std::vector<std::string> LogStore::StudyNames() {
  if (!spec_) return {};
  return {spec_->name};
}

std::optional<StudySpec> LogStore::FindStudy(const std::string& name) {
  if (spec_ && spec_->name == name) return spec_;
  return std::nullopt;
}

void LogStore::CreateStudy(const StudySpec& spec) {
  if (spec_) throw base::StoreError("log store: holds a study already");
  Commit(json{{"create", ToJson(spec)}}.dump());
  spec_ = spec;
}

std::vector<Trial> LogStore::TrialsFrom(const std::string&, std::int64_t first) {
  return {trials_.begin() + std::min(first, std::ssize(trials_)), trials_.end()};
}

void LogStore::AddTrials(const std::string&, const std::vector<Trial>& trials) {
  json record{{"add", json::array()}};
  auto number = static_cast<std::int64_t>(trials_.size());
  for (const Trial& trial : trials) {
    if (trial.number != number++) throw base::StoreError("log store: not the next trial number");
    record["add"].push_back(ToJson(trial));
  }
  Commit(record.dump());
  trials_.insert(trials_.end(), trials.begin(), trials.end());
}

void LogStore::FinishTrial(const std::string&, std::int64_t number, const Evaluation& evaluation) {
  Trial& trial = trials_.at(static_cast<std::size_t>(number));
  if (trial.state != study::TrialState::kRunning) {
    throw base::StoreError("log store: trial " + std::to_string(number) + " is not running");
  }
  Commit(json{{"finish", number}, {"evaluation", ToJson(evaluation)}}.dump());
  trial.state = evaluation.state;
  trial.evaluation = evaluation;
}

std::vector<study::Claim> LogStore::ClaimTrials(const std::string&, const std::string& worker,
                                                int count, double seconds) {
  std::vector<study::Claim> claims;
  for (const Trial& trial : trials_) {
    if (std::ssize(claims) >= count) break;
    if (trial.state != study::TrialState::kRunning || trial.duplicate_of) continue;
    const auto attempt = leases_.Take(trial.number, worker, seconds);
    if (attempt)
      claims.push_back({trial.number, *attempt, trial.genome, trial.network, trial.rungs});
  }
  return claims;
}

void LogStore::RenewLeases(const std::string&, const std::vector<study::Lease>& leases,
                           double seconds) {
  leases_.Renew(leases, seconds);
}

void LogStore::ReleaseLease(const std::string&, const study::Lease& lease) {
  leases_.Release(lease);
}

std::vector<study::Lease> LogStore::Leases(const std::string&) {
  std::vector<study::Lease> leases = leases_.Live();
  std::erase_if(leases, [&](const study::Lease& lease) {
    return trials_[static_cast<std::size_t>(lease.trial)].state != study::TrialState::kRunning;
  });
  return leases;
}

bool LogStore::DeliverTrial(const std::string& study, std::int64_t number, std::int64_t attempt,
                            const Evaluation& evaluation) {
  const bool taken =
      leases_.IsNewest(number, attempt) && trials_.at(number).state == study::TrialState::kRunning;
  if (taken) FinishTrial(study, number, evaluation);
  return taken;
}

std::string LogStore::HoldStudy(const std::string&, const std::string& holder, double seconds) {
  return leases_.Hold(holder, seconds);
}

void LogStore::LeaveStudy(const std::string&, const std::string& holder) { leases_.Leave(holder); }

std::string LogStore::Holder(const std::string&) { return leases_.Holder(); }

void LogStore::SetAttribute(const std::string&, const std::string&, const std::string&) {
  throw base::StoreError("log store: keeps no attributes");
}

std::optional<std::string> LogStore::FindAttribute(const std::string&, const std::string&) {
  return std::nullopt;
}

void LogStore::Commit(const std::string& line) {
  if (writes_left_ && (*writes_left_)-- <= 0) throw base::StoreError("log store: disk full");
  ++num_writes_;
  if (path_.empty()) return;
  std::ofstream file(path_, std::ios::app);
  file << line << std::endl;
  if (!file) throw base::StoreError("log store: cannot write " + path_.string());
}

}  // namespace netsmith::testing
