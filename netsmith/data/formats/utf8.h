#pragma once

#include <string_view>

namespace netsmith::data {

/// For names that a model file is to hold.
/// Errors   DataError: "PLACE: found the name "caf\xe9", expected UTF-8".
void CheckUtf8(std::string_view place, std::string_view name);

}  // namespace netsmith::data
