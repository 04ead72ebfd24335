#include "netsmith/cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/cli/config_file.h"
#include "netsmith/cli/nearest.h"
#include "netsmith/cli/option_table.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::cli {
namespace {

/// What CLI11 found on the command line, as texts: validation is the option table's.
struct Parsed {
  std::unique_ptr<CLI::App> app;
  std::deque<std::pair<Option*, std::vector<std::string>>> texts;
};

constexpr std::size_t kNameColumns = 34;  // of help, before the explanations
constexpr std::size_t kHelpColumns = 100;

/// Breaks lines between words; CLI11 indents what follows a line break.
std::string Wrapped(const std::string& text, std::size_t columns) {
  std::string wrapped;
  std::size_t used = 0;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (used > 0 && used + 1 + word.size() > columns) {
      wrapped += "\n";
      used = 0;
    } else if (used > 0) {
      wrapped += " ";
      ++used;
    }
    wrapped += word;
    used += word.size();
  }
  return wrapped;
}

std::string Description(const Option& option) {
  std::string text = option.meaning;
  const bool is_number =
      option.kind == Option::Kind::kInteger || option.kind == Option::Kind::kReal;
  if (is_number) text += fmt::format("; {}", option.accepts);
  if (option.kind == Option::Kind::kList && !option.positional) {
    text += "; may be given several times";
  }
  if (!option.default_text.empty()) text += fmt::format(" [{}]", option.default_text);
  return Wrapped(text, kHelpColumns - kNameColumns);
}

/// CLI11's, with our line of usage and one empty line between groups.
class HelpFormatter : public CLI::Formatter {
 public:
  explicit HelpFormatter(std::string arguments) : arguments_(std::move(arguments)) {
    column_width(kNameColumns);
  }
  std::string make_usage(const CLI::App*, std::string name) const override {
    return fmt::format("Usage: {}{} [OPTIONS]\n\n", name, arguments_);
  }
  /// CLI11's begins with an empty line; what has no name needs no heading.
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    const std::string text = Formatter::make_group(group, is_positional, std::move(options));
    const std::size_t heading = std::string("\n:\n").size() + group.size();
    return is_positional ? text.substr(heading) + "\n" : text.substr(1);
  }

 private:
  std::string arguments_;
};

/// `followed`: another argument without a name comes behind this one.
void AddToApp(Option& option, bool followed, Parsed& parsed) {
  auto& texts = parsed.texts.emplace_back(&option, std::vector<std::string>{}).second;
  const std::string name = option.positional ? option.name : fmt::format("--{}", option.name);
  CLI::Option* added = nullptr;
  if (option.kind == Option::Kind::kFlag) {
    added = parsed.app->add_flag(
        name, [&texts](std::int64_t times) { texts.emplace_back(times > 0 ? "true" : "false"); },
        Description(option));
  } else {
    added = parsed.app->add_option(name, texts, Description(option));
    added->option_text(option.positional ? "" : option.value_name)->type_name("");
    // One value each time, however often it is given: what follows is another argument.
    added->expected(1);
    if (option.positional && option.kind == Option::Kind::kList) {
      constexpr int kMostArguments = 1 << 24;
      added->expected(1, kMostArguments);
    }
    if (option.positional && followed) added->allow_extra_args(false);
    if (!option.positional) {
      added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
    }
  }
  added->group(option.group);
}

Parsed MakeApp(const CommandEntry& entry, OptionTable& options) {
  Parsed parsed;
  parsed.app = std::make_unique<CLI::App>(entry.summary, fmt::format("netsmith {}", entry.name));
  parsed.app->allow_extras();
  parsed.app->formatter(std::make_shared<HelpFormatter>(options.PositionalUsage()));
  const auto is_positional = [](const Option& option) { return option.positional; };
  auto positionals = std::ranges::count_if(options.options(), is_positional);
  for (Option& option : options.options()) {
    if (option.positional) --positionals;
    AddToApp(option, positionals > 0, parsed);
  }
  parsed.app->set_help_flag("-h,--help", "Print this help and exit")->group("Common");
  return parsed;
}

/// Complains of what CLI11 could not place.
void CheckExtras(const CommandEntry& entry, const std::vector<std::string>& extras,
                 const OptionTable& options) {
  if (extras.empty()) return;
  const std::string& extra = extras.front();
  if (!extra.starts_with('-') || extra == "-") {
    throw base::ConfigError(
        fmt::format("netsmith {}: unexpected argument {}", entry.name, space::Quoted(extra)));
  }
  const std::string flag = extra.substr(0, extra.find('='));
  const std::string bare = flag.substr(std::min(flag.find_first_not_of('-'), flag.size()));
  const std::string nearest = Nearest(bare, options.Names());
  const std::string hint = nearest.empty()
                               ? fmt::format("`netsmith {} --help` lists the flags", entry.name)
                               : fmt::format("the nearest is --{}", nearest);
  throw base::ConfigError(
      fmt::format("netsmith {}: unknown flag {}, {}", entry.name, space::Quoted(flag), hint));
}

/// Of an option that is given twice, the last value holds.
void AssignAll(Parsed& parsed) {
  for (auto& [option, texts] : parsed.texts) {
    const std::string place = option->positional ? option->name : fmt::format("--{}", option->name);
    const bool all = option->kind == Option::Kind::kList;
    for (std::size_t i = all || texts.empty() ? 0 : texts.size() - 1; i < texts.size(); ++i) {
      option->Assign(texts[i], place);
    }
  }
}

/// --json=maybe: CLI11 would try to make a number of it.
void CheckFlagValues(const std::vector<std::string>& arguments, OptionTable& options) {
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (!argument.starts_with("--") || equals == std::string::npos) continue;
    const Option* option = options.Find(argument.substr(2, equals - 2));
    if (option == nullptr || option->kind != Option::Kind::kFlag) continue;
    const std::string value = argument.substr(equals + 1);
    if (value == "true" || value == "false") continue;
    throw base::ConfigError(
        fmt::format("--{}: found {}, expected true or false", option->name, space::Quoted(value)));
  }
}

/// What CLI11 says of an option without a value, or of too many positional arguments, in our words.
std::string MismatchText(const std::string& message) {
  const std::string name = message.substr(0, message.find(':'));
  if (name.starts_with("--")) return fmt::format("{}: found no value", name);
  return fmt::format("{}: found more than one", name);
}

}  // namespace

void CommonOptions::Declare(OptionTable& options) {
  options.Group("Common");
  options.Text("config", "FILE", &config,
               "TOML file with options by their long names, on top or in a table named like the "
               "command; flags win");
  options.Choice("log-level", &log_level, {"debug", "info", "warning", "error"},
                 "Least important message that is written to stderr");
  options.Flag("quiet", &quiet,
               "No messages but warnings and errors; the same as --log-level warning");
}

void CommonOptions::Apply() const {
  static const std::map<std::string, base::LogLevel> levels = {
      {"debug", base::LogLevel::kDebug},
      {"info", base::LogLevel::kInfo},
      {"warning", base::LogLevel::kWarning},
      {"error", base::LogLevel::kError}};
  base::LogLevel level = levels.at(log_level);
  if (quiet) level = std::max(level, base::LogLevel::kWarning);
  base::SetLogLevel(level);
}

std::optional<std::string> ParseArguments(const CommandEntry& entry,
                                          const std::vector<std::string>& arguments,
                                          OptionTable& options, const CommonOptions& common) {
  CheckFlagValues(arguments, options);
  Parsed parsed = MakeApp(entry, options);
  try {
    // CLI11 takes the arguments from the back.
    parsed.app->parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    return parsed.app->help();
  } catch (const CLI::ArgumentMismatch& error) {
    throw base::ConfigError(fmt::format("netsmith {}: {}", entry.name, MismatchText(error.what())));
  } catch (const CLI::ParseError& error) {
    throw base::ConfigError(fmt::format("netsmith {}: {}", entry.name, error.what()));
  }
  CheckExtras(entry, parsed.app->remaining(), options);
  AssignAll(parsed);
  if (!common.config.empty()) ApplyConfigFile(common.config, entry, options);
  return std::nullopt;
}

}  // namespace netsmith::cli
