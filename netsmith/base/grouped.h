#pragma once

#include <cstdint>
#include <string>

namespace netsmith::base {

/// "1,234,567"
std::string Grouped(std::int64_t number);

}  // namespace netsmith::base
