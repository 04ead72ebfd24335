#include "netsmith/train/metrics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"

namespace netsmith::train {
namespace {

double Ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double Mean(double sum, int count) { return count == 0 ? 0 : sum / count; }

}  // namespace

Confusion::Confusion(int num_classes)
    : num_classes_(num_classes), counts_(static_cast<std::size_t>(num_classes) * num_classes) {}

void Confusion::Add(std::int32_t label, std::int32_t predicted) {
  NETSMITH_CHECK(label >= 0 && label < num_classes_);
  NETSMITH_CHECK(predicted >= 0 && predicted < num_classes_);
  ++counts_[static_cast<std::size_t>(label) * num_classes_ + predicted];
  ++total_;
}

std::int64_t Confusion::count(std::int32_t label, std::int32_t predicted) const {
  return counts_.at(static_cast<std::size_t>(label) * num_classes_ + predicted);
}

std::int64_t Confusion::Row(std::int32_t label) const {
  std::int64_t sum = 0;
  for (std::int32_t c = 0; c < num_classes_; ++c) sum += count(label, c);
  return sum;
}

std::int64_t Confusion::Column(std::int32_t predicted) const {
  std::int64_t sum = 0;
  for (std::int32_t c = 0; c < num_classes_; ++c) sum += count(c, predicted);
  return sum;
}

double Confusion::Accuracy() const {
  std::int64_t correct = 0;
  for (std::int32_t c = 0; c < num_classes_; ++c) correct += count(c, c);
  return Ratio(correct, total_);
}

double Confusion::BalancedAccuracy() const {
  double sum = 0;
  int classes = 0;
  for (std::int32_t c = 0; c < num_classes_; ++c) {
    if (Row(c) == 0) continue;
    sum += Ratio(count(c, c), Row(c));
    ++classes;
  }
  return Mean(sum, classes);
}

double Confusion::MacroF1() const {
  double sum = 0;
  int classes = 0;
  for (std::int32_t c = 0; c < num_classes_; ++c) {
    // 2·TP + FP + FN is the class's row and column together.
    const std::int64_t both = Row(c) + Column(c);
    if (both == 0) continue;
    sum += Ratio(2 * count(c, c), both);
    ++classes;
  }
  return Mean(sum, classes);
}

const std::vector<std::string>& MetricNames() {
  static const std::vector<std::string> names = {"accuracy", "balanced-accuracy", "macro-f1"};
  return names;
}

Metric ParseMetric(const std::string& name) {
  const auto& names = MetricNames();
  const auto place = std::ranges::find(names, name);
  if (place == names.end()) {
    throw base::InvalidArgument(
        fmt::format("metric is '{}', expected one of {}", name, fmt::join(names, ", ")));
  }
  return static_cast<Metric>(place - names.begin());
}

double Score(Metric metric, const Confusion& confusion) {
  switch (metric) {
    case Metric::kAccuracy:
      return confusion.Accuracy();
    case Metric::kBalancedAccuracy:
      return confusion.BalancedAccuracy();
    case Metric::kMacroF1:
      return confusion.MacroF1();
  }
  NETSMITH_CHECK(false);
  return 0;
}

}  // namespace netsmith::train
