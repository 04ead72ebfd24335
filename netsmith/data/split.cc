#include "netsmith/data/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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

/// Changes the quotas by as little as it takes that no class of two or more records is in one part
/// alone, and that one of a single record is left out of the draw; not at all when that cannot be.
void KeepClassesInBothParts(const std::vector<Records>& by_class, Records& quotas) {
  const auto lowest = [&](std::size_t c) { return std::int64_t{by_class[c].size() > 1}; };
  const auto highest = [&](std::size_t c) {
    return std::max<std::int64_t>(std::ssize(by_class[c]) - 1, 0);
  };
  Records changed = quotas;
  for (std::size_t c = 0; c < changed.size(); ++c) {
    changed[c] = std::clamp(changed[c], lowest(c), highest(c));
  }
  std::int64_t missing = std::accumulate(quotas.begin(), quotas.end(), std::int64_t{0}) -
                         std::accumulate(changed.begin(), changed.end(), std::int64_t{0});
  while (missing != 0) {
    const std::int64_t step = missing > 0 ? 1 : -1;
    std::size_t best = changed.size();
    for (std::size_t c = 0; c < changed.size(); ++c) {
      const bool can = step > 0 ? changed[c] < highest(c) : changed[c] > lowest(c);
      const auto room = [&](std::size_t k) {
        return step > 0 ? highest(k) - changed[k] : changed[k];
      };
      if (can && (best == changed.size() || room(c) > room(best))) best = c;
    }
    if (best == changed.size()) return;
    changed[best] += step;
    missing -= step;
  }
  quotas = changed;
}

/// Moves a uniformly drawn choice of `count` records to the front (Fisher-Yates).
void DrawToFront(Records& records, std::int64_t count, base::Generator& generator) {
  for (std::int64_t i = 0; i < count; ++i) {
    const auto rest = static_cast<std::uint64_t>(std::ssize(records) - i);
    const auto drawn = i + static_cast<std::int64_t>(generator.Below(rest));
    std::swap(records[static_cast<std::size_t>(i)], records[static_cast<std::size_t>(drawn)]);
  }
}

void CheckCount(const Dataset& dataset, std::int64_t num_validation) {
  if (num_validation >= 1 && num_validation < dataset.size()) return;
  if (dataset.size() < 2) {
    throw base::DataError(
        fmt::format("{}: found {} record{} to train and validate on, expected at least 2 beside "
                    "those to test on",
                    dataset.name(), dataset.size(), dataset.size() == 1 ? "" : "s"));
  }
  throw base::InvalidArgument(fmt::format("{}: found {} validation records of {}, expected 1 to {}",
                                          dataset.name(), num_validation, dataset.size(),
                                          dataset.size() - 1));
}

}  // namespace

std::int64_t UsualValidation(std::int64_t size) {
  return std::max(std::llround(static_cast<double>(size) / 12),
                  std::min<long long>(1000, std::max<long long>(1, size / 4)));
}

Split SplitValidation(const Dataset& dataset, std::int64_t num_validation, std::uint64_t seed) {
  CheckCount(dataset, num_validation);
  std::vector<Records> by_class = RecordsByClass(dataset);
  Records quotas = Quotas(by_class, num_validation, dataset.size());
  KeepClassesInBothParts(by_class, quotas);
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
