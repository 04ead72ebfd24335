#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <string_view>
#include <vector>

#include "netsmith/cli/completion.h"

namespace netsmith::cli {
namespace {

/// Inside single quotes, in a specification of _arguments or _describe.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\'') {
      escaped += "'\\''";
    } else {
      if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
      escaped += c;
    }
  }
  return escaped;
}

std::string Values(const Option& option) {
  if (ChoicesOf(option).empty()) return option.kind == Option::Kind::kText ? "_files" : " ";
  return fmt::format("({})", fmt::join(ChoicesOf(option), " "));
}

std::string Specification(const Option& option) {
  if (option.positional) {
    return fmt::format("'::{}:_files'", Escaped(option.meaning));
  }
  const char* const again = option.kind == Option::Kind::kList ? "*" : "";
  if (option.kind == Option::Kind::kFlag) {
    return fmt::format("'--{}[{}]'", option.name, Escaped(option.meaning));
  }
  return fmt::format("'{}--{}=[{}]:{}:{}'", again, option.name, Escaped(option.meaning),
                     ChoicesOf(option).empty() ? Escaped(option.value_name) : option.name,
                     Values(option));
}

}  // namespace

std::string ZshCompletion(const std::vector<CommandOptions>& commands) {
  std::string names, cases, seconds;
  std::vector<std::string> long_commands;
  for (const auto& [word, more] : WordsOf(commands)) {
    names += " " + word;
    if (more.empty()) continue;
    long_commands.push_back(word);
    seconds += fmt::format("      {}) compadd -- {} ;;\n", word, fmt::join(more, " "));
  }
  for (const CommandOptions& command : commands) {
    cases += fmt::format("    '{}')\n      _arguments -S", command.name);
    for (const Option& option : command.options) cases += " \\\n        " + Specification(option);
    cases += " \\\n        '(-h --help)'{-h,--help}'[Print this help and exit]' ;;\n";
  }
  return fmt::format(R"(#compdef netsmith
# Completions of netsmith for zsh; made by `netsmith completion zsh`.
_netsmith() {{
  local command=${{words[2]}} used=1
  if (( CURRENT == 2 )); then
    compadd --{}
    return
  fi
  if [[ $command == ({}) ]]; then
    if (( CURRENT == 3 )); then
      case $command in
{}      esac
      return
    fi
    command+=" ${{words[3]}}"
    used=2
  fi
  shift $used words
  (( CURRENT -= used ))
  case $command in
{}  esac
}}
_netsmith "$@"
)",
                     names, fmt::join(long_commands, "|"), seconds, cases);
}

}  // namespace netsmith::cli
