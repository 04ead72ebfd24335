#include "tests/support/raw_database.h"

#include <sqlite3.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace netsmith::testing {
namespace {

int AppendRow(void* rows, int num_columns, char** values, char**) {
  std::string row;
  for (int i = 0; i < num_columns; ++i) {
    if (i > 0) row += '|';
    row += values[i] == nullptr ? "NULL" : values[i];
  }
  static_cast<std::vector<std::string>*>(rows)->push_back(row);
  return 0;
}

}  // namespace

RawDatabase::RawDatabase(const std::string& file) {
  if (sqlite3_open(file.c_str(), &connection_) != SQLITE_OK) {
    const std::string message = sqlite3_errmsg(connection_);
    sqlite3_close(connection_);
    throw std::runtime_error(file + ": " + message);
  }
  sqlite3_busy_timeout(connection_, 10'000);
}

RawDatabase::~RawDatabase() { sqlite3_close(connection_); }

std::vector<std::string> RawDatabase::Run(const std::string& sql) {
  std::vector<std::string> rows;
  if (sqlite3_exec(connection_, sql.c_str(), AppendRow, &rows, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sql + ": " + sqlite3_errmsg(connection_));
  }
  return rows;
}

}  // namespace netsmith::testing
