#include "netsmith/store/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/store/database.h"
#include "netsmith/store/soci.h"

namespace netsmith::store {
namespace {

struct TableColumns {
  const char* table;
  std::initializer_list<const char*> columns;
};

// What we read and write of Optuna's tables, as they have been since Optuna 3.0.
const std::initializer_list<TableColumns> kOptunaTables = {
    {"studies", {"study_id", "study_name"}},
    {"study_directions", {"study_id", "direction", "objective"}},
    {"study_user_attributes", {"study_id", "key", "value_json"}},
    {"study_system_attributes", {"study_id", "key", "value_json"}},
    {"trials", {"trial_id", "number", "study_id", "state", "datetime_start", "datetime_complete"}},
    {"trial_user_attributes", {"trial_id", "key", "value_json"}},
    {"trial_params", {"trial_id", "param_name", "param_value", "distribution_json"}},
    {"trial_values", {"trial_id", "objective", "value", "value_type"}},
    {"trial_intermediate_values",
     {"trial_id", "step", "intermediate_value", "intermediate_value_type"}},
};

void CheckOptunaTables(Database& database) {
  for (const auto& [table, columns] : kOptunaTables) {
    if (!database.HasTable(table)) continue;
    const std::vector<std::string> found = database.Columns(table);
    for (const char* column : columns) {
      if (std::find(found.begin(), found.end(), column) != found.end()) continue;
      database.Fail(
          fmt::format("the table '{}' has no column '{}', expected Optuna's tables "
                      "(3.0 or later) or none of that name",
                      table, column));
    }
  }
}

// 0 where there is no schema of ours.
int Version(Database& database) {
  if (!database.HasTable("netsmith_schema")) return 0;
  int version = 0;
  if (!database.Run("SELECT version FROM netsmith_schema", soci::into(version))) {
    database.Fail("the table 'netsmith_schema' is empty, expected one row");
  }
  return version;
}

[[noreturn]] void FailAsNewer(Database& database, int version, int newest) {
  database.Fail(fmt::format("has schema version {}, expected {} or older: use a newer netsmith",
                            version, newest));
}

}  // namespace

void RequireSchema(Database& database) {
  const int newest = static_cast<int>(database.Migrations().size());
  const int version = Version(database);
  if (version == newest) return;
  if (version > newest) FailAsNewer(database, version, newest);
  database.Fail(version == 0
                    ? std::string("holds no studies of netsmith's")
                    : fmt::format("has schema version {}, expected {}: a search that uses it "
                                  "brings it up to date",
                                  version, newest));
}

void EnsureSchema(Database& database) {
  const std::span<const std::string_view> migrations = database.Migrations();
  const int newest = static_cast<int>(migrations.size());
  if (Version(database) == newest) return;

  Transaction transaction(database, Transaction::kWrite);
  const int version = Version(database);  // again: another program may have been first
  if (version > newest) FailAsNewer(database, version, newest);
  if (version < 0) database.Fail(fmt::format("has schema version {}, expected 1 or more", version));
  if (version == 0) CheckOptunaTables(database);
  for (int next = version; next < newest; ++next) database.RunScript(migrations[next]);
  transaction.Commit();
}

}  // namespace netsmith::store
