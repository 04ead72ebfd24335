#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "netsmith/engine/reference/ops.h"
#include "netsmith/graph/graph.h"

namespace netsmith::engine::reference {

/// A whole graph in double, node by node. Parameters as engine::Program lists them: each node's
/// that has some, in node order and canonical shapes.
class Network {
 public:
  explicit Network(const graph::Graph& graph);

  /// Initially zero.
  ValuesList& params() { return params_; }

  struct Result {
    ValuesList logits = {};                   // a sample each
    double loss = 0;                          // mean over the samples
    ValuesList gradients = {};                // of the loss, like params()
    ValuesList diff_src = {};                 // of the loss by each sample
    std::vector<Statistics> statistics = {};  // of each batch norm, in node order
  };
  /// `src` [count][h][w][c]. Dropout is as in engine::Program::ForwardBackward.
  Result ForwardBackward(std::span<const double> src, std::span<const std::int32_t> labels,
                         std::uint64_t dropout_seed, double label_smoothing = 0) const;

  /// Logits of each sample, dropout inactive, batch norms with these statistics.
  ValuesList Infer(std::span<const double> src, std::span<const Statistics> statistics) const;

 private:
  struct Pass;

  const graph::Graph graph_;
  const std::vector<graph::NodeInfo> infos_;
  std::vector<int> first_param_;  // a node each
  ValuesList params_;
};

}  // namespace netsmith::engine::reference
