#pragma once

#include <string_view>

namespace netsmith::report {

/// The content of web/NAME, as it was when the program was built. A name that is not there is a
/// defect.
std::string_view WebFile(std::string_view name);

}  // namespace netsmith::report
