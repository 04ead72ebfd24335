#include "netsmith/store/sqlite.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/store/schema.h"
#include "netsmith/store/schema/migrations.h"
#include "netsmith/store/soci.h"

namespace netsmith::store {
namespace {

constexpr const char* kNotSqlite = "is not a SQLite database";

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const std::string& url, const std::filesystem::path& file,
                 const StoreOptions& options)
      : Database(url), busy_timeout_ms_(options.busy_timeout_ms) {
    CheckAccess(file, options);
    Open(file.string(), options.read_only);
    const bool has_log = CheckFormat(file);
    if (options.read_only && has_log) OpenLogForReading(file, options.once);
    RunScript(fmt::format("PRAGMA busy_timeout = {}", busy_timeout_ms_));
    if (options.read_only) return;
    RunScript("PRAGMA foreign_keys = ON");
    // The log goes into the file every 16 MB instead of every 4: each time waits for the disk.
    RunScript("PRAGMA wal_autocheckpoint = 4000");
  }

  void UseWriteAheadLog();
  /// Whether the log goes into the file, and is removed, when its last user closes the file.
  void EndLogOnClose(bool end);

  void BeginRead() override { RunScript("BEGIN"); }
  void BeginWrite() override { RunScript("BEGIN IMMEDIATE"); }
  void BeginRowWrite() override { BeginWrite(); }
  std::string Locking(std::string_view select, bool) const override { return std::string(select); }
  double Now() override;

  std::span<const std::string_view> Migrations() const override { return SqliteMigrations(); }

 protected:
  void Translate(const soci::soci_error& error) override;

 private:
  std::string Explain(const soci::soci_error& error);
  void CheckAccess(const std::filesystem::path& file, const StoreOptions& options) const;
  void Open(const std::string& name, bool read_only);
  bool CheckFormat(const std::filesystem::path& path);
  void OpenLogForReading(const std::filesystem::path& file, bool once);
  sqlite_api::sqlite3* Connection();
  int SystemErrno();

  const int busy_timeout_ms_;
};

bool HasAccess(const std::filesystem::path& path, int mode) {
  return faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0;
}

// SQLite's own message for all of these is "unable to open database file".
void SqliteDatabase::CheckAccess(const std::filesystem::path& file,
                                 const StoreOptions& options) const {
  const std::filesystem::path folder = file.parent_path();
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) Fail("is a folder, expected a file");
  if (!HasAccess(folder, F_OK)) {
    Fail(fmt::format("the folder {} cannot be reached: {}", folder.string(), strerror(errno)));
  }
  if (HasAccess(file, F_OK)) {
    if (!std::filesystem::is_regular_file(file, ignored)) {
      Fail("is a device, a pipe or a socket, expected a file");
    }
    if (!HasAccess(file, R_OK)) Fail(fmt::format("cannot be read: {}", strerror(errno)));
    if (!options.read_only && !HasAccess(file, W_OK))
      Fail(fmt::format("cannot be written: {}", strerror(errno)));
  } else if (options.read_only || !options.create) {
    Fail("there is no such file");
  }
  if (!options.read_only && !HasAccess(folder, W_OK | X_OK)) {
    Fail(fmt::format("the folder {} cannot be written: {}", folder.string(), strerror(errno)));
  }
}

// SOCI takes a text without '=' as the file's name, and else parses options out of it; in an
// option's value a quote ends what a space does not.
void SqliteDatabase::Open(const std::string& name, bool read_only) {
  std::string text = name;
  if (read_only || text.find('=') != std::string::npos) {
    if (text.find('"') != std::string::npos)
      Fail("a file name with both '=' and '\"' is not supported");
    text = "dbname=\"" + text + "\"" + (read_only ? " readonly=1" : "");
  }
  try {
    session().open(soci::sqlite3, text);
  } catch (const soci::soci_error& error) {
    Fail("cannot be opened: " + error.get_error_message());
  }
}

// SQLite itself takes a file of a few bytes for an empty one. It is read through SQLite: to close
// another descriptor of the file would drop the locks that this process has on it. True for a file
// with a write-ahead log.
bool SqliteDatabase::CheckFormat(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::file_size(path, error) == 0 || error) return false;
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  sqlite_api::sqlite3_file* file = nullptr;
  sqlite_api::sqlite3_file_control(Connection(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (file == nullptr || file->pMethods == nullptr) return false;
  constexpr std::size_t kReadVersion = 19;  // an offset in the header; 2 is a log
  std::array<char, kReadVersion + 1> found{};
  const int result = file->pMethods->xRead(file, found.data(), static_cast<int>(found.size()), 0);
  if (result != SQLITE_OK && result != SQLITE_IOERR_SHORT_READ) {
    return false;  // the first query says it
  }
  if (std::string_view(found.data(), kMagic.size()) != kMagic) Fail(kNotSqlite);
  return found[kReadVersion] == 2;
}

/// A URI of a file that nobody writes: read without locks, and without files beside it.
std::string Immutable(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (const char c : file.string()) {
    uri += std::string_view("%?#\"").find(c) == std::string_view::npos
               ? std::string(1, c)
               : fmt::format("%{:02X}", static_cast<int>(c));
  }
  return uri + "?immutable=1";
}

// Who may not write the file cannot remove the log's two files, which would then keep its owner
// from writing, and where it may not make them it cannot read at all. So it takes the file as it
// is, where nobody uses it; not for long, as SQLite would not see what is written then.
void SqliteDatabase::OpenLogForReading(const std::filesystem::path& file, bool once) {
  const bool is_used = HasAccess(file.string() + "-wal", F_OK);
  if (HasAccess(file, W_OK) && HasAccess(file.parent_path(), W_OK | X_OK)) {
    session().close();
    Open(file.string(), false);
    RunScript("PRAGMA query_only = ON");
    if (is_used) EndLogOnClose(false);  // the file may be another program's
  } else if (!is_used && once) {
    session().close();
    Open(Immutable(file), true);
  }
}

void SqliteDatabase::EndLogOnClose(bool end) {
  sqlite_api::sqlite3_db_config(Connection(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, end ? 0 : 1,
                                nullptr);
}

// SQLite does not wait for the lock here, so that two programs that make the same new file meet.
// With the log, NORMAL loses nothing but the last commits when the power fails.
void SqliteDatabase::UseWriteAheadLog() {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(busy_timeout_ms_);
  for (;;) {
    try {
      session() << "PRAGMA journal_mode = WAL";
      return RunScript("PRAGMA synchronous = NORMAL");
    } catch (const soci::sqlite3_soci_error& error) {
      const bool busy = error.result() == SQLITE_BUSY;
      if (!busy || std::chrono::steady_clock::now() >= deadline) Rethrow(error);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

/// Where the clock of this start of the machine begins: each start has 30 years of its own.
double StartOfClock() {
  constexpr double kApart = 1e9;
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return kApart * static_cast<double>(std::strtoul(id.substr(0, 4).c_str(), nullptr, 16));
}

// Since the machine was started: all who use the file are on it, and this clock does not jump.
// Leases from before a restart are long past, or too far in the future to count.
double SqliteDatabase::Now() {
  static const double start = StartOfClock();
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return start + static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

sqlite_api::sqlite3* SqliteDatabase::Connection() {
  return static_cast<soci::sqlite3_session_backend*>(session().get_backend())->conn_;
}

int SqliteDatabase::SystemErrno() { return sqlite_api::sqlite3_system_errno(Connection()); }

int ResultOf(const soci::soci_error& error) {
  const auto* sqlite_error = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
  return sqlite_error == nullptr ? SQLITE_ERROR : sqlite_error->result();
}

void SqliteDatabase::Translate(const soci::soci_error& error) {
  const int result = ResultOf(error);
  if (result == SQLITE_BUSY || result == SQLITE_LOCKED) {
    throw base::StoreUnavailable(url() + ": " + Explain(error));
  }
  Fail(Explain(error));
}

std::string SqliteDatabase::Explain(const soci::soci_error& error) {
  switch (ResultOf(error)) {
    case SQLITE_FULL:
      return "the disk is full";
    case SQLITE_IOERR:
      if (SystemErrno() == ENOSPC) return "the disk is full";
      if (SystemErrno() == 0) return "cannot be read or written in full";  // a limit of its size
      return fmt::format("cannot be read or written: {}", strerror(SystemErrno()));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fmt::format("locked by another program for more than {} s", busy_timeout_ms_ / 1000.0);
    case SQLITE_READONLY:
      return "cannot be written: it is read-only";
    case SQLITE_NOTADB:
      return kNotSqlite;
    case SQLITE_CORRUPT:
      return "is a damaged SQLite database; its sound part is what 'sqlite3 FILE .recover' prints";
    case SQLITE_CANTOPEN:
      return fmt::format("cannot be opened: {}", strerror(SystemErrno()));
    default:
      return error.get_error_message();
  }
}

}  // namespace

std::unique_ptr<Database> OpenSqlite(const std::string& url, const std::filesystem::path& file,
                                     const StoreOptions& options) {
  auto database = std::make_unique<SqliteDatabase>(url, file, options);
  if (options.read_only) {
    RequireSchema(*database);
    database->EndLogOnClose(true);
    return database;
  }
  EnsureSchema(*database);  // first: a file that it refuses keeps its journal
  database->UseWriteAheadLog();
  return database;
}

}  // namespace netsmith::store
