#pragma once

#include <string>
#include <vector>

#include "netsmith/study/store.h"

/// The comparisons that were made of a study, kept with it as attributes (report::ToJson).
namespace netsmith::cli {

/// Key of the last one. Those before it that hold other figures have keys of their own:
/// "netsmith:comparison.1", ….
inline constexpr const char* kComparisonKey = "netsmith:comparison";

/// Makes `comparison` the study's last one. The one before it stays under another key, and that is
/// said, where it holds figures that neither this one nor an earlier one has.
void KeepComparison(study::Store& store, const std::string& study, const std::string& comparison);

/// The earlier ones, as they were made, without any that is the last one now.
std::vector<std::string> EarlierComparisons(study::Store& store, const std::string& study);

}  // namespace netsmith::cli
