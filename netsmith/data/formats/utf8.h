#pragma once

#include <string_view>

namespace netsmith::data {

/// True for UTF-8 as RFC 3629 has it: nothing overlong, no surrogates, nothing beyond U+10FFFF.
bool IsUtf8(std::string_view text);

/// For names that a model file is to hold.
/// Errors   DataError: "PLACE: found the name "caf\xe9", expected UTF-8".
void CheckUtf8(std::string_view place, std::string_view name);

}  // namespace netsmith::data
