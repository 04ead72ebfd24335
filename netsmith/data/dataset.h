#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/tensor/tensor.h"

namespace netsmith::data {

/// Labelled samples of one shape. Implementations are immutable: any number of threads may read.
class Dataset {
 public:
  virtual ~Dataset() = default;

  virtual const std::string& name() const = 0;
  virtual tensor::SampleShape shape() const = 0;
  virtual int num_classes() const = 0;
  virtual std::int64_t size() const = 0;
  /// In [0, num_classes).
  virtual std::int32_t Label(std::int64_t record) const = 0;
  /// Copies `records` one after the other into `dst`, records.size() * shape().size() floats;
  /// images are scaled to [0, 1].
  virtual void Read(std::span<const std::int64_t> records, std::span<float> dst) const = 0;
  /// SHA-256 over shape, classes, samples and labels, hexadecimal. By default of what Read and
  /// Label give; an implementation may hash its own, smaller form of the same instead.
  virtual std::string ContentHash() const;
};

/// What a study sees of its data. Indices refer to `development`; the test set is sealed.
class Problem {
 public:
  /// Errors   InvalidArgument: train or validation is empty, an index is out of range or occurs
  ///          twice; DataError: the test set differs from `development` in shape or classes.
  Problem(std::shared_ptr<const Dataset> development, std::shared_ptr<const Dataset> test,
          std::vector<std::int64_t> train, std::vector<std::int64_t> validation);

  const Dataset& development() const { return *development_; }
  /// Training and validation records: disjoint; fixed by the seed of the split.
  std::span<const std::int64_t> train() const { return train_; }
  std::span<const std::int64_t> validation() const { return validation_; }

  /// The only way to the test set. `purpose` is logged, so that every look at it can be found:
  /// once for the networks that a study chose, or for `--reward-split test`.
  const Dataset& OpenTestSet(const std::string& purpose) const;

  /// SHA-256 over samples, labels and split, hexadecimal: a study's data is known by it.
  const std::string& content_hash() const { return content_hash_; }

 private:
  std::shared_ptr<const Dataset> development_;
  std::shared_ptr<const Dataset> test_;
  std::vector<std::int64_t> train_;
  std::vector<std::int64_t> validation_;
  std::string content_hash_;
};

}  // namespace netsmith::data
