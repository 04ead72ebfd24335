#include "netsmith/store/trial_writer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/store/database.h"
#include "netsmith/store/leases.h"
#include "netsmith/store/optuna_format.h"
#include "netsmith/store/soci.h"

namespace netsmith::store {
namespace {

using soci::into;
using soci::use;
using Clock = std::chrono::system_clock;

void InsertAttribute(Database& database, std::int64_t trial_id, const std::string& key,
                     const std::string& json) {
  database.Run(
      "INSERT INTO trial_user_attributes (trial_id, \"key\", value_json)"
      " VALUES (:trial, :key, :json)",
      use(trial_id), use(key), use(json));
}

void InsertValue(Database& database, std::int64_t trial_id, int objective, double value) {
  database.Run(
      "INSERT INTO trial_values (trial_id, objective, value, value_type)"
      " VALUES (:trial, :objective, :value, 'FINITE')",
      use(trial_id), use(objective), use(value));
}

// Steps are epochs, from 1.
void InsertCurve(Database& database, std::int64_t trial_id, const std::vector<double>& curve) {
  for (std::size_t i = 0; i < curve.size(); ++i) {
    const int step = static_cast<int>(i) + 1;
    soci::indicator finite = std::isfinite(curve[i]) ? soci::i_ok : soci::i_null;
    const std::string type = NumberType(curve[i]);
    database.Run(
        "INSERT INTO trial_intermediate_values"
        " (trial_id, step, intermediate_value, intermediate_value_type)"
        " VALUES (:trial, :step, :value, :type)",
        use(trial_id), use(step), use(curve[i], finite), use(type));
  }
}

// The start is when the evaluation began, not when the trial was asked for: Optuna's durations are
// then the evaluation's.
void UpdateRow(Database& database, std::int64_t trial_id, const study::Evaluation& evaluation) {
  const Clock::time_point end = Clock::now();
  const std::chrono::duration<double> since_epoch = end.time_since_epoch();
  const std::chrono::duration<double> taken(std::min(evaluation.seconds, since_epoch.count()));
  const std::string start_text =
      Timestamp(end - std::chrono::duration_cast<Clock::duration>(taken));
  const std::string end_text = Timestamp(end);
  const std::string state = StateWord(evaluation.state);
  database.Run(
      "UPDATE trials SET state = :state, datetime_start = :start, datetime_complete = :end"
      " WHERE trial_id = :trial",
      use(state), use(start_text), use(end_text), use(trial_id));
  database.Run("UPDATE netsmith_trials SET seconds = :seconds WHERE trial_id = :trial",
               use(evaluation.seconds), use(trial_id));
}

}  // namespace

TrialWriter::TrialWriter(Database& database, std::int64_t study_id, const study::StudySpec& spec)
    : database_(database), study_id_(study_id), spec_(spec) {
  for (const space::Decision& decision : spec.decisions) {
    distributions_.push_back(DistributionJson(decision));
  }
}

void TrialWriter::Insert(const study::Trial& trial) {
  const std::int64_t trial_id = InsertRow(trial);
  InsertParams(trial_id, trial.genome);
  InsertAttribute(database_, trial_id, "network", JsonString(trial.network));
  if (trial.duplicate_of.has_value()) {
    InsertAttribute(database_, trial_id, "duplicate_of", std::to_string(*trial.duplicate_of));
  }
  if (!trial.rungs.empty()) InsertAttribute(database_, trial_id, "rungs", RungsJson(trial.rungs));
  if (trial.state == study::TrialState::kRunning) {
    if (!trial.duplicate_of) LeaseTable(database_, study_id_).Open(trial_id, trial.number);
  } else {
    FinishRow(database_, trial_id, trial.evaluation, spec_.objectives);
  }
}

std::int64_t TrialWriter::InsertRow(const study::Trial& trial) {
  const std::string now = Timestamp(Clock::now());
  std::int64_t trial_id = 0;
  const bool inserted = database_.Run(
      "INSERT INTO trials (number, study_id, state, datetime_start)"
      " VALUES (:number, :study, 'RUNNING', :start) RETURNING trial_id",
      use(trial.number), use(study_id_), use(now), into(trial_id));
  NETSMITH_CHECK(inserted);
  const int forced_uniform = trial.forced_uniform ? 1 : 0;
  database_.Run(
      "INSERT INTO netsmith_trials (trial_id, study_id, number, graph_hash, forced_uniform)"
      " VALUES (:trial, :study, :number, :hash, :forced)",
      use(trial_id), use(study_id_), use(trial.number), use(trial.graph_hash), use(forced_uniform));
  return trial_id;
}

void TrialWriter::InsertParams(std::int64_t trial_id, const space::Genome& genome) {
  for (std::size_t i = 0; i < genome.size(); ++i) {
    const double value = ParamValue(spec_.decisions[i], genome[i]);
    database_.Run(
        "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)"
        " VALUES (:trial, :name, :value, :distribution)",
        use(trial_id), use(spec_.decisions[i].name), use(value), use(distributions_[i]));
  }
}

void FinishRow(Database& database, std::int64_t trial_id, const study::Evaluation& evaluation,
               const std::vector<study::Objective>& objectives) {
  using study::TrialState;
  UpdateRow(database, trial_id, evaluation);
  if (study::HasReward(evaluation.state)) {
    for (std::size_t i = 0; i < objectives.size(); ++i) {
      InsertValue(database, trial_id, static_cast<int>(i), ValueOf(objectives[i], evaluation));
    }
  } else {
    InsertAttribute(database, trial_id, "outcome", JsonString(ToString(evaluation.state)));
  }
  if (!evaluation.reason.empty()) {
    InsertAttribute(database, trial_id, "reason", JsonString(evaluation.reason));
  }
  InsertAttribute(database, trial_id, "params", std::to_string(evaluation.params));
  InsertAttribute(database, trial_id, "macs", std::to_string(evaluation.macs));
  if (evaluation.latency_us > 0) {
    InsertAttribute(database, trial_id, "latency_us", nlohmann::json(evaluation.latency_us).dump());
  }
  if (evaluation.loss) {
    InsertAttribute(database, trial_id, "loss", nlohmann::json(*evaluation.loss).dump());
  }
  InsertCurve(database, trial_id, evaluation.curve);
}

}  // namespace netsmith::store
