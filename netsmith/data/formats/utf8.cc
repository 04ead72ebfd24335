#include "netsmith/data/formats/utf8.h"

#include <fmt/format.h>

#include <cstddef>

#include "netsmith/base/error.h"
#include "netsmith/base/printable.h"
#include "netsmith/data/formats/line_reader.h"

namespace netsmith::data {

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t num_bytes = base::CharacterBytes(text);
    if (num_bytes == 0) return false;
    text.remove_prefix(num_bytes);
  }
  return true;
}

void CheckUtf8(std::string_view place, std::string_view name) {
  if (IsUtf8(name)) return;
  throw base::DataError(fmt::format("{}: found the name {}, expected UTF-8", place, Shown(name)));
}

}  // namespace netsmith::data
