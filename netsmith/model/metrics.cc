#include "netsmith/model/metrics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "netsmith/base/check.h"

namespace netsmith::model {
namespace {

double Ratio(double part, double whole) {
  return whole > 0 ? part / whole : std::numeric_limits<double>::quiet_NaN();
}

double MeanOf(const std::vector<ClassMetrics>& classes, double ClassMetrics::*value) {
  double sum = 0, count = 0;
  for (const ClassMetrics& metrics : classes) {
    if (std::isnan(metrics.*value)) continue;
    sum += metrics.*value;
    ++count;
  }
  return Ratio(sum, count);
}

}  // namespace

MetricsSum::MetricsSum(int num_classes)
    : confusion_(num_classes, std::vector<std::int64_t>(num_classes)), bins_(kBins) {}

void MetricsSum::Add(int label, std::span<const float> probabilities) {
  NETSMITH_CHECK_EQ(probabilities.size(), confusion_.size());
  NETSMITH_CHECK(label >= 0 && label < std::ssize(confusion_));
  const auto best = std::ranges::max_element(probabilities);
  const auto predicted = best - probabilities.begin();
  ++confusion_[label][predicted];
  const int bin = std::clamp(static_cast<int>(std::ceil(*best * kBins)) - 1, 0, kBins - 1);
  ++bins_[bin].samples;
  bins_[bin].correct += predicted == label ? 1 : 0;
  bins_[bin].confidence += *best;
  log_loss_ -= std::log(std::max(double{probabilities[label]}, 1e-12));
  ++samples_;
}

Metrics MetricsSum::Result() const {
  const std::size_t num_classes = confusion_.size();
  const auto count = static_cast<double>(samples_);
  Metrics result = {.samples = samples_,
                    .log_loss = Ratio(log_loss_, count),
                    .classes = std::vector<ClassMetrics>(num_classes),
                    .confusion = confusion_};
  std::int64_t correct = 0;
  for (std::size_t i = 0; i < num_classes; ++i) {
    correct += confusion_[i][i];
    for (std::size_t j = 0; j < num_classes; ++j) {
      result.classes[i].samples += confusion_[i][j];
      result.classes[j].predicted += confusion_[i][j];
    }
  }
  for (std::size_t i = 0; i < num_classes; ++i) {
    ClassMetrics& metrics = result.classes[i];
    const auto right = static_cast<double>(confusion_[i][i]);
    metrics.precision = Ratio(right, static_cast<double>(metrics.predicted));
    metrics.recall = Ratio(right, static_cast<double>(metrics.samples));
    metrics.f1 = Ratio(2 * right, static_cast<double>(metrics.samples + metrics.predicted));
  }
  result.accuracy = Ratio(static_cast<double>(correct), count);
  result.balanced_accuracy = MeanOf(result.classes, &ClassMetrics::recall);
  result.macro_f1 = MeanOf(result.classes, &ClassMetrics::f1);
  for (const Bin& bin : bins_) {
    result.calibration_error += std::abs(static_cast<double>(bin.correct) - bin.confidence);
  }
  result.calibration_error = Ratio(result.calibration_error, count);
  return result;
}

}  // namespace netsmith::model
