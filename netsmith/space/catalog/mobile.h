#pragma once

#include <span>
#include <string>

#include "netsmith/graph/graph.h"
#include "netsmith/space/catalog/listed_space.h"

namespace netsmith::space {

/// `mobile`, inverted bottlenecks: 1x1 convolution that widens, depthwise convolution, gate, 1x1
/// convolution that narrows, and a shortcut where shapes allow; batch norm behind each convolution,
/// activation behind the first two. A stem of one 3x3 convolution before four stages; behind them
/// global mean, dropout, dense.
///
///   activation             relu6 hard_swish
///   stem                   8 16 24           filters
///   dropout                0 10 20 30 50     percent
///   stageN.blocks          0 1 2 3           (stage 1: 1 2 3)
///   stageN.kernel          3 5 7
///   stageN.expansion       1 2 3 4 6
///   stageN.width           8 … 32, 16 … 48, 24 … 64, 32 … 96 from the first stage to the last
///   stageN.gate            none squeeze_excite
///   stageN.shrink          1 2
///
/// 27 decisions, 10^13.3 genomes. Those of a stage without blocks have no effect.
/// Source   Sandler et al. 2018, arXiv:1801.04381; Tan et al. 2019, arXiv:1807.11626 (the choices a
///          stage); Howard et al. 2019, arXiv:1905.02244. Differs: sizes for small images; gates
///          with a sigmoid.
class MobileSpace : public ListedSpace {
 public:
  explicit MobileSpace(std::string name);
  graph::Graph Build(std::span<const int> genome, graph::SampleShape input,
                     int num_classes) const override;
};

}  // namespace netsmith::space
