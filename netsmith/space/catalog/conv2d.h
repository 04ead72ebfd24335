#pragma once

#include <span>
#include <string>

#include "netsmith/graph/graph.h"
#include "netsmith/space/catalog/conv_network.h"
#include "netsmith/space/catalog/listed_space.h"

namespace netsmith::space {

/// `conv2d`: networks for images, batch norm behind every convolution.
///
///   stages                 2 3 4
///   convs                  1 2              convolutions a block
///   shortcut               none residual
///   conv                   full separable
///   gate                   none squeeze_excite
///   activation             relu silu hard_swish
///   shrink                 stride max_pool
///   head                   1 2 4            means over a grid of so many parts squared, then dense
///   dropout                0 10 20 30 40 50 percent, before the dense layer
///   stageN.blocks          1 2 3
///   stageN.width           8 … 32, 16 … 64, 24 … 96, 32 … 128 from the first stage to the last
///   stageN.kernel          3 5
///   stageN.shrink          1 2              height and width are divided by this
///
/// 25 decisions, 10^10.7 genomes. Those of stage N have no effect where there are fewer stages.
/// Source   the building blocks of He et al. 2016, arXiv:1512.03385 (residual), Howard et al. 2017,
///          arXiv:1704.04861 (separable), Hu et al. 2018, arXiv:1709.01507 (gate)
class Conv2dSpace : public ListedSpace {
 public:
  explicit Conv2dSpace(std::string name);
  graph::Graph Build(std::span<const int> genome, graph::SampleShape input,
                     int num_classes) const override;

  /// What a genome stands for. Errors   as CheckGenome.
  ConvNetwork Network(std::span<const int> genome) const;
};

}  // namespace netsmith::space
