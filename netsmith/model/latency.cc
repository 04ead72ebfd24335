#include "netsmith/model/latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/base/thread_pool.h"
#include "netsmith/engine/program.h"
#include "netsmith/engine/weights.h"
#include "netsmith/model/predictor.h"

namespace netsmith::model {

Model Untrained(const graph::Graph& graph) {
  Model model;
  model.graph = graph::WithoutUnused(graph);
  base::ThreadPool pool(1);
  engine::Program program(model.graph, 1, pool);
  base::Generator generator = base::RandomStreams(1).For("weights");
  program.InitParams(generator);
  model.weights = engine::ReadWeights(program);
  model.preprocessing = OfBytes(graph.input);
  for (int i = 0; i < program.num_classes(); ++i) model.class_names.push_back(fmt::format("{}", i));
  return model;
}

std::vector<double> TimeAnswers(const Model& model, std::int64_t runs,
                                const std::stop_token& stop) {
  using Clock = std::chrono::steady_clock;
  Predictor predictor(model);
  base::Generator generator = base::RandomStreams(1).For("bench");
  std::vector<float> sample(static_cast<std::size_t>(predictor.sample_size()));
  for (float& value : sample) value = static_cast<float>(generator.Below(256));
  std::vector<float> probabilities(static_cast<std::size_t>(predictor.num_classes()));
  std::vector<double> times;
  const std::int64_t warm_up = runs / 10 + 1;
  for (std::int64_t run = -warm_up; run < runs; ++run) {
    if (stop.stop_requested()) throw base::Interrupted("the measurement was interrupted");
    const auto start = Clock::now();
    predictor.Predict(sample, probabilities);
    const std::chrono::duration<double, std::micro> time = Clock::now() - start;
    if (run >= 0) times.push_back(time.count());
  }
  std::ranges::sort(times);
  return times;
}

double MedianLatencyUs(const graph::Graph& graph, const std::stop_token& stop) {
  constexpr std::int64_t kRuns = 51;
  return TimeAnswers(Untrained(graph), kRuns, stop)[kRuns / 2];
}

}  // namespace netsmith::model
