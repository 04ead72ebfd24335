#include "netsmith/cli/completion.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <sstream>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/cli/command.h"
#include "netsmith/cli/command_line.h"
#include "netsmith/cli/commands.h"
#include "netsmith/cli/output.h"

namespace netsmith::cli {
namespace {

std::vector<CommandOptions> AllCommands() {
  std::vector<CommandOptions> commands;
  for (const CommandEntry& entry : Commands()) {
    if (*entry.summary == '\0') continue;
    const std::unique_ptr<Command> command = entry.make();
    OptionTable table;
    CommonOptions common;
    command->Declare(table);
    common.Declare(table);
    CommandOptions& options = commands.emplace_back();
    options.name = entry.name;
    options.summary = entry.summary;
    options.arguments = table.PositionalUsage();
    // Only what describes them is read: what they are bound to ends here.
    options.options.assign(table.options().begin(), table.options().end());
  }
  return commands;
}

}  // namespace

std::vector<std::string> ChoicesOf(const Option& option) {
  constexpr std::string_view kBegin = "one of ";
  if (!option.accepts.starts_with(kBegin)) return {};
  std::vector<std::string> choices;
  std::istringstream words(option.accepts.substr(kBegin.size()));
  for (std::string word; words >> word;) {
    if (word.ends_with(',')) word.pop_back();
    choices.push_back(word);
  }
  return choices;
}

std::vector<std::pair<std::string, std::vector<std::string>>> WordsOf(
    const std::vector<CommandOptions>& commands) {
  std::vector<std::pair<std::string, std::vector<std::string>>> words;
  for (const CommandOptions& command : commands) {
    const std::size_t space = command.name.find(' ');
    const std::string first = command.name.substr(0, space);
    auto found = std::ranges::find(words, first, &decltype(words)::value_type::first);
    if (found == words.end()) found = words.insert(words.end(), {first, {}});
    if (space != std::string::npos) found->second.push_back(command.name.substr(space + 1));
  }
  return words;
}

namespace {

class Completion : public Command {
 public:
  void Declare(OptionTable& options) override {
    options.Group("What is printed");
    options.Positional("KIND", &kind_,
                       "bash, zsh: completions for that shell; man: the manual page");
  }

  int Run(const std::stop_token&) override {
    if (kind_ == "bash") {
      Print(BashCompletion(AllCommands()));
    } else if (kind_ == "zsh") {
      Print(ZshCompletion(AllCommands()));
    } else if (kind_ == "man") {
      Print(ManualPage(AllCommands()));
    } else {
      throw base::ConfigError("netsmith completion: found " +
                              (kind_.empty() ? std::string("nothing") : "'" + kind_ + "'") +
                              ", expected bash, zsh or man");
    }
    return kDone;
  }

 private:
  std::string kind_;
};

}  // namespace

std::unique_ptr<Command> MakeCompletion() { return std::make_unique<Completion>(); }

}  // namespace netsmith::cli
