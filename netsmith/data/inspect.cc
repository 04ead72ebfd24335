#include "netsmith/data/inspect.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <unordered_map>

#include "netsmith/data/class_balance.h"
#include "netsmith/data/sha256.h"

namespace netsmith::data {
namespace {

constexpr std::size_t kNumExamples = 3;

/// Calls `visit(record, values)` for every record, in order.
template <typename Visit>
void ForEach(const Dataset& dataset, Visit visit) {
  std::vector<float> values(static_cast<std::size_t>(dataset.shape().size()));
  for (std::int64_t record = 0; record < dataset.size(); ++record) {
    dataset.Read(std::array{record}, values);
    visit(record, values);
  }
}

std::string HashOf(const std::vector<float>& values) {
  Sha256 hash;
  hash.Update(
      {reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(float)});
  return hash.Finish();
}

/// Adds values, and undoes their scaling at the end.
class Ranges {
 public:
  explicit Ranges(std::size_t count)
      : ranges_(count, {.lowest = std::numeric_limits<double>::infinity(),
                        .highest = -std::numeric_limits<double>::infinity()}) {}

  void Add(const std::vector<float>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      ValueRange& range = ranges_[i % ranges_.size()];
      const double value = values[i];
      range.lowest = std::min(range.lowest, value);
      range.highest = std::max(range.highest, value);
      range.mean += value;
      range.deviation += value * value;
    }
    count_ += static_cast<double>(values.size()) / static_cast<double>(ranges_.size());
  }

  std::vector<ValueRange> Finish(const Scaling& scaling) {
    for (std::size_t c = 0; c < ranges_.size(); ++c) {
      ValueRange& range = ranges_[c];
      const double mean = range.mean / count_;
      const double variance = std::max(0.0, range.deviation / count_ - mean * mean);
      const auto raw = [&](double value) { return value * scaling.deviation[c] + scaling.mean[c]; };
      range = {.lowest = raw(range.lowest),
               .highest = raw(range.highest),
               .mean = raw(mean),
               .deviation = std::sqrt(variance) * scaling.deviation[c]};
    }
    return ranges_;
  }

 private:
  std::vector<ValueRange> ranges_;
  double count_ = 0;
};

std::vector<std::int64_t> Examples(const Dataset& dataset) {
  std::vector<std::int64_t> examples;
  std::vector<bool> seen(static_cast<std::size_t>(dataset.num_classes()));
  for (std::int64_t record = 0; record < dataset.size() && examples.size() < kNumExamples;
       ++record) {
    const auto label = static_cast<std::size_t>(dataset.Label(record));
    if (!seen[label]) examples.push_back(record);
    seen[label] = true;
  }
  for (std::int64_t record = 0; record < dataset.size() && examples.size() < kNumExamples;
       ++record) {
    if (std::ranges::find(examples, record) == examples.end()) examples.push_back(record);
  }
  return examples;
}

}  // namespace

Inspection Inspect(const Problem& problem) {
  const Dataset& development = problem.development();
  const Dataset& test = problem.OpenTestSet("inspection of the data");
  Inspection inspection;
  const auto train_counts = ClassCounts(development, problem.train());
  const auto validation_counts = ClassCounts(development, problem.validation());
  const auto test_counts = ClassCounts(test);
  const std::vector<std::string> names = development.ClassNames();
  for (std::size_t c = 0; c < names.size(); ++c) {
    inspection.classes.push_back({.name = names[c],
                                  .train = train_counts[c],
                                  .validation = validation_counts[c],
                                  .test = test_counts[c]});
  }
  Ranges ranges(development.scaling().mean.size());
  std::unordered_map<std::string, std::int32_t> labels;
  Duplicates& duplicates = inspection.duplicates;
  ForEach(development, [&](std::int64_t record, const std::vector<float>& values) {
    ranges.Add(values);
    const auto [first, is_new] = labels.try_emplace(HashOf(values), development.Label(record));
    if (is_new) return;
    ++duplicates.development;
    duplicates.contradicting += first->second != development.Label(record) ? 1 : 0;
  });
  ForEach(test, [&](std::int64_t record, const std::vector<float>& values) {
    const auto found = labels.find(HashOf(values));
    if (found == labels.end()) return;
    ++duplicates.across;
    duplicates.contradicting += found->second != test.Label(record) ? 1 : 0;
  });
  inspection.ranges = ranges.Finish(development.scaling());
  inspection.imbalance = Imbalance(development);
  inspection.examples = Examples(development);
  return inspection;
}

}  // namespace netsmith::data
