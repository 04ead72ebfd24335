#include "tests/support/postgres.h"

#include <libpq-fe.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace netsmith::testing {
namespace {

std::string UrlOf(const std::string& user, const std::string& database) {
  const PostgresAddress address = FindPostgres();
  return "postgresql://" + user + "@" + address.host + ":" + address.port + "/" + database;
}

std::string RowOf(const PGresult* result, int row) {
  std::string text;
  for (int column = 0; column < PQnfields(result); ++column) {
    if (column > 0) text += '|';
    text += PQgetisnull(result, row, column) != 0 ? "NULL" : PQgetvalue(result, row, column);
  }
  return text;
}

}  // namespace

PostgresAddress FindPostgres() {
  PostgresAddress address;
  const char* file = std::getenv("NETSMITH_POSTGRES");
  if (file != nullptr) std::ifstream(file) >> address.host >> address.port >> address.folder;
  return address;
}

bool PostgresIsThere() { return !FindPostgres().port.empty(); }

std::vector<std::string> RunPostgres(const std::string& url, const std::string& sql) {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(PQconnectdb(url.c_str()), PQfinish);
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection.get(), sql.c_str()),
                                                              PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(sql + ": " + PQerrorMessage(connection.get()));
  }
  std::vector<std::string> rows;
  for (int row = 0; row < PQntuples(result.get()); ++row) rows.push_back(RowOf(result.get(), row));
  return rows;
}

PostgresDatabase::PostgresDatabase() {
  static std::atomic<int> count = 0;
  name_ = "test_" + std::to_string(getpid()) + "_" + std::to_string(++count);
  RunPostgres(UrlOf("tester", "postgres"), "CREATE DATABASE " + name_);
}

PostgresDatabase::~PostgresDatabase() {
  RunPostgres(UrlOf("tester", "postgres"), "DROP DATABASE " + name_ + " WITH (FORCE)");
}

std::string PostgresDatabase::url(const std::string& user) const { return UrlOf(user, name_); }

}  // namespace netsmith::testing
