#include "netsmith/store/trial_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "netsmith/store/database.h"
#include "netsmith/store/optuna_format.h"
#include "netsmith/store/soci.h"

namespace netsmith::store {
namespace {

using soci::into;
using soci::use;
using study::Trial;
using study::TrialState;

/// Reads table after table and puts each row into its trial.
class TrialReader {
 public:
  TrialReader(Database& database, std::int64_t study_id,
              const std::vector<space::Decision>& decisions, const TrialRange& range)
      : database_(database), study_id_(study_id), decisions_(decisions), range_(range) {
    for (std::size_t i = 0; i < decisions.size(); ++i) decision_of_[decisions[i].name] = i;
  }

  std::vector<Trial> Read() &&;

 private:
  bool is_single() const { return range_.first == range_.last; }
  void CheckForForeignTrials();
  void ReadRows();
  void ReadValues();
  void ReadParams();
  void ReadAttributes();
  void ReadCurves();
  /// Rows x of one of Optuna's tables that belong to the trials. `more` follows the condition.
  template <typename OnRow, typename... Bindings>
  void ForEachRow(const std::string& columns, const std::string& table, const std::string& more,
                  OnRow on_row, const Bindings&... bindings);
  void SetState(Trial& trial, const std::string& word);
  void SetParam(Trial& trial, const std::string& name, double value);
  void SetAttribute(Trial& trial, const std::string& key, const std::string& json);
  [[noreturn]] void Fail(const Trial& trial, const std::string& what) const {
    database_.Fail(fmt::format("trial {}: {}", trial.number, what));
  }

  Database& database_;
  const std::int64_t study_id_;
  const std::vector<space::Decision>& decisions_;
  const TrialRange range_;
  std::unordered_map<std::string, std::size_t> decision_of_;  // name -> index
  std::vector<Trial> trials_;
  std::unordered_map<std::int64_t, std::size_t> trial_of_;  // trial_id -> index
};

std::vector<Trial> TrialReader::Read() && {
  if (range_.first == 0) CheckForForeignTrials();
  ReadRows();
  ReadValues();
  ReadParams();
  ReadAttributes();
  ReadCurves();
  for (Trial& trial : trials_) {
    const bool whole =
        std::find(trial.genome.begin(), trial.genome.end(), -1) == trial.genome.end();
    if (!whole) Fail(trial, "lacks parameters of the study's decisions");
    if (trial.state != TrialState::kRunning) trial.evaluation.state = trial.state;
  }
  std::sort(trials_.begin(), trials_.end(),
            [](const Trial& a, const Trial& b) { return a.number < b.number; });
  return std::move(trials_);
}

// The rows of a single trial, which each claim reads, are found by its id, without a join.
template <typename OnRow, typename... Bindings>
void TrialReader::ForEachRow(const std::string& columns, const std::string& table,
                             const std::string& more, OnRow on_row, const Bindings&... bindings) {
  if (trials_.empty()) return;
  if (is_single()) {
    const std::int64_t trial_id = trial_of_.begin()->first;
    database_.ForEachRow(
        "SELECT " + columns + " FROM " + table + " x WHERE x.trial_id = :trial" + more, on_row,
        use(trial_id), bindings...);
  } else {
    database_.ForEachRow("SELECT " + columns + " FROM netsmith_trials n JOIN " + table +
                             " x ON x.trial_id = n.trial_id WHERE n.study_id = :study"
                             " AND n.number >= :first AND n.number <= :last" +
                             more,
                         on_row, use(study_id_), use(range_.first), use(range_.last), bindings...);
  }
}

void TrialReader::CheckForForeignTrials() {
  Trial trial;
  const bool found = database_.Run(
      "SELECT t.number FROM trials t LEFT JOIN netsmith_trials n ON n.trial_id = t.trial_id"
      " WHERE t.study_id = :study AND n.trial_id IS NULL ORDER BY t.number LIMIT 1",
      use(study_id_), into(trial.number));
  if (found) Fail(trial, "was added by another program");
}

void TrialReader::ReadRows() {
  std::int64_t trial_id = 0, number = 0;
  int forced_uniform = 0;
  double seconds = 0;
  std::string state, hash;
  soci::indicator has_seconds;
  const auto on_row = [&] {
    Trial trial;
    trial.number = number;
    trial.genome.assign(decisions_.size(), -1);
    trial.graph_hash = hash;
    trial.forced_uniform = forced_uniform != 0;
    if (has_seconds == soci::i_ok) trial.evaluation.seconds = seconds;
    SetState(trial, state);
    trial_of_[trial_id] = trials_.size();
    trials_.push_back(std::move(trial));
  };
  const std::string select =
      "SELECT n.trial_id, n.number, t.state, n.graph_hash, n.forced_uniform, n.seconds"
      " FROM netsmith_trials n JOIN trials t ON t.trial_id = n.trial_id WHERE n.study_id = :study";
  const auto read = [&](const std::string& of_numbers, const auto&... numbers) {
    database_.ForEachRow(select + of_numbers, on_row, use(study_id_), numbers..., into(trial_id),
                         into(number), into(state), into(hash), into(forced_uniform),
                         into(seconds, has_seconds));
  };
  if (is_single()) {
    read(" AND n.number = :number", use(range_.first));
  } else {
    read(" AND n.number >= :first AND n.number <= :last", use(range_.first), use(range_.last));
  }
}

void TrialReader::SetState(Trial& trial, const std::string& word) {
  if (word == "RUNNING") {
    trial.state = TrialState::kRunning;
  } else if (word == "COMPLETE") {
    trial.state = TrialState::kComplete;
  } else if (word == "PRUNED") {
    trial.state = TrialState::kPruned;
  } else if (word == "FAIL") {
    trial.state = TrialState::kFailed;  // the attribute 'outcome' says more
  } else {
    Fail(trial, fmt::format("is {}, expected RUNNING, COMPLETE, PRUNED or FAIL", word));
  }
}

void TrialReader::ReadValues() {
  std::int64_t trial_id = 0;
  double value = 0;
  soci::indicator finite;
  const auto on_row = [&] {
    Trial& trial = trials_[trial_of_.at(trial_id)];
    if (finite == soci::i_null) Fail(trial, "its value is infinite, expected a finite one");
    trial.evaluation.reward = value;
  };
  ForEachRow("x.trial_id, x.value", "trial_values", " AND x.objective = 0", on_row, into(trial_id),
             into(value, finite));
}

void TrialReader::ReadParams() {
  std::int64_t trial_id = 0;
  std::string name;
  double value = 0;
  ForEachRow(
      "x.trial_id, x.param_name, x.param_value", "trial_params", "",
      [&] { SetParam(trials_[trial_of_.at(trial_id)], name, value); }, into(trial_id), into(name),
      into(value));
}

void TrialReader::SetParam(Trial& trial, const std::string& name, double value) {
  const auto found = decision_of_.find(name);
  if (found == decision_of_.end()) {
    Fail(trial, fmt::format("has a parameter '{}', which is none of the study's decisions", name));
  }
  const std::optional<int> option = OptionOf(decisions_[found->second], value);
  if (!option) Fail(trial, fmt::format("parameter '{}': {} is none of its options", name, value));
  trial.genome[found->second] = *option;
}

void TrialReader::ReadAttributes() {
  std::int64_t trial_id = 0;
  std::string key, json;
  const auto on_row = [&] {
    Trial& trial = trials_[trial_of_.at(trial_id)];
    try {
      SetAttribute(trial, key, json);
    } catch (const nlohmann::json::exception&) {
      Fail(trial, fmt::format("attribute '{}' is not what netsmith writes: {}", key, json));
    }
  };
  ForEachRow("x.trial_id, x.\"key\", x.value_json", "trial_user_attributes", "", on_row,
             into(trial_id), into(key), into(json));
}

void TrialReader::SetAttribute(Trial& trial, const std::string& key, const std::string& json) {
  const auto text = [&] { return nlohmann::json::parse(json).get<std::string>(); };
  const auto number = [&] { return nlohmann::json::parse(json).get<std::int64_t>(); };
  if (key == "network") {
    trial.network = text();
  } else if (key == "duplicate_of") {
    trial.duplicate_of = number();
  } else if (key == "rungs") {
    trial.rungs = ParseRungs(json);
  } else if (key == "reason") {
    trial.evaluation.reason = text();
  } else if (key == "params") {
    trial.evaluation.params = number();
  } else if (key == "latency_us") {
    trial.evaluation.latency_us = nlohmann::json::parse(json).get<double>();
  } else if (key == "loss") {
    trial.evaluation.loss = nlohmann::json::parse(json).get<double>();
  } else if (key == "macs") {
    trial.evaluation.macs = number();
  } else if (key == "outcome") {
    const std::optional<TrialState> outcome = ParseOutcome(text());
    if (!outcome) Fail(trial, fmt::format("has the outcome {}", json));
    trial.state = *outcome;
  }
}

void TrialReader::ReadCurves() {
  std::int64_t trial_id = 0;
  double value = 0;
  std::string type;
  soci::indicator has_value;
  const auto on_row = [&] {
    Trial& trial = trials_[trial_of_.at(trial_id)];
    const std::optional<double> number = ParseNumber(type, value);
    if (!number) Fail(trial, fmt::format("has an intermediate value of type {}", type));
    trial.evaluation.curve.push_back(*number);
  };
  ForEachRow("x.trial_id, x.intermediate_value, x.intermediate_value_type",
             "trial_intermediate_values", " ORDER BY x.trial_id, x.step", on_row, into(trial_id),
             into(value, has_value), into(type));
}

}  // namespace

std::vector<Trial> ReadTrials(Database& database, std::int64_t study_id,
                              const std::vector<space::Decision>& decisions,
                              const TrialRange& range) {
  return TrialReader(database, study_id, decisions, range).Read();
}

}  // namespace netsmith::store
