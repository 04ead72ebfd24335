#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netsmith/train/metrics.h"

namespace netsmith::model {

/// One class of a Metrics. What has no value, such as the precision of a class that was never
/// predicted, is NaN.
struct ClassMetrics {
  std::int64_t samples = 0;    // that are of this class
  std::int64_t predicted = 0;  // that were taken for it
  double precision = 0;        // share of those predicted that are of it
  double recall = 0;           // share of its samples that were predicted
  double f1 = 0;               // harmonic mean of both: 2 tp / (2 tp + fp + fn)
};

/// How a model does on labelled samples. Averages over classes leave out those without a value.
struct Metrics {
  std::int64_t samples = 0;
  double accuracy = 0;
  double balanced_accuracy = 0;  // mean recall
  double macro_f1 = 0;           // mean F1
  double log_loss = 0;           // mean of -log p(label), p at least 1e-12
  double calibration_error = 0;  // expected, 15 bins of confidence
  std::vector<ClassMetrics> classes;
  std::vector<std::vector<std::int64_t>> confusion;  // [class][predicted]
};

/// Adds up what a Metrics is made of.
///
///   calibration error   Σ_b |B_b| / n · |accuracy(B_b) - confidence(B_b)|,  B_b: the samples whose
///                       highest probability lies in ((b - 1)/15, b/15]
///
/// Source   Guo et al. 2017, arXiv:1706.04599, Eq. 3
class MetricsSum {
 public:
  explicit MetricsSum(int num_classes);
  /// The prediction is the most probable class, the first of equals.
  void Add(int label, std::span<const float> probabilities);
  Metrics Result() const;

 private:
  static constexpr int kBins = 15;
  struct Bin {
    std::int64_t samples = 0;
    std::int64_t correct = 0;
    double confidence = 0;
  };

  train::Confusion confusion_;
  std::vector<Bin> bins_;
  double log_loss_ = 0;
};

}  // namespace netsmith::model
