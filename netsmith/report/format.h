#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "netsmith/base/grouped.h"

/// Numbers as people read them.
namespace netsmith::report {

using base::Grouped;
/// "1 trial", "1,000 trials".
std::string Counted(std::int64_t number, const std::string& noun);
/// A share in [0, 1] as a percentage with two decimals: "98.71 %".
std::string Percent(double share);
/// "8 s", "12 min 05 s", "3 h 07 min"; rounded to whole seconds, at least 0.
std::string Duration(double seconds);
/// "812 B", "14.2 KiB", "3.0 GiB".
std::string Bytes(std::int64_t bytes);
/// "a, b and c".
std::string Enumeration(std::span<const std::string> items);

}  // namespace netsmith::report
