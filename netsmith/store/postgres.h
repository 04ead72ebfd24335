#pragma once

#include <memory>
#include <string>

#include "netsmith/store/database.h"

namespace netsmith::store {

/// Connects to a PostgreSQL database by its URL (postgres_url.h). Connections that are lost are
/// made again by the next call. Errors   StoreError: the URL, the password or the database's name
/// is wrong; StoreUnavailable: no
///          server answers
std::unique_ptr<Database> OpenPostgres(const std::string& url);

}  // namespace netsmith::store
