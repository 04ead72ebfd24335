#pragma once

#include <cstdint>
#include <span>
#include <stop_token>

#include "netsmith/data/dataset.h"
#include "netsmith/model/metrics.h"
#include "netsmith/model/model.h"

namespace netsmith::model {

/// Adds to `sum` how the model does on these records of a data set. Samples are scaled as the model
/// wants them, however the data set scales its own.
/// Errors   InvalidArgument: other samples or classes than the model's. Interrupted.
void Evaluate(const Model& model, const data::Dataset& dataset,
              std::span<const std::int64_t> records, int num_threads, const std::stop_token& stop,
              MetricsSum& sum);

}  // namespace netsmith::model
