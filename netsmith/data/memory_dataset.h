#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/data/dataset.h"
#include "netsmith/tensor/tensor.h"

namespace netsmith::data {

/// Samples of bytes in memory; Read divides them by 255.
class MemoryDataset : public Dataset {
 public:
  /// `samples` holds labels.size() samples of shape.size() bytes, channels last.
  /// Errors   InvalidArgument: no sample, sizes that do not agree, fewer than 2 classes, or a label
  ///          out of range (names the record); class names that are not one a class.
  MemoryDataset(std::string name, tensor::SampleShape shape, int num_classes,
                std::vector<std::uint8_t> samples, std::vector<std::int32_t> labels,
                std::vector<std::string> class_names = {});

  const std::string& name() const override { return name_; }
  tensor::SampleShape shape() const override { return shape_; }
  int num_classes() const override { return num_classes_; }
  std::vector<std::string> ClassNames() const override;
  std::int64_t size() const override { return std::ssize(labels_); }
  std::int32_t Label(std::int64_t record) const override;
  void Read(std::span<const std::int64_t> records, std::span<float> dst) const override;
  std::string ContentHash() const override;

 private:
  std::string name_;
  tensor::SampleShape shape_;
  int num_classes_;
  std::vector<std::uint8_t> samples_;
  std::vector<std::int32_t> labels_;
  std::vector<std::string> class_names_;  // empty: numbers
};

/// Some records of another data set, in the order given: the validation part of a Problem, say.
class Subset : public Dataset {
 public:
  /// `whole` must outlive the subset.
  /// Errors   InvalidArgument: a record out of range.
  Subset(const Dataset& whole, std::span<const std::int64_t> records);
  /// The same; it owns its share of `whole`.
  Subset(std::shared_ptr<const Dataset> whole, std::span<const std::int64_t> records);

  const std::string& name() const override { return whole_.name(); }
  tensor::SampleShape shape() const override { return whole_.shape(); }
  int num_classes() const override { return whole_.num_classes(); }
  std::vector<std::string> ClassNames() const override { return whole_.ClassNames(); }
  Scaling scaling() const override { return whole_.scaling(); }
  std::int64_t size() const override { return std::ssize(records_); }
  std::int32_t Label(std::int64_t record) const override;
  void Read(std::span<const std::int64_t> records, std::span<float> dst) const override;

 private:
  std::shared_ptr<const Dataset> owned_;  // null: borrowed
  const Dataset& whole_;
  std::vector<std::int64_t> records_;
};

}  // namespace netsmith::data
