#include "netsmith/model/metrics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <utility>

#include "netsmith/base/check.h"

namespace netsmith::model {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double Ratio(double part, double whole) { return whole > 0 ? part / whole : kNone; }

}  // namespace

MetricsSum::MetricsSum(int num_classes) : confusion_(num_classes), bins_(kBins) {}

void MetricsSum::Add(int label, std::span<const float> probabilities) {
  NETSMITH_CHECK_EQ(std::ssize(probabilities), confusion_.num_classes());
  const auto best = std::ranges::max_element(probabilities);
  const auto predicted = static_cast<int>(best - probabilities.begin());
  confusion_.Add(label, predicted);
  const int bin = std::clamp(static_cast<int>(std::ceil(*best * kBins)) - 1, 0, kBins - 1);
  ++bins_[bin].samples;
  bins_[bin].correct += predicted == label ? 1 : 0;
  bins_[bin].confidence += *best;
  log_loss_ -= std::log(std::max(double{probabilities[label]}, 1e-12));
}

Metrics MetricsSum::Result() const {
  const int num_classes = confusion_.num_classes();
  const auto count = static_cast<double>(confusion_.total());
  Metrics result = {.samples = confusion_.total(),
                    .log_loss = Ratio(log_loss_, count),
                    .classes = {},
                    .confusion = {}};
  for (int i = 0; i < num_classes; ++i) {
    const auto right = static_cast<double>(confusion_.count(i, i));
    ClassMetrics metrics = {.samples = confusion_.Row(i), .predicted = confusion_.Column(i)};
    metrics.precision = Ratio(right, static_cast<double>(metrics.predicted));
    metrics.recall = Ratio(right, static_cast<double>(metrics.samples));
    metrics.f1 = Ratio(2 * right, static_cast<double>(metrics.samples + metrics.predicted));
    result.classes.push_back(metrics);
    std::vector<std::int64_t> taken_for;
    for (int j = 0; j < num_classes; ++j) taken_for.push_back(confusion_.count(i, j));
    result.confusion.push_back(std::move(taken_for));
  }
  const auto measured = [&](double value) { return count > 0 ? value : kNone; };
  result.accuracy = measured(confusion_.Accuracy());
  result.balanced_accuracy = measured(confusion_.BalancedAccuracy());
  result.macro_f1 = measured(confusion_.MacroF1());
  for (const Bin& bin : bins_) {
    result.calibration_error += std::abs(static_cast<double>(bin.correct) - bin.confidence);
  }
  result.calibration_error = Ratio(result.calibration_error, count);
  return result;
}

}  // namespace netsmith::model
