#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "netsmith/store/database.h"
#include "netsmith/store/open.h"

namespace netsmith::store {

/// Opens a SQLite file with the schema (EnsureSchema), then in write-ahead log, so that readers and
/// the writer do not wait for each other, synchronous=NORMAL and enforced foreign keys. For reading
/// only, with the schema that it has (RequireSchema): whoever leaves last takes the log's files
/// away, also a reader, where it may; where files can be neither written nor made, without any.
/// Errors   StoreError: folder or file missing, not writable, not a database; as EnsureSchema.
///          StoreUnavailable: locked for longer than the options allow
std::unique_ptr<Database> OpenSqlite(const std::string& url, const std::filesystem::path& file,
                                     const StoreOptions& options);

}  // namespace netsmith::store
