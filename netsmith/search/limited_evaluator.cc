#include "netsmith/search/limited_evaluator.h"

#include <utility>

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
  const graph::Costs costs = graph::TotalCosts(space_.Build(job.genome, input_, num_classes_));
  study::Evaluation evaluation;
  if (const auto over = OverLimit(costs, /*planned_bytes=*/0, limits_)) {
    evaluation.state = study::TrialState::kRefused;
    evaluation.reason = *over;
  } else {
    evaluation = inner_->Evaluate(job, stop);
  }
  if (evaluation.params == 0) evaluation.params = costs.params;
  if (evaluation.macs == 0) evaluation.macs = costs.macs;
  return evaluation;
}

}  // namespace netsmith::search
