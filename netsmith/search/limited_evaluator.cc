#include "netsmith/search/limited_evaluator.h"

#include <stop_token>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/search/without_reward.h"

namespace netsmith::search {

LimitedEvaluator::LimitedEvaluator(std::unique_ptr<study::Evaluator> inner,
                                   const space::SearchSpace& space, graph::SampleShape input,
                                   int num_classes, ChildLimits limits)
    : inner_(std::move(inner)),
      space_(space),
      input_(input),
      num_classes_(num_classes),
      limits_(limits) {}

study::Evaluation LimitedEvaluator::Evaluate(const study::Job& job, const std::stop_token& stop) {
  graph::Graph graph;
  graph::Costs costs;
  try {
    graph = space_.Build(job.genome, input_, num_classes_);
    costs = graph::TotalCosts(graph);
  } catch (const base::InvalidArgument& invalid) {
    return WithoutReward(study::TrialState::kRefused, invalid.what());
  }
  auto over = OverLimit(costs, /*planned_bytes=*/0, limits_);
  const double latency_us = over ? 0 : MeasureLatency(graph, limits_, stop);
  if (!over) over = OverLatency(latency_us, limits_);
  study::Evaluation evaluation =
      over ? WithoutReward(study::TrialState::kRefused, *over) : inner_->Evaluate(job, stop);
  if (evaluation.params == 0) evaluation.params = costs.params;
  if (evaluation.macs == 0) evaluation.macs = costs.macs;
  if (evaluation.latency_us == 0) evaluation.latency_us = latency_us;
  return evaluation;
}

}  // namespace netsmith::search
