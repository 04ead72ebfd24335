#pragma once

#include <string>
#include <vector>

/// The PostgreSQL server that ctest starts for the tests that need one
/// (tests/support/postgres_server).
namespace netsmith::testing {

/// Of the running server: $NETSMITH_POSTGRES names a file with its address.
struct PostgresAddress {
  std::string host;
  std::string port;
  std::string folder;
};

/// Whether there is a server; PostgresDatabase needs one.
bool PostgresIsThere();
PostgresAddress FindPostgres();

/// Runs SQL in the database of a URL; rows as text, columns between '|', NULL as "NULL".
std::vector<std::string> RunPostgres(const std::string& url, const std::string& sql);

/// A database of its own, dropped at the end.
class PostgresDatabase {
 public:
  PostgresDatabase();
  ~PostgresDatabase();
  PostgresDatabase(const PostgresDatabase&) = delete;
  PostgresDatabase& operator=(const PostgresDatabase&) = delete;

  std::string url(const std::string& user = "tester") const;
  const std::string& name() const { return name_; }
  std::vector<std::string> Run(const std::string& sql) const { return RunPostgres(url(), sql); }

 private:
  std::string name_;
};

}  // namespace netsmith::testing
