#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace netsmith::base {

struct TextPlace {
  std::int64_t line = 1;
  std::int64_t column = 1;  // in bytes, from 1
  bool operator==(const TextPlace&) const = default;
};

/// The first byte beyond ASCII outside the comments and strings of a TOML document, where TOML 1.0
/// has none. Such documents must not reach toml++ 3.3: it takes a branch there that it declares
/// unreachable (is_non_ascii_horizontal_whitespace).
std::optional<TextPlace> FindStrayCharacter(std::string_view toml);

}  // namespace netsmith::base
