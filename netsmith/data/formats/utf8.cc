#include "netsmith/data/formats/utf8.h"

#include <fmt/format.h>

#include "netsmith/base/error.h"
#include "netsmith/base/utf8.h"
#include "netsmith/data/formats/line_reader.h"

namespace netsmith::data {

void CheckUtf8(std::string_view place, std::string_view name) {
  if (base::IsUtf8(name)) return;
  throw base::DataError(fmt::format("{}: found the name {}, expected UTF-8", place, Shown(name)));
}

}  // namespace netsmith::data
