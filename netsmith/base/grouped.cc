#include "netsmith/base/grouped.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace netsmith::base {

std::string Grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t i = digits.size(); i > first + 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

}  // namespace netsmith::base
