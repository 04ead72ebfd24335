#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "netsmith/cli/completion.h"

namespace netsmith::cli {
namespace {

/// As text of troff: nothing of it is a request or an escape.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else {
      escaped += c;
    }
  }
  if (escaped.starts_with('.') || escaped.starts_with('\'')) escaped.insert(0, "\\&");
  return escaped;
}

std::string OptionText(const Option& option) {
  const bool is_number =
      option.kind == Option::Kind::kInteger || option.kind == Option::Kind::kReal;
  std::string text =
      option.positional
          ? fmt::format(".TP\n\\fI{}\\fR\n", Escaped(option.name))
          : fmt::format(
                ".TP\n\\fB\\-\\-{}\\fR{}\n", Escaped(option.name),
                option.value_name.empty() ? "" : " \\fI" + Escaped(option.value_name) + "\\fR");
  text += Escaped(option.meaning);
  if (is_number) text += "; " + Escaped(option.accepts);
  if (option.kind == Option::Kind::kList) text += "; may be given several times";
  if (!option.default_text.empty()) text += fmt::format(" [{}]", Escaped(option.default_text));
  return text + "\n";
}

std::string Usage(const CommandOptions& command) {
  std::string text = fmt::format(".SS netsmith {}{}\n{}.\n", command.name,
                                 Escaped(command.arguments), Escaped(command.summary));
  std::string group;
  for (const Option& option : command.options) {
    if (option.group == "Common") continue;
    if (option.group != group) text += fmt::format(".P\n{}:\n", Escaped(option.group));
    group = option.group;
    text += OptionText(option);
  }
  return text;
}

}  // namespace

std::string ManualPage(const std::vector<CommandOptions>& commands) {
  std::string text = fmt::format(
      ".TH NETSMITH 1 \"\" \"netsmith {}\" \"User Commands\"\n.SH NAME\nnetsmith \\- search for "
      "small, "
      "accurate convolutional networks\n.SH SYNOPSIS\n\\fBnetsmith\\fR \\fICOMMAND\\fR "
      "[\\fIOPTIONS\\fR]\n.SH DESCRIPTION\nnetsmith finds small, accurate convolutional networks "
      "for "
      "images and signals, on an ordinary CPU.\nResults go to standard output, messages to "
      "standard "
      "error.\n.SH COMMANDS\n",
      NETSMITH_VERSION);
  for (const CommandOptions& command : commands) text += Usage(command);
  text += ".SH OPTIONS OF EVERY COMMAND\n";
  for (const Option& option : commands.front().options) {
    if (option.group == "Common") text += OptionText(option);
  }
  text += ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nPrint the help of a command\n";
  const auto row = [](const char* name, const char* meaning) {
    return fmt::format(".TP\n\\fB{}\\fR\n{}\n", name, meaning);
  };
  text += ".SH EXIT STATUS\n" + row("0", "done") +
          row("1", "no network was found, an output cannot be written, or a defect") +
          row("2", "a wrong option, configuration file or network") +
          row("3", "data that is missing, damaged or not what it claims to be") +
          row("4", "a store that cannot be opened or written, or lacks what was asked for") +
          row("130", "interrupted; what was finished is kept");
  text += ".SH ENVIRONMENT\n" + row("NO_COLOR", "when it is set, nothing is colored") +
          row("XDG_CACHE_HOME", "fetched data sets are kept in its folder netsmith");
  return text;
}

}  // namespace netsmith::cli
