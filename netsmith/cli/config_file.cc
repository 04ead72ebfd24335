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

class Configuration {
 public:
  Configuration(std::string path, const CommandEntry& command, OptionTable& options)
      : path_(std::move(path)), command_(command), options_(options), table_(ReadToml(path_)) {
    for (const CommandEntry& entry : Commands()) AddKnownNames(entry);
  }

  void Apply() {
    for (const auto& [key, node] : table_) {
      if (!node.is_table()) CheckTopLevelKey(key);
    }
    CheckTables(table_, "");
    // The command's own table first: what it gives is not taken from the top any more.
    if (const toml::table* own = OwnTable()) AssignFrom(*own);
    AssignFrom(table_);
  }

 private:
  void AddKnownNames(const CommandEntry& entry) {
    OptionTable options;
    CommonOptions common;
    const std::unique_ptr<Command> command = entry.make();
    command->Declare(options);
    common.Declare(options);
    auto& names = names_[entry.name];
    for (const std::string& name : options.Names()) {
      if (name != "config") names.push_back(name);
    }
  }

  [[noreturn]] void FailUnknown(const toml::key& key, const std::vector<std::string>& known) const {
    const std::string nearest = Nearest(key.str(), known);
    throw base::ConfigError(
        fmt::format("{}: unknown key {}{}", Place(path_, key.source()), space::Quoted(key.str()),
                    nearest.empty() ? "" : fmt::format(", the nearest is \"{}\"", nearest)));
  }

  std::vector<std::string> OptionNames() const {
    std::vector<std::string> all;
    for (const auto& [command, names] : names_) all.insert(all.end(), names.begin(), names.end());
    return all;
  }
  bool IsOption(const toml::key& key) const {
    return std::ranges::any_of(names_, [&](const auto& command) {
      return std::ranges::find(command.second, key.str()) != command.second.end();
    });
  }

  /// "search", or "data" of "data fetch".
  bool IsCommandWord(const toml::key& key) const {
    return std::ranges::any_of(names_, [&](const auto& command) {
      return command.first == key.str() || command.first.starts_with(std::string(key.str()) + " ");
    });
  }

  void CheckTopLevelKey(const toml::key& key) const {
    if (!IsOption(key)) FailUnknown(key, OptionNames());
  }

  /// Every table is a command's ("search"), or holds such tables ("data" of "data fetch").
  void CheckTables(const toml::table& table, const std::string& prefix) const {
    for (const auto& [key, node] : table) {
      const toml::table* inner = node.as_table();
      if (inner == nullptr) continue;
      const std::string name = prefix + std::string(key.str());
      const auto known = names_.find(name);
      if (known != names_.end()) {
        CheckKeys(*inner, known->second);
        continue;
      }
      const bool is_prefix = std::ranges::any_of(
          names_, [&](const auto& entry) { return entry.first.starts_with(name + " "); });
      if (!is_prefix && prefix.empty() && IsOption(key)) continue;  // of a wrong type: AssignFrom
      if (!is_prefix) FailUnknown(key, CommandNames());
      CheckTables(*inner, name + " ");
      for (const auto& [stray, value] : *inner) {
        if (!value.is_table()) FailUnknown(stray, CommandNames());
      }
    }
  }

  void CheckKeys(const toml::table& table, const std::vector<std::string>& known) const {
    for (const auto& [key, node] : table) {
      if (std::ranges::find(known, key.str()) == known.end()) FailUnknown(key, known);
    }
  }

  std::vector<std::string> CommandNames() const {
    std::vector<std::string> names;
    for (const auto& [name, keys] : names_) names.push_back(name);
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

  void Assign(Option& option, const toml::node& node) {
    if (const toml::array* array = node.as_array();
        array != nullptr && option.kind == Option::Kind::kList) {
      for (const toml::node& element : *array) AssignOne(option, element);
    } else {
      AssignOne(option, node);
    }
  }

  void AssignOne(Option& option, const toml::node& node) {
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
  std::map<std::string, std::vector<std::string>> names_;  // of every command's options
};

}  // namespace

void ApplyConfigFile(const std::string& path, const CommandEntry& command, OptionTable& options) {
  Configuration(path, command, options).Apply();
}

}  // namespace netsmith::cli
