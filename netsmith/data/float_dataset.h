#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/data/dataset.h"
#include "netsmith/tensor/tensor.h"

namespace netsmith::data {

/// Labelled samples in memory, as floats.
struct Samples {
  tensor::SampleShape shape;
  std::vector<float> values;  // one sample after the other, channels last; NaN: not known
  std::vector<std::int32_t> labels;
  std::vector<std::string> class_names;
};

/// Samples as they are. What is not known is NaN, so Read is for Scaled, which fills it in.
class FloatDataset : public Dataset {
 public:
  /// Errors   InvalidArgument: no sample, sizes that do not agree, fewer than 2 classes, or a label
  ///          out of range (names the record).
  FloatDataset(std::string name, Samples samples);

  const std::string& name() const override { return name_; }
  tensor::SampleShape shape() const override { return samples_.shape; }
  int num_classes() const override { return static_cast<int>(samples_.class_names.size()); }
  std::vector<std::string> ClassNames() const override { return samples_.class_names; }
  Scaling scaling() const override;  // none: mean 0, deviation 1
  std::int64_t size() const override { return std::ssize(samples_.labels); }
  std::int32_t Label(std::int64_t record) const override;
  void Read(std::span<const std::int64_t> records, std::span<float> dst) const override;

 private:
  std::string name_;
  Samples samples_;
};

enum class ScaleBy { kChannel, kColumn };

/// Mean and deviation of each channel over all records and positions, or of each value of a sample
/// over all records; values that are not known do not count. What never changes has deviation 1.
Scaling MeasureScaling(const Dataset& dataset, ScaleBy by = ScaleBy::kChannel);

/// How a data set, or a model, was scaled: a sample of one position is scaled by channel.
ScaleBy ScaledBy(const std::vector<float>& mean, tensor::SampleShape shape);

/// A sample as it lies in the files. NaN: not known.
std::vector<float> RawSample(const Dataset& dataset, std::int64_t record);

/// Another data set's values, scaled. One that is not known becomes its channel's or column's mean:
/// 0.
class Scaled : public Dataset {
 public:
  Scaled(std::shared_ptr<const Dataset> raw, Scaling scaling);

  const std::string& name() const override { return raw_->name(); }
  tensor::SampleShape shape() const override { return raw_->shape(); }
  int num_classes() const override { return raw_->num_classes(); }
  std::vector<std::string> ClassNames() const override { return raw_->ClassNames(); }
  Scaling scaling() const override { return scaling_; }
  std::int64_t size() const override { return raw_->size(); }
  std::int32_t Label(std::int64_t record) const override { return raw_->Label(record); }
  void Read(std::span<const std::int64_t> records, std::span<float> dst) const override;
  const Dataset& raw() const { return *raw_; }

 private:
  std::shared_ptr<const Dataset> raw_;
  Scaling scaling_;
};

}  // namespace netsmith::data
