#include "netsmith/store/postgres.h"

#include <fmt/format.h>
#include <soci/postgresql/soci-postgresql.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/store/postgres_url.h"
#include "netsmith/store/schema/migrations.h"

namespace netsmith::store {
namespace {

class PostgresDatabase final : public Database {
 public:
  explicit PostgresDatabase(const std::string& url)
      : Database(WithoutPassword(url)), connection_(PostgresConnection(url)) {
    Connect();
  }

  void BeginRead() override { RunScript("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); }
  // A server's default may be stricter: then what was written while a transaction waited for a lock
  // would be hidden from it.
  void BeginWrite() override {
    BeginRowWrite();
    RunScript("SELECT pg_advisory_xact_lock(7238561)");  // any number that only we use
  }
  void BeginRowWrite() override { RunScript("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"); }
  std::string Locking(std::string_view select, bool skip) const override {
    return std::string(select) + (skip ? " FOR UPDATE SKIP LOCKED" : " FOR UPDATE");
  }
  double Now() override;
  void Rest() override { Disconnect(); }

  std::span<const std::string_view> Migrations() const override { return PostgresMigrations(); }

 protected:
  void Translate(const soci::soci_error& error) override;
  void Connect() override;

 private:
  void Disconnect() noexcept;
  /// Null where there is no session.
  soci::postgresql_session_backend* backend() {
    return static_cast<soci::postgresql_session_backend*>(session().get_backend());
  }

  const std::string connection_;
  bool connected_ = false;
};

std::string FirstLine(std::string text) {
  text.erase(std::min(text.find('\n'), text.size()));
  return text;
}

/// libpq's message without its prefixes and further lines.
std::string Plain(const soci::soci_error& error) {
  std::string text = error.get_error_message();
  for (const std::string_view prefix :
       {"Cannot establish connection to the database.", "Cannot prepare statement.",
        "Cannot execute query.", "Cannot execute prepared statement.", "Fatal error.",
        "Connection failed."}) {
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
    text.erase(0, std::min(text.find_first_not_of(" \n"), text.size()));
  }
  if (const auto fatal = text.rfind("FATAL:  "); fatal != std::string::npos)
    text.erase(0, fatal + 8);
  if (text.starts_with("ERROR:  ")) text.erase(0, 8);
  return FirstLine(std::move(text));
}

/// What the server says beside its answers ("terminating connection", at its end): libpq would
/// write it to stderr. What comes of it is an error of the next call.
void LogNotice(void*, const char* notice) { base::LogDebug("PostgreSQL: " + FirstLine(notice)); }

// In one message. Plans are made once, not for each call's values: the planner takes longer than
// the query, and for the newest trials of many it would rather read the whole table. Of a client
// whose machine or link is gone a server would keep the connection for two hours, with the rows
// that it had locked.
constexpr const char* kSettings =
    "SET client_min_messages = warning;"
    "SET synchronous_commit = on;"
    "SET plan_cache_mode = force_generic_plan;"
    "SET idle_in_transaction_session_timeout = '30s';"
    "SET tcp_keepalives_idle = 30;"
    "SET tcp_keepalives_interval = 10;"
    "SET tcp_keepalives_count = 3;"
    "SET tcp_user_timeout = '60s'";

void PostgresDatabase::Connect() {
  if (connected_) return;
  try {
    session().open(soci::postgresql, connection_);
    connected_ = true;
    PQsetNoticeProcessor(backend()->conn_, LogNotice, nullptr);
    session() << kSettings;
  } catch (const soci::soci_error& error) {
    Rethrow(error);
  }
}

void PostgresDatabase::Disconnect() noexcept {
  connected_ = false;
  try {
    ForgetStatements();
    session().close();
  } catch (const soci::soci_error&) {
    // It was closed from the other side.
  }
}

double PostgresDatabase::Now() {
  double seconds = 0;
  Run("SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)",
      soci::into(seconds));
  return seconds;
}

/// A failure to connect has no SQLSTATE; which of these may be tried again shows in the words.
bool IsWrongForGood(std::string_view what) {
  constexpr std::array<std::string_view, 6> kWords = {
      "password authentication failed", "no password supplied", "does not exist",
      "no pg_hba.conf entry",           "permission denied",    "authentication failed"};
  return std::ranges::any_of(
      kWords, [&](std::string_view words) { return what.find(words) != std::string_view::npos; });
}

void PostgresDatabase::Translate(const soci::soci_error& error) {
  const auto* postgres_error = dynamic_cast<const soci::postgresql_soci_error*>(&error);
  const std::string state = postgres_error == nullptr ? "" : postgres_error->sqlstate();
  const std::string what = Plain(error);
  const bool lost = backend() == nullptr || PQstatus(backend()->conn_) != CONNECTION_OK;
  if (lost) Disconnect();
  if (lost && !IsWrongForGood(what)) {
    throw base::StoreUnavailable(fmt::format("{}: cannot be reached: {}", url(), what));
  }
  if (lost) Fail("refused the connection: " + what);
  if (state == "53100") Fail("the disk is full");
  // Restarting, too many connections, chosen to break a deadlock, shutting down.
  constexpr std::array<std::string_view, 7> kPassing = {"57P01", "57P02", "57P03", "53300",
                                                        "40P01", "40001", "25P03"};
  if (state.starts_with("08") || std::ranges::find(kPassing, state) != kPassing.end()) {
    Disconnect();
    throw base::StoreUnavailable(fmt::format("{}: cannot be reached: {}", url(), what));
  }
  Fail(what);
}

}  // namespace

std::unique_ptr<Database> OpenPostgres(const std::string& url) {
  return std::make_unique<PostgresDatabase>(url);
}

}  // namespace netsmith::store
