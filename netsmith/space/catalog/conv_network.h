#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netsmith/graph/graph.h"
#include "netsmith/space/network_builder.h"

/// What `conv1d` and `conv2d` are made of: stages of blocks of convolutions.
namespace netsmith::space {

struct ConvStage {
  std::int64_t blocks = 1;
  std::int64_t width = 16;  // filters of every convolution
  std::int64_t kernel = 3;  // kernel x kernel; along a signal, 1 x kernel
  std::int64_t shrink = 1;  // the stage divides height and width by this
};

/// How a stage shrinks: its first convolution takes strides, or a pool follows its last block.
enum class Shrink { kStride, kMaxPool, kAvgPool };

/// Stages of
///
///   plain      (convolution → norm → activation) x convs_per_block
///   residual   the same, but the last activation acts on the sum with the block's input, which a
///              1x1 convolution brings to the right shape where it must (He et al. 2016,
///              arXiv:1512.03385, figure 2)
///
/// then the head (NetworkBuilder::Head). A separable convolution is a depthwise one and a 1x1
/// (Howard et al. 2017, arXiv:1704.04861; without norm and activation in between); the network's
/// first is always a full one, as a depthwise one could only copy the sample's channels.
struct ConvNetwork {
  std::vector<ConvStage> stages;
  std::int64_t convs_per_block = 1;
  bool residual = false;
  bool separable = false;
  bool batch_norm = true;
  bool squeeze_excite = false;  // behind each block's last norm, a quarter as wide
  graph::Activation::Kind activation = graph::Activation::Kind::kRelu;
  Shrink shrink = Shrink::kStride;
  std::int64_t head_grid = 1;
  double dropout_percent = 0;
};

/// The network for samples of shape `input`, whatever their size.
/// Errors   InvalidArgument for tensors beyond what graph::Analyze accepts.
graph::Graph BuildConvNetwork(const ConvNetwork& network, graph::SampleShape input,
                              int num_classes);

/// A sample of any shape as a signal of height · width positions, in the order of memory.
graph::SampleShape AsSignal(graph::SampleShape sample);

}  // namespace netsmith::space
