#include "netsmith/base/toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "netsmith/base/error.h"

namespace netsmith::base {
namespace {

bool IsBeyondAscii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

[[noreturn]] void Fail(const std::string& path, std::int64_t line, std::int64_t column,
                       std::string_view what) {
  throw ConfigError(fmt::format("{}:{}:{}: {}", path, line, column, what));
}

toml::table Parse(std::string_view content, const std::string& path) {
  try {
    return toml::parse(content);
  } catch (const toml::parse_error& error) {
    const toml::source_position begin = error.source().begin;
    Fail(path, begin.line, begin.column, error.description());
  }
}

/// Whether toml++ takes what comes behind `read` for white space or a key without having seen that
/// it is: behind a backslash that takes away the white space behind it, and in the head of a table.
bool ExpectsSpaceOrKey(std::string_view read) {
  const std::size_t last = read.find_last_not_of(" \t\r\n");
  if (last == read.npos) return false;
  if (read[last] == '\\') return last + 1 < read.size();
  const std::string_view line = read.substr(read.rfind('\n') + 1);
  return line.find('[') != line.npos && line.find_first_not_of("[ \t") == line.npos;
}

void RefuseBeyondAsciiForSpaceOrKey(std::string_view content, const std::string& path) {
  for (std::size_t i = 1; i < content.size(); ++i) {
    const std::string_view read = content.substr(0, i);
    if (!IsBeyondAscii(content[i]) || IsBeyondAscii(read.back()) || !ExpectsSpaceOrKey(read))
      continue;
    Fail(path, 1 + std::ranges::count(read, '\n'),
         static_cast<std::int64_t>(i - (read.rfind('\n') + 1)) + 1,
         "found a character beyond ASCII, expected white space or a plain key");
  }
}

}  // namespace

/// TOML 1.0 has characters beyond ASCII in strings and comments only. A document that has them
/// elsewhere must not reach toml++ 3.3, which takes a branch there that it declares unreachable
/// (is_non_ascii_horizontal_whitespace). So the document is parsed with a '?' for each such byte
/// first: nothing but strings and comments may hold one.
toml::table ParseToml(std::string_view content, const std::string& path) {
  if (std::ranges::none_of(content, IsBeyondAscii)) return Parse(content, path);
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (content.starts_with(kByteOrderMark)) content.remove_prefix(kByteOrderMark.size());
  RefuseBeyondAsciiForSpaceOrKey(content, path);
  std::string plain(content);
  std::ranges::replace_if(plain, IsBeyondAscii, '?');
  try {
    Parse(plain, path);
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{} (a character beyond ASCII shows as ?)", error.what()));
  }
  return Parse(content, path);
}

}  // namespace netsmith::base
