#pragma once

#include <string>
#include <utility>
#include <vector>

#include "netsmith/cli/option_table.h"

/// What is written from the option tables: completions for shells, and the manual page.
namespace netsmith::cli {

/// A command as help lists it, with all its options, the common ones last.
struct CommandOptions {
  std::string name;
  std::string summary;
  std::string arguments;  // OptionTable::PositionalUsage
  std::vector<Option> options;
};

/// The first words of the commands, each with the second words that may follow; in their order.
std::vector<std::pair<std::string, std::vector<std::string>>> WordsOf(
    const std::vector<CommandOptions>& commands);

/// The words that an option accepts; empty where there are others as well.
std::vector<std::string> ChoicesOf(const Option& option);

std::string BashCompletion(const std::vector<CommandOptions>& commands);
std::string ZshCompletion(const std::vector<CommandOptions>& commands);
/// For `man`: the commands with every option, its range and default.
std::string ManualPage(const std::vector<CommandOptions>& commands);

}  // namespace netsmith::cli
