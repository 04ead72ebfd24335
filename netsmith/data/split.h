#pragma once

#include <cstdint>
#include <vector>

#include "netsmith/data/dataset.h"

namespace netsmith::data {

/// Record numbers, ascending; each record of the data set is in one of the two.
struct Split {
  std::vector<std::int64_t> train;
  std::vector<std::int64_t> validation;
};

/// Draws `num_validation` records without replacement, fixed by `seed` (stream "split").
/// Stratified: each class gives its share, rounded down; what is missing then comes from the
/// classes with the largest remainders (the lower label first among equals). Errors
/// InvalidArgument: num_validation is not in [1, dataset.size() - 1].
Split SplitValidation(const Dataset& dataset, std::int64_t num_validation, std::uint64_t seed);

}  // namespace netsmith::data
