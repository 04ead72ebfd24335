#include "netsmith/data/class_balance.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace netsmith::data {

std::vector<std::int64_t> ClassCounts(const Dataset& dataset,
                                      std::span<const std::int64_t> records) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(dataset.num_classes()));
  for (const std::int64_t record : records) {
    ++counts[static_cast<std::size_t>(dataset.Label(record))];
  }
  return counts;
}

std::vector<std::int64_t> ClassCounts(const Dataset& dataset) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(dataset.size()));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  return ClassCounts(dataset, all);
}

double Imbalance(const Dataset& dataset) {
  const std::vector<std::int64_t> counts = ClassCounts(dataset);
  const std::int64_t least = std::max<std::int64_t>(1, *std::ranges::min_element(counts));
  return static_cast<double>(*std::ranges::max_element(counts)) / static_cast<double>(least);
}

std::vector<double> BalancedClassWeights(std::span<const std::int64_t> counts) {
  const auto total =
      static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
  const auto present =
      static_cast<double>(std::ranges::count_if(counts, [](std::int64_t n) { return n > 0; }));
  std::vector<double> weights;
  for (const std::int64_t count : counts) {
    weights.push_back(count == 0 ? 0 : total / (present * static_cast<double>(count)));
  }
  return weights;
}

}  // namespace netsmith::data
