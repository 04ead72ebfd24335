#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netsmith/data/dataset.h"

namespace netsmith::data {

/// Draws `num_validation` records without replacement, fixed by `seed` (stream "split").
/// Stratified: each class gives its share, rounded down; what is missing then comes from the
/// classes with the largest remainders (the lower label first among equals). Where the numbers
/// allow it, every class of two or more records is in both parts, and one of a single record
/// trains. Errors   InvalidArgument: num_validation is not in [1, dataset.size() - 1].
Split SplitValidation(const Dataset& dataset, std::int64_t num_validation, std::uint64_t seed);

/// The same for records of which some belong together: `groups[r]` is the group of record r; empty:
/// each by itself. Whole groups are drawn, so the number and the shares are met as nearly as the
/// groups allow. Errors   as above; fewer than 2 groups.
Split SplitGroups(const Dataset& dataset, std::span<const std::int64_t> groups,
                  std::int64_t num_validation, std::uint64_t seed);

/// As Problem::Folds.
std::vector<Split> StratifiedFolds(const Dataset& dataset, std::span<const std::int64_t> groups,
                                   int count, std::uint64_t seed);

/// How many of `size` records validate by default: a twelfth, as of MNIST's, but of small sets
/// more: a quarter, up to 1,000.
std::int64_t UsualValidation(std::int64_t size);

}  // namespace netsmith::data
