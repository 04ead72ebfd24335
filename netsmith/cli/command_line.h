#pragma once

#include <optional>
#include <string>
#include <vector>

#include "netsmith/cli/command.h"
#include "netsmith/cli/option_table.h"

namespace netsmith::cli {

/// What every command accepts beside its own options.
struct CommonOptions {
  std::string config;  // TOML file
  std::string log_level = "info";
  bool quiet = false;

  void Declare(OptionTable& options);
  /// Sets the level of base/log.h.
  void Apply() const;
};

/// Sets the options from a command's arguments, then those that were not given from the
/// configuration file that `common` names.
/// Returns the help text when it was asked for; nothing is set then.
/// Errors   ConfigError for an unknown or malformed option, naming the nearest known one.
std::optional<std::string> ParseArguments(const CommandEntry& entry,
                                          const std::vector<std::string>& arguments,
                                          OptionTable& options, const CommonOptions& common);

}  // namespace netsmith::cli
