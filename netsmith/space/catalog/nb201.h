#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "netsmith/graph/graph.h"
#include "netsmith/space/catalog/listed_space.h"
#include "netsmith/space/space_name.h"

namespace netsmith::space {

/// `nb201`, the cell of NAS-Bench-201, stacked and trained for real. Four nodes, node 0 being the
/// cell's input and node 3 its output; each of the six edges carries one of five operations, and a
/// node is the sum of what arrives. Genomes are the digits of the published tables:
///
///   edge0-1 edge0-2 edge1-2 edge0-3 edge1-3 edge2-3, each
///   0 none · 1 skip_connect · 2 nor_conv_1x1 · 3 nor_conv_3x3 · 4 avg_pool_3x3
///
/// 15,625 genomes. nor_conv: ReLU, convolution, batch norm. Network: 3x3 convolution, `cells`
/// cells, residual block of stride 2, cells, residual block, cells, batch norm, ReLU, global mean,
/// dense; the residual blocks double the channels. Source   Dong & Yang 2020, arXiv:2001.00326,
/// with 5 cells and 16 channels. Differs: a node that
///          nothing arrives at is zero, and so is what a convolution makes of it (there: a learnt
///          constant a channel); a genome whose output is zero is refused.
class Nb201Space : public ListedSpace {
 public:
  static constexpr std::array kParameters = {
      SpaceParameter{"cells", "cells a stage", 1, 1, 20},
      SpaceParameter{"channels", "of the first stage", 16, 1, 256}};

  Nb201Space(const SpaceName& parameters, std::string name);
  /// Errors   InvalidArgument also where no path leads from a cell's input to its output.
  graph::Graph Build(std::span<const int> genome, graph::SampleShape input,
                     int num_classes) const override;

 private:
  std::int64_t cells_;
  std::int64_t channels_;
};

}  // namespace netsmith::space
