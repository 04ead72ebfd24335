#include "netsmith/store/open.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "netsmith/base/error.h"
#include "netsmith/store/database.h"
#include "netsmith/store/optuna_store.h"
#include "netsmith/store/postgres.h"
#include "netsmith/store/postgres_url.h"
#include "netsmith/store/schema.h"
#include "netsmith/store/sqlite.h"

namespace netsmith::store {
namespace {

constexpr std::string_view kSqlitePrefix = "sqlite:///";

constexpr std::string_view kExpected = "expected sqlite:///FILE or postgresql://USER@HOST/DATABASE";

// A URL of an unknown kind without what comes after the scheme: it may hold a password.
std::string Scheme(const std::string& url) { return url.substr(0, url.find("://")) + "://"; }

std::filesystem::path SqliteFile(const std::string& url) {
  const std::string file = url.substr(kSqlitePrefix.size());
  if (file.empty() || file == ":memory:") {
    throw base::StoreError(url + ": names no file, expected sqlite:///FILE");
  }
  return std::filesystem::absolute(file).lexically_normal();
}

bool IsPostgres(const std::string& url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

/// With its schema.
std::unique_ptr<Database> OpenDatabase(const std::string& url, const StoreOptions& options) {
  CheckUrl(url);
  if (!IsPostgres(url)) return OpenSqlite(url, SqliteFile(url), options);
  std::unique_ptr<Database> database = OpenPostgres(url);
  if (options.read_only) {
    RequireSchema(*database);
  } else {
    EnsureSchema(*database);
  }
  return database;
}

}  // namespace

std::unique_ptr<study::Store> OpenStore(const std::string& url, const StoreOptions& options) {
  return std::make_unique<OptunaStore>(OpenDatabase(url, options));
}

std::string AbsoluteUrl(const std::string& url) {
  if (!url.starts_with(kSqlitePrefix)) return url;
  return std::string(kSqlitePrefix) + SqliteFile(url).string();
}

void CheckUrl(const std::string& url) {
  if (url.find("://") == std::string::npos) {
    throw base::StoreError(url + ": is no store's URL, " + std::string(kExpected));
  }
  if (IsPostgres(url)) {
    static_cast<void>(PostgresConnection(url));
  } else if (!url.starts_with("sqlite:")) {
    throw base::StoreError(Scheme(url) + "…: not supported in this version, " +
                           std::string(kExpected));
  } else if (!url.starts_with(kSqlitePrefix)) {
    throw base::StoreError(url + ": has too few slashes, expected sqlite:///FILE");
  }
}

}  // namespace netsmith::store
