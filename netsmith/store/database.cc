#include "netsmith/store/database.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/base/error.h"

namespace netsmith::store {

void Database::RunScript(std::string_view script) {
  constexpr std::string_view kSeparator = "\n\n";
  try {
    Connect();
    while (!script.empty()) {
      const std::size_t end = std::min(script.find(kSeparator), script.size());
      std::string_view statement = script.substr(0, end);
      // Comments stand before a statement; SOCI would look for parameters in them.
      while (statement.starts_with("--")) {
        statement.remove_prefix(std::min(statement.find('\n'), statement.size() - 1) + 1);
      }
      if (!statement.empty()) session_ << std::string(statement);
      script.remove_prefix(std::min(end + kSeparator.size(), script.size()));
    }
  } catch (const soci::soci_error& error) {
    Rethrow(error);
  }
}

bool Database::HasTable(const std::string& table) {
  try {
    Connect();
    std::string name;
    bool found = false;
    soci::statement tables = (session_.prepare_table_names(), soci::into(name));
    for (bool row = tables.execute(true); row; row = tables.fetch()) found = found || name == table;
    return found;
  } catch (const soci::soci_error& error) {
    Rethrow(error);
  }
}

std::vector<std::string> Database::Columns(const std::string& table) {
  try {
    Connect();
    soci::row row;
    soci::statement none =
        (session_.prepare << "SELECT * FROM \"" << table << "\" WHERE 1 = 0", soci::into(row));
    none.execute();
    std::vector<std::string> names;
    for (std::size_t i = 0; i < row.size(); ++i) names.push_back(row.get_properties(i).get_name());
    return names;
  } catch (const soci::soci_error& error) {
    Rethrow(error);
  }
}

void Database::Rollback() noexcept {
  statements_.clear();
  try {
    session_ << "ROLLBACK";
  } catch (const soci::soci_error&) {
    // Some failures, a full disk among them, have ended the transaction already.
  }
}

void Database::Fail(const std::string& what) const { throw base::StoreError(url_ + ": " + what); }

soci::statement& Database::Prepared(std::string_view sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return found->second;
  Connect();
  soci::statement statement(session_);
  statement.alloc();
  statement.prepare(std::string(sql));
  return statements_.emplace(std::string(sql), statement).first->second;
}

Transaction::Transaction(Database& database, Kind kind) : database_(database) {
  switch (kind) {
    case kRead:
      database_.BeginRead();
      break;
    case kWrite:
      database_.BeginWrite();
      break;
    case kRowWrite:
      database_.BeginRowWrite();
      break;
  }
}

Transaction::~Transaction() {
  if (open_) database_.Rollback();
}

void Transaction::Commit() {
  database_.Commit();
  open_ = false;
}

}  // namespace netsmith::store
