#pragma once

#include <memory>
#include <stop_token>

#include "netsmith/graph/graph.h"
#include "netsmith/search/child_limits.h"
#include "netsmith/space/search_space.h"
#include "netsmith/study/evaluator.h"
#include "netsmith/study/trial.h"

namespace netsmith::search {

/// Holds another evaluator, a foreign program for one, to the limits on multiply-adds, parameters
/// and latency (of the network as this engine computes it): one over them, or that has no valid
/// graph, is kRefused without asking. Costs that the inner evaluator does not give are filled in.
/// (Memory is not limited: only training by this engine has a known need of it.)
class LimitedEvaluator : public study::Evaluator {
 public:
  /// Networks are those of `space`, which must outlive this, for samples of `input`.
  LimitedEvaluator(std::unique_ptr<study::Evaluator> inner, const space::SearchSpace& space,
                   graph::SampleShape input, int num_classes, ChildLimits limits);

  study::Evaluation Evaluate(const study::Job& job, const std::stop_token& stop) override;

 private:
  std::unique_ptr<study::Evaluator> inner_;
  const space::SearchSpace& space_;
  graph::SampleShape input_;
  int num_classes_;
  ChildLimits limits_;
};

}  // namespace netsmith::search
