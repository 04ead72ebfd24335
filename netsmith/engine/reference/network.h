#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netsmith/engine/reference/ops.h"
#include "netsmith/graph/graph.h"

namespace netsmith::engine::reference {

/// A whole graph in double, sample by sample, node by node. Parameters as engine::Program lists
/// them: weights, then bias, of each node that has them, in node order and canonical shapes.
class Network {
 public:
  explicit Network(const graph::Graph& graph);

  /// Initially zero.
  std::vector<Values>& params() { return params_; }

  struct Result {
    std::vector<Values> logits;     // a sample each
    double loss = 0;                // mean over the samples
    std::vector<Values> gradients;  // of the loss, like params()
    std::vector<Values> diff_src;   // of the loss by each sample
  };
  /// `src` [count][h][w][c]. Dropout is as in engine::Program::ForwardBackward.
  Result ForwardBackward(std::span<const double> src, std::span<const std::int32_t> labels,
                         std::uint64_t dropout_seed) const;

 private:
  struct Pass;

  const graph::Graph graph_;
  const std::vector<graph::NodeInfo> infos_;
  std::vector<int> first_param_;  // a node each; -1: has none
  std::vector<Values> params_;
};

}  // namespace netsmith::engine::reference
