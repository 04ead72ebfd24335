#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "netsmith/store/soci.h"

/// Internal to this folder: the one place that talks to SOCI.
namespace netsmith::store {

/// A connection to an SQL engine, with its prepared statements. What differs between engines is
/// virtual; everything above is the same for all of them.
///
/// In a statement each parameter appears once, in the order of the bindings (soci::use,
/// soci::into). Every method throws StoreError beginning with the store's URL; no SOCI exception
/// leaves.
class Database {
 public:
  explicit Database(std::string url) : url_(std::move(url)) {}
  virtual ~Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs a statement to its end, calling `on_row` after each row is in the soci::into variables.
  /// The statement stays prepared.
  template <typename OnRow, typename... Bindings>
  void ForEachRow(std::string_view sql, OnRow on_row, const Bindings&... bindings);
  /// Runs a statement that gives one row at most; true when there was one.
  template <typename... Bindings>
  bool Run(std::string_view sql, const Bindings&... bindings);
  /// Runs statements that are separated by blank lines.
  void RunScript(std::string_view script);

  bool HasTable(const std::string& table);
  /// The names of a table's columns.
  std::vector<std::string> Columns(const std::string& table);

  /// Starts a transaction that sees one state of the database.
  virtual void BeginRead() = 0;
  /// Starts a transaction that no other BeginWrite can interleave with.
  virtual void BeginWrite() = 0;
  /// Starts a transaction that writes only rows that it has locked (see Locking), so that several
  /// can go on at once where the engine allows it.
  virtual void BeginRowWrite() = 0;
  void Commit() { RunScript("COMMIT"); }
  /// Undoes what is not committed; never throws.
  void Rollback() noexcept;

  /// `select` with its rows locked to the end of the transaction; `skip` leaves out rows that
  /// others have locked, instead of waiting for them.
  virtual std::string Locking(std::string_view select, bool skip) const = 0;
  /// Seconds of a clock that all who use the database share.
  virtual double Now() = 0;
  /// Ends the connection where it can be made again by the next call; no transaction is open.
  virtual void Rest() {}

  /// The schema's migrations in this engine's SQL.
  virtual std::span<const std::string_view> Migrations() const = 0;

  /// Throws StoreError: "URL: what".
  [[noreturn]] void Fail(const std::string& what) const;

 protected:
  /// Throws StoreError or StoreUnavailable: what went wrong, in plain words and one line.
  virtual void Translate(const soci::soci_error& error) = 0;
  [[noreturn]] void Rethrow(const soci::soci_error& error) {
    Translate(error);
    Fail(error.get_error_message());
  }
  /// Connects where Rest, or trouble, has ended the connection.
  virtual void Connect() {}

  const std::string& url() const { return url_; }
  soci::session& session() { return session_; }
  void ForgetStatements() noexcept { statements_.clear(); }

 private:
  soci::statement& Prepared(std::string_view sql);

  const std::string url_;
  soci::session session_;
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, soci::statement, Hash, std::equal_to<>> statements_;
};

/// A transaction that is undone unless it is committed.
class Transaction {
 public:
  enum Kind { kRead, kWrite, kRowWrite };
  Transaction(Database& database, Kind kind);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void Commit();

 private:
  Database& database_;
  bool open_ = true;
};

template <typename OnRow, typename... Bindings>
void Database::ForEachRow(std::string_view sql, OnRow on_row, const Bindings&... bindings) {
  try {
    soci::statement& statement = Prepared(sql);
    (statement.exchange(bindings), ...);
    statement.define_and_bind();
    // Fetching goes on to the end, else the statement would keep its view of the database open.
    for (bool row = statement.execute(true); row; row = statement.fetch()) on_row();
    statement.bind_clean_up();
  } catch (const soci::soci_error& error) {
    statements_.clear();  // SOCI's statements are not usable after a failure
    Rethrow(error);
  } catch (...) {
    statements_.clear();
    throw;
  }
}

template <typename... Bindings>
bool Database::Run(std::string_view sql, const Bindings&... bindings) {
  bool found = false;
  ForEachRow(
      sql, [&found] { found = true; }, bindings...);
  return found;
}

}  // namespace netsmith::store
