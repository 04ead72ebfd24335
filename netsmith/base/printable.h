#pragma once

#include <string>
#include <string_view>

namespace netsmith::base {

/// One line for people, whatever a stranger's text holds: control characters become \xNN.
inline std::string Printable(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string printable;
  printable.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      printable.push_back(c);
    } else {
      printable.append("\\x").append({kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return printable;
}

}  // namespace netsmith::base
