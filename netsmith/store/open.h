#pragma once

#include <memory>
#include <string>

#include "netsmith/study/store.h"

/// Where studies live: databases in Optuna's format, opened by URL. docs/store.md describes the
/// tables.
namespace netsmith::store {

struct StoreOptions {
  int busy_timeout_ms = 10'000;  // how long to wait for another program's write
  bool create = true;            // make the file where there is none
  bool read_only = false;        // no study is changed, whatever is called; implies !create
  bool once = false;  // with read_only: read at once and closed; what others write is not seen
};

/// Opens the store of a URL, with its tables made or brought to the newest schema:
///   sqlite:///FILE    a SQLite file; a relative path counts from the working folder, an absolute
///                     one makes it four slashes
///   postgresql://USER@HOST:PORT/DATABASE    a database on a PostgreSQL server, which must exist;
///                     passwords come from ~/.pgpass or $PGPASSFILE alone
/// Errors   StoreError naming the URL: another scheme, a file that cannot be opened or written, is
///          not a database, has other programs' tables under Optuna's names, or a newer schema;
///          read-only: an older one, or none
std::unique_ptr<study::Store> OpenStore(const std::string& url, const StoreOptions& options = {});

/// A URL of the same store from any working folder.
std::string AbsoluteUrl(const std::string& url);

/// Reads the URL alone. Errors   StoreError: it names no store, or holds a password
void CheckUrl(const std::string& url);

}  // namespace netsmith::store
