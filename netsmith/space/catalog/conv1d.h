#pragma once

#include <span>
#include <string>

#include "netsmith/graph/graph.h"
#include "netsmith/space/catalog/conv_network.h"
#include "netsmith/space/catalog/listed_space.h"

namespace netsmith::space {

/// `conv1d`: networks for signals, with the fully convolutional network and the residual network of
/// time-series classification among them. A sample of any shape is read as a signal (AsSignal).
///
///   depth                  2 … 5            blocks
///   convs                  1 2 3            convolutions a block
///   norm                   none batch
///   shortcut               none residual
///   conv                   full separable
///   shrink                 stride max_pool avg_pool
///   head                   1 2 4            means over so many parts of the signal, then dense
///   dropout                0 10 20 30 50    percent, before the dense layer
///   blockN.kernel          3 5 8 11 16 24 32 48 64
///   blockN.width           8 16 24 32 48 64 96 128
///   blockN.shrink          1 2 4            the length is divided by this
///
/// 23 decisions, 10^15.3 genomes. Those of block N have no effect at a depth below N.
/// Source   Wang, Yan & Oates 2017, arXiv:1611.06455 (FCN: kernels 8, 5, 3; ResNet: three blocks of
///          three convolutions)
class Conv1dSpace : public ListedSpace {
 public:
  explicit Conv1dSpace(std::string name);
  graph::Graph Build(std::span<const int> genome, graph::SampleShape input,
                     int num_classes) const override;

  /// What a genome stands for. Errors   as CheckGenome.
  ConvNetwork Network(std::span<const int> genome) const;
};

}  // namespace netsmith::space
