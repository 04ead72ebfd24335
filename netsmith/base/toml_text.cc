#include "netsmith/base/toml_text.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

namespace netsmith::base {
namespace {

/// Where the comment or string at the start of `rest` ends; 1 for anything else. Comments and
/// strings of one line end at the line's end at the latest.
std::size_t TokenLength(std::string_view rest) {
  const char first = rest.front();
  if (first == '#') return std::min(rest.find('\n'), rest.size());
  if (first != '"' && first != '\'') return 1;
  const std::string_view triple = first == '"' ? "\"\"\"" : "'''";
  const bool many_lines = rest.starts_with(triple);
  const std::string_view quote = many_lines ? triple : triple.substr(0, 1);
  for (std::size_t i = quote.size(); i < rest.size(); ++i) {
    if (first == '"' && rest[i] == '\\') {
      ++i;
    } else if (rest.substr(i).starts_with(quote)) {
      return i + quote.size();
    } else if (rest[i] == '\n' && !many_lines) {
      return i;
    }
  }
  return rest.size();
}

}  // namespace

std::optional<TextPlace> FindStrayCharacter(std::string_view toml) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::size_t position = toml.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  while (position < toml.size() && static_cast<unsigned char>(toml[position]) < 0x80) {
    position += TokenLength(toml.substr(position));
  }
  if (position >= toml.size()) return std::nullopt;
  TextPlace place;
  for (const char c : toml.substr(0, position)) {
    ++place.column;
    if (c == '\n') place = {place.line + 1, 1};
  }
  return place;
}

}  // namespace netsmith::base
