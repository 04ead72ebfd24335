#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/data/augment.h"
#include "netsmith/data/dataset.h"

namespace netsmith::train {

/// Samples and labels of one training step. [count][h][w][c]; [count].
struct MiniBatch {
  std::span<const float> samples;
  std::span<const std::int32_t> labels;
};

/// An epoch's mini-batches, in order. With augmentation a thread prepares the next ones while one
/// is trained; what it makes of a sample depends only on the seed, the epoch and the record.
/// Without it, reading is too quick to be worth a thread.
class BatchLoader {
 public:
  struct Options {
    std::int64_t mb = 1;
    std::uint64_t seed = 0;
    std::uint64_t epoch = 0;
  };

  /// `dataset` and `augmenter` are borrowed.
  BatchLoader(const data::Dataset& dataset, std::vector<std::int64_t> order,
              const data::Augmenter& augmenter, const Options& options);
  /// Ends the thread, wherever it is.
  ~BatchLoader();
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;

  /// The next mini-batch, valid until the next call; empty after the last.
  /// Errors   as Dataset::Read.
  MiniBatch Next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netsmith::train
