#include "netsmith/model/predictor.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/thread_pool.h"
#include "netsmith/engine/program.h"
#include "netsmith/model/network.h"

namespace netsmith::model {

struct Predictor::Impl {
  Impl(const Model& model, const Network& network, std::int64_t max_count, int num_threads)
      : preprocessing(model.preprocessing),
        pool(num_threads),
        program(network.graph, max_count, pool),
        prepared(static_cast<std::size_t>(max_count * model.graph.input.size())) {
    engine::WriteWeights(network.weights, program);
    program.Freeze();
  }

  const Preprocessing preprocessing;
  base::ThreadPool pool;
  engine::Program program;
  std::vector<float> prepared;
};

Predictor::Predictor(const Model& model, std::int64_t max_count, int num_threads) {
  Check(model);
  impl_ = std::make_unique<Impl>(model, ForInference({model.graph, model.weights}), max_count,
                                 num_threads);
}
Predictor::~Predictor() = default;

std::int64_t Predictor::max_count() const { return impl_->program.mb(); }
std::int64_t Predictor::sample_size() const { return impl_->preprocessing.sample.size(); }
std::int64_t Predictor::num_classes() const { return impl_->program.num_classes(); }

void Predictor::Predict(std::span<const float> samples, std::span<float> probabilities) {
  NETSMITH_CHECK_LE(samples.size(), impl_->prepared.size());
  const Preprocessing& preprocessing = impl_->preprocessing;
  const std::size_t count = preprocessing.mean.size();  // one a channel, or one a value
  for (std::size_t i = 0; i < samples.size(); i += count) {
    for (std::size_t c = 0; c < count; ++c) {
      impl_->prepared[i + c] =
          (samples[i + c] - preprocessing.mean[c]) / preprocessing.deviation[c];
    }
  }
  PredictPrepared(std::span(impl_->prepared).first(samples.size()), probabilities);
}

void Predictor::PredictPrepared(std::span<const float> samples, std::span<float> probabilities) {
  impl_->program.Forward(samples, probabilities);
  const auto classes = static_cast<std::size_t>(num_classes());
  for (std::size_t i = 0; i < probabilities.size(); i += classes) {
    Softmax(probabilities.subspan(i, classes));
  }
}

void Softmax(std::span<float> logits) {
  const float largest = *std::ranges::max_element(logits);
  double sum = 0;
  for (float& value : logits) {
    value = std::exp(value - largest);
    sum += value;
  }
  for (float& value : logits) value = static_cast<float>(value / sum);
}

}  // namespace netsmith::model
