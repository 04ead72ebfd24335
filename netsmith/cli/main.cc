#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/cli/command.h"
#include "netsmith/cli/command_line.h"
#include "netsmith/cli/nearest.h"
#include "netsmith/cli/option_table.h"
#include "netsmith/cli/output.h"
#include "netsmith/cli/signals.h"
#include "netsmith/engine/instruction_set.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::cli {
namespace {

/// With `first`, the commands that have it as their first word.
std::string Overview(const std::string& first = "") {
  std::string text =
      "netsmith finds small, accurate convolutional networks for images and signals.\n\n"
      "Usage: netsmith COMMAND [OPTIONS]\n\n";
  for (const CommandEntry& entry : Commands()) {
    const bool listed = *entry.summary != '\0' &&
                        (first.empty() || std::string_view(entry.name).starts_with(first + " "));
    if (listed) text += fmt::format("  {:<17}{}\n", entry.name, entry.summary);
  }
  return text + "\n`netsmith COMMAND --help` explains a command's options.\n";
}

std::vector<std::string> ListedNames() {
  std::vector<std::string> names;
  for (const CommandEntry& entry : Commands()) {
    if (*entry.summary != '\0') names.emplace_back(entry.name);
  }
  return names;
}

/// The command whose words begin the arguments; those words are taken away.
const CommandEntry& TakeCommand(std::vector<std::string>& arguments) {
  for (const CommandEntry& entry : Commands()) {
    const std::string_view name = entry.name;
    const auto num_words = 1 + std::ranges::count(name, ' ');
    if (std::ssize(arguments) < num_words) continue;
    if (fmt::format("{}", fmt::join(arguments.begin(), arguments.begin() + num_words, " ")) ==
        name) {
      arguments.erase(arguments.begin(), arguments.begin() + num_words);
      return entry;
    }
  }
  const auto names = ListedNames();
  std::vector<std::string> longer = names;
  std::erase_if(
      longer, [&](const std::string& name) { return !name.starts_with(arguments.front() + " "); });
  if (!longer.empty()) {
    throw base::ConfigError(fmt::format("netsmith {}: a word is missing, known: {}",
                                        arguments.front(), fmt::join(longer, ", ")));
  }
  const std::string nearest = Nearest(arguments.front(), names);
  throw base::ConfigError(
      fmt::format("unknown command {}, {}{}", space::Quoted(arguments.front()),
                  nearest.empty() ? "" : fmt::format("the nearest is {}, ", nearest),
                  fmt::format("known: {}", fmt::join(names, ", "))));
}

/// Of commands of two words.
bool IsFirstWord(const std::string& word) {
  return std::ranges::any_of(ListedNames(),
                             [&](const std::string& name) { return name.starts_with(word + " "); });
}

int Run(std::vector<std::string> arguments) {
  if (arguments.empty()) throw base::ConfigError("no command given; `netsmith --help` lists them");
  const auto is_help = [](const std::string& word) { return word == "--help" || word == "-h"; };
  if (is_help(arguments.front()) || arguments == std::vector<std::string>{"help"}) {
    Print(Overview());
    return kDone;
  }
  if (arguments.front() == "help") {
    arguments.erase(arguments.begin());
    arguments.emplace_back("--help");
  }
  if (arguments.size() == 2 && is_help(arguments.back()) && IsFirstWord(arguments.front())) {
    Print(Overview(arguments.front()));
    return kDone;
  }
  if (arguments.front() == "--version") {
    Print(fmt::format("netsmith {}\n", NETSMITH_VERSION));
    return kDone;
  }
  const CommandEntry& entry = TakeCommand(arguments);
  const std::unique_ptr<Command> command = entry.make();
  OptionTable options;
  CommonOptions common;
  command->Declare(options);
  common.Declare(options);
  if (const auto help = ParseArguments(entry, arguments, options, common)) {
    Print(*help);
    return kDone;
  }
  common.Apply();
  // The environment, so that worker processes have it too.
  if (const char* name = std::getenv("NETSMITH_INSTRUCTION_SET")) engine::UseInstructionSet(name);
  return command->Run(StopOnSignals());
}

/// One line on stderr, whatever the message holds.
int Fail(std::string message, int exit_code) {
  std::ranges::replace(message, '\n', ' ');
  base::SetStatusLine("");
  base::LogError(message);
  return exit_code;
}

int Main(std::vector<std::string> arguments) {
  try {
    return Run(std::move(arguments));
  } catch (const ReaderGone&) {
    return kDone;
  } catch (const base::ConfigError& error) {
    return Fail(error.what(), kUsageError);
  } catch (const base::InvalidArgument& error) {
    return Fail(error.what(), kUsageError);
  } catch (const base::DataError& error) {
    return Fail(error.what(), kDataError);
  } catch (const base::StoreError& error) {
    return Fail(error.what(), kStoreError);
  } catch (const base::Interrupted& error) {
    return Fail(error.what(), kInterrupted);
  } catch (const std::bad_alloc&) {
    return Fail("out of memory", kOtherError);
  } catch (const std::system_error& error) {
    const bool is_thread = error.code() == std::errc::resource_unavailable_try_again;
    return Fail((is_thread ? "no thread can be started: " : "") + std::string(error.what()),
                kOtherError);
  } catch (const std::exception& error) {
    return Fail(error.what(), kOtherError);
  }
}

}  // namespace
}  // namespace netsmith::cli

int main(int argc, char** argv) {
  netsmith::cli::KeepStandardStreams();
  std::signal(SIGPIPE, SIG_IGN);  // a reader who has gone is an error of the write (output.h)
  std::signal(SIGXFSZ, SIG_IGN);  // and so is a file beyond `ulimit -f`
  return netsmith::cli::Main(std::vector<std::string>(argv + 1, argv + argc));
}
