#pragma once

#include <cmath>
#include <cstdint>

namespace netsmith::base {

/// A share of samples, to be compared: means of equal shares that were added up in another order
/// differ in their last bits, but not in billionths. Shares of real samples differ in far more.
inline std::int64_t Billionths(double share) { return std::llround(share * 1e9); }

}  // namespace netsmith::base
