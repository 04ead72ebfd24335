#pragma once

#include <string>

namespace netsmith::store {

/// What libpq connects by, of `postgresql://[USER@]HOST[:PORT]/DATABASE[?OPTION=VALUE&…]` (or
/// postgres://): "host='…' user='…' …", with a time limit. Passwords come from ~/.pgpass or the
/// file that $PGPASSFILE names, and nowhere else. Errors   StoreError, which repeats no password: a
/// URL that holds one, or that libpq cannot read
std::string PostgresConnection(const std::string& url);

/// The URL without a password, for messages.
std::string WithoutPassword(const std::string& url);

}  // namespace netsmith::store
