#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "netsmith/model/model.h"

namespace netsmith::model {

/// A model that is ready to be asked, on the engine's kernels.
class Predictor {
 public:
  /// `max_count`: most samples of one call. Errors   as Check.
  explicit Predictor(const Model& model, std::int64_t max_count = 1, int num_threads = 1);
  ~Predictor();

  std::int64_t max_count() const;
  /// Values of one sample, and classes.
  std::int64_t sample_size() const;
  std::int64_t num_classes() const;

  /// The probability of each class, for samples as the user has them.
  /// Shapes   samples [count][h][w][c]; probabilities [count][classes]
  void Predict(std::span<const float> samples, std::span<float> probabilities);
  /// The same for what the network reads: after preprocessing, as data::Dataset::Read gives it.
  void PredictPrepared(std::span<const float> samples, std::span<float> probabilities);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Probabilities from logits, in place.
void Softmax(std::span<float> logits);

}  // namespace netsmith::model
