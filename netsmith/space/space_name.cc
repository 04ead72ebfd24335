#include "netsmith/space/space_name.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::space {
namespace {

std::string Known(std::span<const SpaceParameter> known) {
  std::vector<std::string> texts;
  for (const SpaceParameter& parameter : known) {
    texts.push_back(
        fmt::format("{} ({} to {})", parameter.name, parameter.lowest, parameter.highest));
  }
  return texts.empty() ? "none, as this space has no parameters"
                       : fmt::format("one of {}", fmt::join(texts, ", "));
}

/// Whole number `text` within the parameter's range.
bool ReadValue(std::string_view text, const SpaceParameter& parameter, std::int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= parameter.lowest &&
         value <= parameter.highest;
}

}  // namespace

std::string_view BaseOf(std::string_view text) { return text.substr(0, text.find('@')); }

SpaceName ParseSpaceName(std::string_view text, std::span<const SpaceParameter> known) {
  SpaceName name{.base = std::string(BaseOf(text))};
  for (const SpaceParameter& parameter : known) name.parameters[parameter.name] = parameter.usual;
  std::set<std::string_view> given;
  std::size_t start = name.base.size() + 1;
  while (name.base.size() < text.size()) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    const std::string_view item = text.substr(start, comma - start);
    const auto fail = [&](const std::string& expected) {
      throw base::ConfigError(fmt::format("space {}, column {}: found {}, expected {}",
                                          Quoted(text), start + 1, Quoted(item), expected));
    };
    const std::string_view key = item.substr(0, item.find('='));
    const auto parameter = std::ranges::find_if(
        known, [&](const SpaceParameter& candidate) { return key == candidate.name; });
    if (parameter == known.end()) fail(Known(known));
    if (!given.insert(key).second) fail("each parameter once");
    const std::string_view value = item.substr(std::min(key.size() + 1, item.size()));
    if (!ReadValue(value, *parameter, name.parameters[parameter->name])) {
      fail(fmt::format("{}=N, a whole number from {} to {}", key, parameter->lowest,
                       parameter->highest));
    }
    if (comma == text.size()) break;
    start = comma + 1;
  }
  return name;
}

std::string FormatSpaceName(const SpaceName& name, std::span<const SpaceParameter> known) {
  std::string text = name.base;
  char separator = '@';
  for (const SpaceParameter& parameter : known) {
    const std::int64_t value = name.parameters.at(parameter.name);
    if (value == parameter.usual) continue;
    text += fmt::format("{}{}={}", separator, parameter.name, value);
    separator = ',';
  }
  return text;
}

}  // namespace netsmith::space
