#pragma once

#include <span>
#include <string_view>

namespace netsmith::store {

/// The SQL texts that lead from an empty database to the newest schema: element i makes version
/// i + 1 out of version i and writes that number to netsmith_schema. Statements are separated by
/// blank lines. The files are schema/ENGINE_v*.sql; a published one never changes again.
std::span<const std::string_view> SqliteMigrations();
std::span<const std::string_view> PostgresMigrations();

}  // namespace netsmith::store
