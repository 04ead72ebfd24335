#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netsmith/data/dataset.h"

namespace netsmith::data {

/// How many of `records` each class has.
std::vector<std::int64_t> ClassCounts(const Dataset& dataset,
                                      std::span<const std::int64_t> records);
/// Of all records.
std::vector<std::int64_t> ClassCounts(const Dataset& dataset);

/// Records of the largest class to one of the smallest; a class without any counts as one.
double Imbalance(const Dataset& dataset);

/// Weights of samples by class that make every class count the same: n / (k n_c) for n records of
/// which n_c are of class c, k classes having any. Their mean over the records is 1; a class
/// without records has weight 0.
std::vector<double> BalancedClassWeights(std::span<const std::int64_t> counts);

}  // namespace netsmith::data
