#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <string>
#include <vector>

#include "netsmith/cli/completion.h"

namespace netsmith::cli {
namespace {

std::string CommandCases(const std::vector<CommandOptions>& commands) {
  std::vector<std::string> first;
  std::string cases;
  for (const auto& [word, more] : WordsOf(commands)) {
    first.push_back(word);
    if (!more.empty()) {
      cases += fmt::format("    '{}') words='{}' ;;\n", word, fmt::join(more, " "));
    }
  }
  return fmt::format("    '') words='{} --help --version' ;;\n{}", fmt::join(first, " "), cases);
}

/// "data | bench"
std::string LongCommands(const std::vector<CommandOptions>& commands) {
  std::vector<std::string> first;
  for (const auto& [word, more] : WordsOf(commands)) {
    if (!more.empty()) first.push_back(word);
  }
  return fmt::format("{}", fmt::join(first, " | "));
}

std::string ChoiceCases(const CommandOptions& command) {
  std::string cases;
  for (const Option& option : command.options) {
    if (ChoicesOf(option).empty()) continue;
    cases += fmt::format("      '{} --{}') words='{}' ;;\n", command.name, option.name,
                         fmt::join(ChoicesOf(option), " "));
  }
  return cases;
}

std::string FlagCase(const CommandOptions& command) {
  std::string flags;
  for (const Option& option : command.options) {
    if (!option.positional) flags += fmt::format("--{} ", option.name);
  }
  return fmt::format("      '{}') words='{}--help' ;;\n", command.name, flags);
}

}  // namespace

std::string BashCompletion(const std::vector<CommandOptions>& commands) {
  std::string choices, flags;
  for (const CommandOptions& command : commands) {
    choices += ChoiceCases(command);
    flags += FlagCase(command);
  }
  return fmt::format(R"(# Completions of netsmith for bash; made by `netsmith completion bash`.
_netsmith() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}}
  local command='' words='' i
  if [[ $current == '=' ]]; then current=''; fi
  if [[ $previous == '=' ]]; then previous=${{COMP_WORDS[COMP_CWORD - 2]}}; fi
  for ((i = 1; i < COMP_CWORD && i < 3; ++i)); do
    [[ ${{COMP_WORDS[i]}} == -* ]] && break
    case "$command" in
      '') command=${{COMP_WORDS[i]}} ;;
      {}) command+=" ${{COMP_WORDS[i]}}" ;;
    esac
  done
  COMPREPLY=()
  case "$command" in
{}
  esac
  if [[ -z $words ]]; then
    case "$command $previous" in
{}
    esac
  fi
  if [[ -z $words && $current == -* ]]; then
    case "$command" in
{}
    esac
  fi
  [[ -z $words ]] || mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -o default -F _netsmith netsmith
)",
                     LongCommands(commands), CommandCases(commands), choices, flags);
}

}  // namespace netsmith::cli
