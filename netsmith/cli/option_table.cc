#include "netsmith/cli/option_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/cli/nearest.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::cli {
namespace {

template <typename T>
std::optional<T> ParseNumber(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void Append(const Option& option, std::vector<std::string>& arguments) {
  for (const std::string& text : option.get()) {
    arguments.push_back(option.kind == Option::Kind::kFlag
                            ? fmt::format("--{}", option.name)
                            : fmt::format("--{}={}", option.name, text));
  }
}

std::vector<std::string> NoneIfEmpty(const std::string& text) {
  if (text.empty()) return {};
  return {text};
}

}  // namespace

void Option::Assign(const std::string& text, const std::string& place) {
  if (!set(text)) {
    throw base::ConfigError(
        fmt::format("{}: found {}, expected {}", place, space::Quoted(text), accepts));
  }
  given = true;
}

Option& OptionTable::Add(Option::Kind kind, std::string name, std::string value_name,
                         std::string meaning) {
  Option& option = options_.emplace_back();
  option.kind = kind;
  option.name = std::move(name);
  option.group = group_;
  option.value_name = std::move(value_name);
  option.meaning = std::move(meaning);
  return option;
}

void OptionTable::Flag(std::string name, bool* target, std::string meaning) {
  Option& option = Add(Option::Kind::kFlag, std::move(name), "", std::move(meaning));
  option.accepts = "true or false";
  option.set = [target](const std::string& text) {
    *target = text == "true";
    return text == "true" || text == "false";
  };
  option.get = [target] {
    return *target ? std::vector<std::string>{"true"} : std::vector<std::string>{};
  };
}

void OptionTable::AddInteger(std::string name, IntegerRange range, std::string meaning,
                             std::function<void(std::int64_t)> write,
                             std::function<std::int64_t()> read) {
  Option& option = Add(Option::Kind::kInteger, std::move(name), "N", std::move(meaning));
  option.accepts = fmt::format("a whole number from {} to {}", range.lowest, range.highest);
  option.default_text = fmt::format("{}", read());
  option.set = [range, write = std::move(write)](const std::string& text) {
    const auto value = ParseNumber<std::int64_t>(text);
    if (!value || *value < range.lowest || *value > range.highest) return false;
    write(*value);
    return true;
  };
  option.get = [read = std::move(read)] {
    return std::vector<std::string>{fmt::format("{}", read())};
  };
}

void OptionTable::Real(std::string name, double* target, RealRange range, std::string meaning) {
  Option& option = Add(Option::Kind::kReal, std::move(name), "X", std::move(meaning));
  option.accepts =
      fmt::format("a number {} {} {} {}", range.above_lowest ? "above" : "from", range.lowest,
                  range.above_lowest ? "and up to" : "to", range.highest);
  option.default_text = fmt::format("{}", *target);
  option.set = [target, range](const std::string& text) {
    const auto value = ParseNumber<double>(text);
    const bool in_range = value && *value >= range.lowest && *value <= range.highest &&
                          !(range.above_lowest && *value == range.lowest);
    if (in_range) *target = *value;
    return in_range;
  };
  option.get = [target] { return std::vector<std::string>{fmt::format("{}", *target)}; };
}

void OptionTable::Text(std::string name, std::string value_name, std::string* target,
                       std::string meaning) {
  Option& option =
      Add(Option::Kind::kText, std::move(name), std::move(value_name), std::move(meaning));
  option.accepts = "a text that is not empty";
  option.default_text = *target;
  option.set = [target](const std::string& text) {
    *target = text;
    return !text.empty();
  };
  option.get = [target] { return NoneIfEmpty(*target); };
}

void OptionTable::Choice(std::string name, std::string* target, std::vector<std::string> choices,
                         std::string meaning) {
  Option& option = Add(Option::Kind::kText, std::move(name), "", std::move(meaning));
  option.value_name = fmt::format("{}", fmt::join(choices, "|"));
  option.accepts = fmt::format("one of {}", fmt::join(choices, ", "));
  option.default_text = *target;
  option.set = [target, choices = std::move(choices)](const std::string& text) {
    *target = text;
    return std::ranges::find(choices, text) != choices.end();
  };
  option.get = [target] { return NoneIfEmpty(*target); };
}

void OptionTable::List(std::string name, std::string value_name, std::vector<std::string>* target,
                       std::string meaning) {
  Option& option =
      Add(Option::Kind::kList, std::move(name), std::move(value_name), std::move(meaning));
  option.accepts = "a text that is not empty";
  option.set = [target](const std::string& text) {
    target->push_back(text);
    return !text.empty();
  };
  option.get = [target] { return *target; };
}

void OptionTable::Positional(std::string name, std::string* target, std::string meaning,
                             bool optional) {
  Text(std::move(name), "", target, std::move(meaning));
  options_.back().positional = true;
  options_.back().optional = optional;
}

void OptionTable::Positionals(std::string name, std::vector<std::string>* target,
                              std::string meaning) {
  List(std::move(name), "", target, std::move(meaning));
  options_.back().positional = true;
}

Option* OptionTable::Find(const std::string& name) {
  const auto found = std::ranges::find_if(
      options_, [&](const Option& option) { return !option.positional && option.name == name; });
  return found == options_.end() ? nullptr : &*found;
}

std::string OptionTable::PositionalUsage() const {
  std::string usage;
  for (const Option& option : options_) {
    if (!option.positional) continue;
    const std::string name = option.name + (option.kind == Option::Kind::kList ? "…" : "");
    usage += option.optional ? fmt::format(" [{}]", name) : " " + name;
  }
  return usage;
}

std::vector<std::string> OptionTable::Names() const {
  std::vector<std::string> names;
  for (const Option& option : options_) {
    if (!option.positional) names.push_back(option.name);
  }
  return names;
}

std::vector<std::string> OptionTable::Arguments() const {
  std::vector<std::string> arguments;
  for (const Option& option : options_) Append(option, arguments);
  return arguments;
}

std::vector<std::string> OptionTable::GivenArguments() const {
  std::vector<std::string> arguments;
  for (const Option& option : options_) {
    if (option.given) Append(option, arguments);
  }
  return arguments;
}

}  // namespace netsmith::cli
