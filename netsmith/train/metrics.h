#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace netsmith::train {

/// How often samples of each class were taken for each class.
class Confusion {
 public:
  explicit Confusion(int num_classes);

  void Add(std::int32_t label, std::int32_t predicted);

  int num_classes() const { return num_classes_; }
  std::int64_t count(std::int32_t label, std::int32_t predicted) const;
  std::int64_t total() const { return total_; }
  /// Samples of that class, and samples taken for it.
  std::int64_t Row(std::int32_t label) const;
  std::int64_t Column(std::int32_t predicted) const;

  /// Share of samples that were classified correctly; 0 without samples, as below.
  double Accuracy() const;
  /// Mean over the classes that occur of the share that was classified correctly.
  double BalancedAccuracy() const;
  /// Mean over the classes that occur, or were predicted, of 2·TP / (2·TP + FP + FN).
  double MacroF1() const;

 private:
  int num_classes_;
  std::int64_t total_ = 0;
  std::vector<std::int64_t> counts_;  // [label][predicted]
};

/// What a network's quality is measured by.
enum class Metric { kAccuracy, kBalancedAccuracy, kMacroF1 };

/// accuracy, balanced-accuracy, macro-f1.
const std::vector<std::string>& MetricNames();
/// Errors   InvalidArgument: an unknown name.
Metric ParseMetric(const std::string& name);
/// In [0, 1].
double Score(Metric metric, const Confusion& confusion);

}  // namespace netsmith::train
