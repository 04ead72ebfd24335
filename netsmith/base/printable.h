#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace netsmith::base {

/// Bytes of the UTF-8 character that `text` begins with; 0 where it begins with none.
inline std::size_t CharacterBytes(std::string_view text) {
  if (text.empty()) return 0;
  constexpr char32_t kLowest[] = {0, 0, 0x80, 0x800, 0x10000};  // by bytes: less is overlong
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  const std::size_t bytes = first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (bytes == 0 || first >= 0xf8 || bytes > text.size()) return 0;
  char32_t code = first & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte & 0x3f);
  }
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  return code < kLowest[bytes] || code > 0x10ffff || is_surrogate ? 0 : bytes;
}

/// True of a character below U+0020, and of U+007F to U+009F: U+009B begins what ESC [ begins.
inline bool IsControl(std::string_view character) {
  const auto last = static_cast<unsigned char>(character.back());
  if (character.size() == 1) return last < 0x20 || last == 0x7f;
  return character.size() == 2 && character[0] == '\xc2' && last < 0xa0;
}

/// One line for people, whatever a stranger's text holds: the bytes of control characters, and
/// those that are not UTF-8, become \xNN.
inline std::string Printable(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string printable;
  printable.reserve(text.size());
  while (!text.empty()) {
    const std::size_t bytes = CharacterBytes(text);
    const std::string_view front = text.substr(0, bytes == 0 ? 1 : bytes);
    text.remove_prefix(front.size());
    if (bytes > 0 && !IsControl(front)) {
      printable.append(front);
      continue;
    }
    for (const char c : front) {
      const auto byte = static_cast<unsigned char>(c);
      printable.append("\\x").append({kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return printable;
}

}  // namespace netsmith::base
