#include "netsmith/store/optuna_store.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/utf8.h"
#include "netsmith/store/leases.h"
#include "netsmith/store/optuna_format.h"
#include "netsmith/store/soci.h"
#include "netsmith/store/trial_reader.h"
#include "netsmith/store/trial_writer.h"
#include "netsmith/store/validate.h"

namespace netsmith::store {
namespace {

constexpr const char* kObjectivesKey = "study:metric_names";

}  // namespace

using soci::into;
using soci::use;

struct OptunaStore::StudyRow {
  std::int64_t id = 0;
  study::StudySpec spec;
};

OptunaStore::OptunaStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}

std::vector<std::string> OptunaStore::StudyNames() {
  std::vector<std::string> names;
  std::string name;
  database_->ForEachRow(
      "SELECT s.study_name FROM studies s JOIN netsmith_studies n ON n.study_id = s.study_id"
      " ORDER BY s.study_id",
      [&] { names.push_back(name); }, into(name));
  return names;
}

std::optional<study::StudySpec> OptunaStore::FindStudy(const std::string& name) {
  std::optional<StudyRow> row = FindRow(name);
  if (!row) return std::nullopt;
  return std::move(row->spec);
}

void OptunaStore::CreateStudy(const study::StudySpec& spec) {
  CheckSpec(spec);
  Transaction transaction(*database_, Transaction::kWrite);
  std::int64_t id = 0;
  if (database_->Run("SELECT study_id FROM studies WHERE study_name = :name", use(spec.name),
                     into(id))) {
    database_->Fail(fmt::format("study '{}' exists already", spec.name));
  }
  const bool inserted =
      database_->Run("INSERT INTO studies (study_name) VALUES (:name) RETURNING study_id",
                     use(spec.name), into(id));
  NETSMITH_CHECK(inserted);
  InsertObjectives(id, spec.objectives);
  const std::string decisions = DecisionsJson(spec.decisions);
  database_->Run(
      "INSERT INTO netsmith_studies"
      " (study_id, space_signature, decisions_json, options_json, engine)"
      " VALUES (:study, :space, :decisions, :options, :engine)",
      use(id), use(spec.space_signature), use(decisions), use(spec.options_json), use(spec.engine));
  transaction.Commit();
}

std::vector<study::Trial> OptunaStore::TrialsFrom(const std::string& study, std::int64_t first) {
  Transaction transaction(*database_, Transaction::kRead);
  const StudyRow row = RequireRow(study);
  std::vector<study::Trial> trials =
      ReadTrials(*database_, row.id, row.spec.decisions, {.first = first});
  transaction.Commit();
  return trials;
}

void OptunaStore::AddTrials(const std::string& study, const std::vector<study::Trial>& trials) {
  Transaction transaction(*database_, Transaction::kWrite);
  const StudyRow row = RequireRow(study);
  TrialWriter writer(*database_, row.id, row.spec);
  std::int64_t next = NextNumber(row.id);
  for (const study::Trial& trial : trials) {
    CheckTrial(row.spec, trial);
    if (trial.number != next) {
      database_->Fail(fmt::format(
          "study '{}': trial {} does not follow, the next one is {}: is another search writing it?",
          study, trial.number, next));
    }
    writer.Insert(trial);
    ++next;
  }
  transaction.Commit();
}

void OptunaStore::FinishTrial(const std::string& study, std::int64_t number,
                              const study::Evaluation& evaluation) {
  CheckEvaluation(number, evaluation);
  Transaction transaction(*database_, Transaction::kWrite);
  std::int64_t trial_id = 0, study_id = 0;
  std::string state;
  const bool found = database_->Run(
      "SELECT t.trial_id, t.state, n.study_id FROM studies s"
      " JOIN netsmith_trials n ON n.study_id = s.study_id"
      " JOIN trials t ON t.trial_id = n.trial_id"
      " WHERE s.study_name = :study AND n.number = :number",
      use(study), use(number), into(trial_id), into(state), into(study_id));
  if (!found) database_->Fail(fmt::format("study '{}' has no trial {}", study, number));
  if (state != "RUNNING") {
    database_->Fail(
        fmt::format("study '{}': trial {} is {}, expected RUNNING", study, number, state));
  }
  database_->Run("DELETE FROM netsmith_leases WHERE trial_id = :trial", use(trial_id));
  FinishRow(*database_, trial_id, evaluation, ReadObjectives(study_id));
  transaction.Commit();
}

std::vector<study::Claim> OptunaStore::ClaimTrials(const std::string& study,
                                                   const std::string& worker, int count,
                                                   double seconds) {
  Transaction transaction(*database_, Transaction::kRowWrite);
  const StudyRow row = RequireRow(study);
  std::vector<study::Claim> claims = LeaseTable(*database_, row.id).Take(worker, count, seconds);
  for (study::Claim& claim : claims) {
    study::Trial trial = ReadTrials(*database_, row.id, row.spec.decisions,
                                    {.first = claim.trial, .last = claim.trial})
                             .at(0);
    claim.genome = std::move(trial.genome);
    claim.network = std::move(trial.network);
    claim.rungs = std::move(trial.rungs);
  }
  transaction.Commit();
  return claims;
}

void OptunaStore::RenewLeases(const std::string& study, const std::vector<study::Lease>& leases,
                              double seconds) {
  Transaction transaction(*database_, Transaction::kRowWrite);
  LeaseTable(*database_, RequireId(study)).Renew(leases, seconds);
  transaction.Commit();
}

void OptunaStore::ReleaseLease(const std::string& study, const study::Lease& lease) {
  Transaction transaction(*database_, Transaction::kRowWrite);
  LeaseTable(*database_, RequireId(study)).Release(lease);
  transaction.Commit();
}

std::vector<study::Lease> OptunaStore::Leases(const std::string& study) {
  return LeaseTable(*database_, RequireId(study)).Live();
}

bool OptunaStore::DeliverTrial(const std::string& study, std::int64_t number, std::int64_t attempt,
                               const study::Evaluation& evaluation) {
  CheckEvaluation(number, evaluation);
  Transaction transaction(*database_, Transaction::kRowWrite);
  const std::int64_t study_id = RequireId(study);
  const auto trial_id = LeaseTable(*database_, study_id).Close(number, attempt);
  if (!trial_id) return false;
  FinishRow(*database_, *trial_id, evaluation, ReadObjectives(study_id));
  transaction.Commit();
  return true;
}

std::string OptunaStore::HoldStudy(const std::string& study, const std::string& holder,
                                   double seconds) {
  Transaction transaction(*database_, Transaction::kWrite);
  std::string other = LeaseTable(*database_, RequireId(study)).Hold(holder, seconds);
  transaction.Commit();
  return other;
}

void OptunaStore::LeaveStudy(const std::string& study, const std::string& holder) {
  Transaction transaction(*database_, Transaction::kWrite);
  LeaseTable(*database_, RequireId(study)).Leave(holder);
  transaction.Commit();
}

std::string OptunaStore::Holder(const std::string& study) {
  return LeaseTable(*database_, RequireId(study)).Holder();
}

void OptunaStore::SetAttribute(const std::string& study, const std::string& key,
                               const std::string& json) {
  CheckJson(key, json);
  Transaction transaction(*database_, Transaction::kWrite);
  const std::int64_t id = RequireRow(study).id;
  database_->Run(
      "INSERT INTO study_user_attributes (study_id, \"key\", value_json)"
      " VALUES (:study, :key, :json)"
      " ON CONFLICT (study_id, \"key\") DO UPDATE SET value_json = excluded.value_json",
      use(id), use(key), use(json));
  transaction.Commit();
}

std::optional<std::string> OptunaStore::FindAttribute(const std::string& study,
                                                      const std::string& key) {
  const std::int64_t id = RequireRow(study).id;
  std::string json;
  const bool found = database_->Run(
      "SELECT value_json FROM study_user_attributes WHERE study_id = :study AND \"key\" = :key",
      use(id), use(key), into(json));
  return found ? std::optional(json) : std::nullopt;
}

std::optional<OptunaStore::StudyRow> OptunaStore::FindRow(const std::string& name) {
  if (!base::IsUtf8(name)) return std::nullopt;  // PostgreSQL would not even look
  StudyRow row;
  row.spec.name = name;
  std::string decisions;
  soci::indicator ours, has_decisions, has_options, has_engine;
  const bool found = database_->Run(
      "SELECT s.study_id, n.space_signature, n.decisions_json, n.options_json, n.engine"
      " FROM studies s LEFT JOIN netsmith_studies n ON n.study_id = s.study_id"
      " WHERE s.study_name = :name",
      use(name), into(row.id), into(row.spec.space_signature, ours), into(decisions, has_decisions),
      into(row.spec.options_json, has_options), into(row.spec.engine, has_engine));
  if (!found) return std::nullopt;
  if (ours == soci::i_null) {
    database_->Fail(fmt::format(
        "study '{}' was made by another program (Optuna?): it has no search space of netsmith's",
        name));
  }
  try {
    row.spec.decisions = ParseDecisions(decisions);
  } catch (const nlohmann::json::exception&) {
    database_->Fail(fmt::format("study '{}': its decisions are damaged: {}", name, decisions));
  }
  row.spec.objectives = ReadObjectives(row.id);
  return row;
}

// Their names are where Optuna 3.2 and later keep those of its own studies.
void OptunaStore::InsertObjectives(std::int64_t study_id,
                                   const std::vector<study::Objective>& objectives) {
  for (std::size_t i = 0; i < objectives.size(); ++i) {
    const int number = static_cast<int>(i);
    const std::string direction =
        objectives[i] == study::Objective::kAccuracy ? "MAXIMIZE" : "MINIMIZE";
    database_->Run(
        "INSERT INTO study_directions (study_id, direction, objective)"
        " VALUES (:study, :direction, :objective)",
        use(study_id), use(direction), use(number));
  }
  if (objectives.size() == 1) return;
  const std::string key = kObjectivesKey, names = ObjectivesJson(objectives);
  database_->Run(
      "INSERT INTO study_system_attributes (study_id, \"key\", value_json)"
      " VALUES (:study, :key, :json)",
      use(study_id), use(key), use(names));
}

std::vector<study::Objective> OptunaStore::ReadObjectives(std::int64_t study_id) {
  const std::string key = kObjectivesKey;
  std::string names;
  if (!database_->Run("SELECT value_json FROM study_system_attributes"
                      " WHERE study_id = :study AND \"key\" = :key",
                      use(study_id), use(key), into(names))) {
    return {study::Objective::kAccuracy};
  }
  const auto objectives = ObjectivesFromJson(names);
  if (!objectives)
    database_->Fail(fmt::format("a study has objectives of another version: {}", names));
  return *objectives;
}

OptunaStore::StudyRow OptunaStore::RequireRow(const std::string& name) {
  std::optional<StudyRow> row = FindRow(name);
  if (!row) database_->Fail(fmt::format("there is no study '{}'", name));
  return std::move(*row);
}

std::int64_t OptunaStore::RequireId(const std::string& name) {
  std::int64_t id = 0;
  const bool found = database_->Run(
      "SELECT n.study_id FROM studies s JOIN netsmith_studies n ON n.study_id = s.study_id"
      " WHERE s.study_name = :name",
      use(name), into(id));
  if (!found) database_->Fail(fmt::format("there is no study '{}'", name));
  return id;
}

// By the newest row, which takes no time; counting takes 10 ms at 100,000 trials. Trials that
// another program added count too.
std::int64_t OptunaStore::NextNumber(std::int64_t study_id) {
  std::int64_t newest = -1;
  database_->Run("SELECT number FROM trials WHERE study_id = :study ORDER BY trial_id DESC LIMIT 1",
                 use(study_id), into(newest));
  return newest + 1;
}

}  // namespace netsmith::store
