#pragma once

#include <memory>
#include <span>
#include <stop_token>

#include "netsmith/cli/option_table.h"

namespace netsmith::cli {

/// Exit codes of the program (docs/cli.md).
enum ExitCode : int {
  kDone = 0,
  kOtherError = 1,
  kUsageError = 2,
  kDataError = 3,
  kStoreError = 4,
  kInterrupted = 130,
};

/// One subcommand, made for one run of the program.
class Command {
 public:
  virtual ~Command() = default;
  /// Binds the options to members, which hold the defaults.
  virtual void Declare(OptionTable& options) = 0;
  /// Does the work after the options are set; results go to stdout (output.h). Returns an ExitCode
  /// or throws; `stop` is requested by Ctrl-C.
  virtual int Run(const std::stop_token& stop) = 0;
};

struct CommandEntry {
  const char* name;     // "search", "data fetch"
  const char* summary;  // one line; empty: not listed in help
  std::unique_ptr<Command> (*make)();
};

/// Every subcommand, in the order of help. A new one is a file, a declaration and a line in
/// commands.cc.
std::span<const CommandEntry> Commands();

}  // namespace netsmith::cli
