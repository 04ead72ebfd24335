#pragma once

#include <cstddef>
#include <string_view>

#include "netsmith/base/printable.h"

namespace netsmith::base {

/// True for UTF-8 as RFC 3629 has it: nothing overlong, no surrogates, nothing beyond U+10FFFF.
inline bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t num_bytes = CharacterBytes(text);
    if (num_bytes == 0) return false;
    text.remove_prefix(num_bytes);
  }
  return true;
}

}  // namespace netsmith::base
