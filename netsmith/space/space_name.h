#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace netsmith::space {

/// A number that may be given with a space's name: "nb201@cells=5,channels=16".
struct SpaceParameter {
  const char* name;
  const char* meaning;
  std::int64_t usual;
  std::int64_t lowest;
  std::int64_t highest;
};

/// A space's name taken apart.
struct SpaceName {
  std::string base;
  std::map<std::string, std::int64_t> parameters = {};  // all of the space's
};

/// The part of `text` before its parameters.
std::string_view BaseOf(std::string_view text);

/// Errors   ConfigError with the column: a parameter that is unknown, given twice, without a number
///          or out of its range.
SpaceName ParseSpaceName(std::string_view text, std::span<const SpaceParameter> known);

/// As ParseSpaceName reads it; parameters at their usual values are left out.
std::string FormatSpaceName(const SpaceName& name, std::span<const SpaceParameter> known);

}  // namespace netsmith::space
