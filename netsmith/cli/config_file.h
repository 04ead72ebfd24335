#pragma once

#include <string>

#include "netsmith/cli/command.h"
#include "netsmith/cli/option_table.h"

namespace netsmith::cli {

/// Sets the options that were not given yet from a TOML file. Keys are long names; those on top of
/// the file hold for every command that knows them, those in a table named like a command for that
/// one, where they win.
///
///   seed = 7
///   [search]
///   trials = 200
///   [data.fetch]
///   cache-dir = "/var/cache/netsmith"
///
/// Errors   ConfigError with file:line:column: no TOML, a key that no command (or not the table's)
///          knows, a value of a wrong type or out of range; or naming a file that cannot be read.
void ApplyConfigFile(const std::string& path, const CommandEntry& command, OptionTable& options);

}  // namespace netsmith::cli
