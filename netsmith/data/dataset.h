#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/data/reading.h"
#include "netsmith/tensor/tensor.h"

namespace netsmith::data {

/// From a value as it lies in the user's files to what Dataset::Read gives, (value - mean) /
/// deviation, each channel by itself or, of a table's rows, each column.
struct Scaling {
  std::vector<float> mean;  // one a channel, or one a value of a sample
  std::vector<float> deviation;
  bool operator==(const Scaling&) const = default;
};

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
  /// One a class, in the order of labels. By default the labels themselves: "0", "1", …
  virtual std::vector<std::string> ClassNames() const;
  /// How Read scales. By default for bytes: to [0, 1].
  virtual Scaling scaling() const;
  /// Copies `records` one after the other into `dst`, records.size() * shape().size() floats,
  /// scaled: images to [0, 1], other values to mean 0 and deviation 1 a channel, or a column, over
  /// the development set.
  virtual void Read(std::span<const std::int64_t> records, std::span<float> dst) const = 0;
  /// SHA-256 over shape, classes, samples and labels, hexadecimal. By default of what Read and
  /// Label give; an implementation may hash its own, smaller form of the same instead.
  virtual std::string ContentHash() const;
};

/// Record numbers, ascending.
struct Split {
  std::vector<std::int64_t> train;
  std::vector<std::int64_t> validation;
};

/// What a study sees of its data. Indices refer to `development`; the test set is sealed.
class Problem {
 public:
  /// Errors   InvalidArgument: train or validation is empty, an index is out of range or occurs
  ///          twice; DataError: the test set differs from `development` in shape or classes.
  Problem(std::shared_ptr<const Dataset> development, std::shared_ptr<const Dataset> test,
          std::vector<std::int64_t> train, std::vector<std::int64_t> validation);

  /// The same data in other parts, which need not cover all records: for a fold of `Folds`.
  /// Errors   InvalidArgument as above.
  Problem WithSplit(Split split) const;
  /// The same data with all records of the development set in train() and none in validation():
  /// for the last training, when everything has been chosen.
  Problem Whole() const;
  /// `count` stratified partitions of the development set: each record validates in exactly one and
  /// trains in the others. Fixed by `seed`; records of a group stay together.
  /// Errors   InvalidArgument: `count` is below 2 or above the number of records (or groups).
  std::vector<Split> Folds(int count, std::uint64_t seed) const;

  const Dataset& development() const { return *development_; }
  /// Training and validation records: disjoint; fixed by the seed of the split.
  std::span<const std::int64_t> train() const { return train_; }
  std::span<const std::int64_t> validation() const { return validation_; }

  /// The only way to the test set. `purpose` is logged, so that every look at it can be found:
  /// once for the networks that a study chose, or for `--reward-split test`.
  const Dataset& OpenTestSet(const std::string& purpose) const;

  /// Group of each development record, which splits keep together; empty: each by itself.
  std::span<const std::int64_t> groups() const { return groups_; }
  void SetGroups(std::vector<std::int64_t> groups);

  const Reading& reading() const { return reading_; }
  void SetReading(Reading reading) { reading_ = std::move(reading); }

  /// SHA-256 over samples, labels and split, hexadecimal: a study's data is known by it. Computed
  /// when first asked for: it takes a pass over all data.
  std::string content_hash() const;

 private:
  struct DataHash;

  std::shared_ptr<const Dataset> development_;
  std::shared_ptr<const Dataset> test_;
  std::vector<std::int64_t> train_;
  std::vector<std::int64_t> validation_;
  std::vector<std::int64_t> groups_;
  Reading reading_;
  std::shared_ptr<DataHash> data_hash_;  // shared by the problems on the same data
};

}  // namespace netsmith::data
