#include "netsmith/cli/config_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/file.h"
#include "netsmith/base/toml.h"
#include "netsmith/cli/command.h"
#include "netsmith/cli/command_line.h"
#include "netsmith/cli/nearest.h"
#include "netsmith/cli/option_table.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::cli {
namespace {

std::string Place(const std::string& path, const toml::source_region& source) {
  return fmt::format("{}:{}:{}", path, source.begin.line, source.begin.column);
}

toml::table ReadToml(const std::string& path) {
  const std::optional<std::string> content = base::ReadFile(path);
  if (!content) {
    throw base::ConfigError(fmt::format("{}: cannot be read as a configuration: {}", path,
                                        std::generic_category().message(errno)));
  }
  return base::ParseToml(*content, path);
}

/// The value as the command line would write it; nothing when its type is not the option's.
std::optional<std::string> TextOf(const toml::node& node, Option::Kind kind) {
  switch (kind) {
    case Option::Kind::kFlag:
      if (const auto* value = node.as_boolean()) return value->get() ? "true" : "false";
      return std::nullopt;
    case Option::Kind::kReal:
      if (const auto* value = node.as_floating_point()) return fmt::format("{}", value->get());
      [[fallthrough]];
    case Option::Kind::kInteger:
      if (const auto* value = node.as_integer()) return fmt::format("{}", value->get());
      return std::nullopt;
    case Option::Kind::kText:
    case Option::Kind::kList:
      if (const auto* value = node.as_string()) return value->get();
      return std::nullopt;
  }
  return std::nullopt;
}

const char* TypeName(Option::Kind kind) {
  switch (kind) {
    case Option::Kind::kFlag:
      return "true or false";
    case Option::Kind::kInteger:
      return "a whole number";
    case Option::Kind::kReal:
      return "a number";
    case Option::Kind::kText:
      return "a string";
    case Option::Kind::kList:
      return "a string or an array of strings";
  }
  return "";
}

std::string NameOf(toml::node_type type) {
  std::ostringstream name;
  name << type;
  return name.str();
}

/// A command whose options only say what they take.
struct KnownCommand {
  explicit KnownCommand(const CommandEntry& entry) : command(entry.make()) {
    command->Declare(options);
    common.Declare(options);
    std::erase_if(options.options(), [](const Option& option) { return option.name == "config"; });
  }

  std::unique_ptr<Command> command;
  CommonOptions common;
  OptionTable options;
};

class Configuration {
 public:
  Configuration(std::string path, const CommandEntry& command, OptionTable& options)
      : path_(std::move(path)), command_(command), options_(options), table_(ReadToml(path_)) {
    for (const CommandEntry& entry : Commands()) known_.try_emplace(entry.name, entry);
  }

  void Apply() {
    for (const auto& [key, node] : table_) {
      if (!node.is_table()) CheckTopLevel(key, node);
    }
    CheckTables(table_, "");
    // The command's own table first: what it gives is not taken from the top any more.
    if (const toml::table* own = OwnTable()) AssignFrom(*own);
    AssignFrom(table_);
  }

 private:
  [[noreturn]] void FailUnknown(const toml::key& key, const std::vector<std::string>& known) const {
    const std::string nearest = Nearest(key.str(), known);
    throw base::ConfigError(
        fmt::format("{}: unknown key {}{}", Place(path_, key.source()), space::Quoted(key.str()),
                    nearest.empty() ? "" : fmt::format(", the nearest is \"{}\"", nearest)));
  }

  std::vector<std::string> OptionNames() const {
    std::vector<std::string> all;
    for (const auto& [name, command] : known_) {
      const std::vector<std::string> names = command.options.Names();
      all.insert(all.end(), names.begin(), names.end());
    }
    return all;
  }

  /// "search", or "data" of "data fetch".
  bool IsCommandWord(const toml::key& key) const {
    return std::ranges::any_of(known_, [&](const auto& command) {
      return command.first == key.str() || command.first.starts_with(std::string(key.str()) + " ");
    });
  }

  /// The options of that name: this command's first.
  std::vector<Option*> OptionsNamed(const std::string& name) {
    std::vector<Option*> found;
    for (auto& [command, known] : known_) {
      Option* option = known.options.Find(name);
      if (option == nullptr) continue;
      found.insert(command == command_.name ? found.begin() : found.end(), option);
    }
    return found;
  }

  /// What stands on top is right when any command takes it.
  void CheckTopLevel(const toml::key& key, const toml::node& node) {
    const std::vector<Option*> options = OptionsNamed(std::string(key.str()));
    if (options.empty()) FailUnknown(key, OptionNames());
    const auto takes = [&](Option* option) { return Takes(*option, node); };
    if (std::ranges::none_of(options, takes)) Assign(*options.front(), node);
  }

  static bool Takes(const Option& option, const toml::node& node) {
    const auto takes = [&](const toml::node& value) {
      const auto text = TextOf(value, option.kind);
      return text && option.set(*text);
    };
    const toml::array* array = option.kind == Option::Kind::kList ? node.as_array() : nullptr;
    return array == nullptr ? takes(node) : std::all_of(array->begin(), array->end(), takes);
  }

  /// Every table is a command's ("search"), or holds such tables ("data" of "data fetch").
  void CheckTables(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const toml::table* inner = node.as_table();
      if (inner == nullptr) continue;
      const std::string name = prefix + std::string(key.str());
      const auto known = known_.find(name);
      if (known != known_.end()) {
        CheckValues(*inner, known->second.options);
        continue;
      }
      const bool is_prefix = std::ranges::any_of(
          known_, [&](const auto& entry) { return entry.first.starts_with(name + " "); });
      if (!is_prefix) FailStrayTable(key, *inner, prefix);
      CheckTables(*inner, name + " ");
      for (const auto& [stray, value] : *inner) {
        if (!value.is_table()) FailUnknown(stray, CommandNames());
      }
    }
  }

  /// An option that is given a table, or no command.
  [[noreturn]] void FailStrayTable(const toml::key& key, const toml::table& table,
                                   const std::string& prefix) {
    const std::vector<Option*> options = OptionsNamed(std::string(key.str()));
    if (prefix.empty() && !options.empty()) Assign(*options.front(), table);
    FailUnknown(key, CommandNames());
  }

  void CheckValues(const toml::table& table, OptionTable& options) const {
    for (const auto& [key, node] : table) {
      Option* option = options.Find(std::string(key.str()));
      if (option == nullptr) FailUnknown(key, options.Names());
      Assign(*option, node);
    }
  }

  std::vector<std::string> CommandNames() const {
    std::vector<std::string> names;
    for (const auto& [name, command] : known_) names.push_back(name);
    return names;
  }

  const toml::table* OwnTable() const {
    std::string path = command_.name;
    std::ranges::replace(path, ' ', '.');
    return table_.at_path(path).as_table();
  }

  void AssignFrom(const toml::table& table) {
    for (const auto& [key, node] : table) {
      Option* option = options_.Find(std::string(key.str()));
      // A table at the top may be a command's: "data" is an option as well.
      const bool is_command = &table == &table_ && node.is_table() && IsCommandWord(key);
      if (option != nullptr && !option->given && !is_command) Assign(*option, node);
    }
  }

  void Assign(Option& option, const toml::node& node) const {
    if (const toml::array* array = node.as_array();
        array != nullptr && option.kind == Option::Kind::kList) {
      for (const toml::node& element : *array) AssignOne(option, element);
    } else {
      AssignOne(option, node);
    }
  }

  void AssignOne(Option& option, const toml::node& node) const {
    const std::string place = fmt::format("{}: {}", Place(path_, node.source()), option.name);
    const auto text = TextOf(node, option.kind);
    if (!text) {
      throw base::ConfigError(fmt::format("{}: found a value of type {}, expected {}", place,
                                          NameOf(node.type()), TypeName(option.kind)));
    }
    option.Assign(*text, place);
  }

  std::string path_;
  const CommandEntry& command_;
  OptionTable& options_;
  toml::table table_;
  std::map<std::string, KnownCommand> known_;
};

}  // namespace

void ApplyConfigFile(const std::string& path, const CommandEntry& command, OptionTable& options) {
  Configuration(path, command, options).Apply();
}

}  // namespace netsmith::cli
