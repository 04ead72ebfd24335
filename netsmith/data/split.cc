#include "netsmith/data/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"

namespace netsmith::data {
namespace {

using Records = std::vector<std::int64_t>;

std::vector<Records> RecordsByClass(const Dataset& dataset) {
  std::vector<Records> by_class(static_cast<std::size_t>(dataset.num_classes()));
  for (std::int64_t record = 0; record < dataset.size(); ++record) {
    by_class[static_cast<std::size_t>(dataset.Label(record))].push_back(record);
  }
  return by_class;
}

/// How many records each class gives: `total` times its share, by largest remainders.
Records Quotas(const std::vector<Records>& by_class, std::int64_t total, std::int64_t size) {
  Records quotas;
  Records remainders;
  for (const Records& records : by_class) {
    const std::int64_t share = std::ssize(records) * total;
    quotas.push_back(share / size);
    remainders.push_back(share % size);
  }
  std::vector<std::size_t> order(by_class.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  std::int64_t missing = total - std::accumulate(quotas.begin(), quotas.end(), std::int64_t{0});
  for (std::size_t i = 0; missing > 0; ++i, --missing) ++quotas[order[i]];
  return quotas;
}

/// Moves a uniformly drawn choice of `count` records to the front (Fisher-Yates).
void DrawToFront(Records& records, std::int64_t count, base::Generator& generator) {
  for (std::int64_t i = 0; i < count; ++i) {
    const auto rest = static_cast<std::uint64_t>(std::ssize(records) - i);
    const auto drawn = i + static_cast<std::int64_t>(generator.Below(rest));
    std::swap(records[static_cast<std::size_t>(i)], records[static_cast<std::size_t>(drawn)]);
  }
}

}  // namespace

Split SplitValidation(const Dataset& dataset, std::int64_t num_validation, std::uint64_t seed) {
  if (num_validation < 1 || num_validation >= dataset.size()) {
    throw base::InvalidArgument(
        fmt::format("{}: found {} validation records of {}, expected 1 to {}", dataset.name(),
                    num_validation, dataset.size(), dataset.size() - 1));
  }
  std::vector<Records> by_class = RecordsByClass(dataset);
  const Records quotas = Quotas(by_class, num_validation, dataset.size());
  base::Generator generator = base::RandomStreams(seed).For("split");
  Split split;
  for (std::size_t label = 0; label < by_class.size(); ++label) {
    Records& records = by_class[label];
    DrawToFront(records, quotas[label], generator);
    const auto middle = records.begin() + quotas[label];
    split.validation.insert(split.validation.end(), records.begin(), middle);
    split.train.insert(split.train.end(), middle, records.end());
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.validation.begin(), split.validation.end());
  return split;
}

}  // namespace netsmith::data
