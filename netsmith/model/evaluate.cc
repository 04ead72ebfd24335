#include "netsmith/model/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/model/predictor.h"

namespace netsmith::model {
namespace {

constexpr std::size_t kBatch = 64;

void CheckFits(const Model& model, const data::Dataset& dataset) {
  const tensor::SampleShape& sample = model.preprocessing.sample;
  if (dataset.shape() != sample) {
    throw base::InvalidArgument(fmt::format("data set '{}' has samples of {}, the model takes {}",
                                            dataset.name(), ToString(dataset.shape()),
                                            ToString(sample)));
  }
  const std::vector<std::string> names = dataset.ClassNames();
  if (names.size() != model.class_names.size()) {
    throw base::InvalidArgument(fmt::format("data set '{}' has {} classes, the model has {}",
                                            dataset.name(), names.size(),
                                            model.class_names.size()));
  }
  const auto [found, expected] = std::ranges::mismatch(names, model.class_names);
  if (found != names.end()) {
    throw base::InvalidArgument(
        fmt::format("data set '{}', class {}: found the name '{}', the model has '{}'",
                    dataset.name(), found - names.begin(), *found, *expected));
  }
}

/// Back to the values that the files have.
void Unscale(const data::Scaling& scaling, std::span<float> values) {
  const std::size_t count = scaling.mean.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = values[i] * scaling.deviation[i % count] + scaling.mean[i % count];
  }
}

}  // namespace

void Evaluate(const Model& model, const data::Dataset& dataset,
              std::span<const std::int64_t> records, int num_threads, const std::stop_token& stop,
              MetricsSum& sum) {
  CheckFits(model, dataset);
  const data::Scaling scaling = dataset.scaling();
  const bool scaled_alike = scaling.mean == model.preprocessing.mean &&
                            scaling.deviation == model.preprocessing.deviation;
  Predictor predictor(model, kBatch, num_threads);
  const auto classes = static_cast<std::size_t>(predictor.num_classes());
  std::vector<float> samples(kBatch * static_cast<std::size_t>(predictor.sample_size()));
  std::vector<float> probabilities(kBatch * classes);
  while (!records.empty()) {
    if (stop.stop_requested()) throw base::Interrupted("the evaluation was interrupted");
    const auto some = records.first(std::min(kBatch, records.size()));
    records = records.subspan(some.size());
    const auto values = std::span(samples).first(some.size() * predictor.sample_size());
    const auto rows = std::span(probabilities).first(some.size() * classes);
    dataset.Read(some, values);
    if (scaled_alike) {
      predictor.PredictPrepared(values, rows);
    } else {
      Unscale(scaling, values);
      predictor.Predict(values, rows);
    }
    for (std::size_t i = 0; i < some.size(); ++i) {
      sum.Add(dataset.Label(some[i]), rows.subspan(i * classes, classes));
    }
  }
}

}  // namespace netsmith::model
