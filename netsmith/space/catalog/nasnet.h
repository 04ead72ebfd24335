#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "netsmith/graph/graph.h"
#include "netsmith/space/catalog/listed_space.h"
#include "netsmith/space/space_name.h"

namespace netsmith::space {

/// `nasnet`, a normal and a reduction cell, stacked: 3x3 convolution, `cells` normal cells,
/// reduction cell, normal cells, reduction cell, normal cells, ReLU, global mean, dense. Block N of
/// either cell adds two operations on two inputs:
///
///   normalN.input1, normalN.input2    0 the output of the cell before the last, 1 of the last, 2 …
///                                     of the blocks before
///   normalN.op1, normalN.op2          identity sep_conv_3x3 sep_conv_5x5 sep_conv_7x7 dil_conv_3x3
///                                     avg_pool_3x3 max_pool_3x3
///   reductionN. …                     likewise
///
/// Blocks that nothing reads are joined, one's channels behind the other's, as the cell's output.
/// In a reduction cell what reads the cell's own inputs has stride 2; each one doubles the
/// channels.
///
/// With 3 blocks 24 decisions, 10^15.7 genomes.
/// Source   Zoph et al. 2018, arXiv:1707.07012. Differs: seven of its thirteen operations;
/// separable
///          convolutions once, not twice; a strided 1x1 convolution in place of the factorized
///          reduction; no auxiliary head, no drop path.
class NasnetSpace : public ListedSpace {
 public:
  static constexpr std::array kParameters = {
      SpaceParameter{"blocks", "a cell", 3, 1, 5}, SpaceParameter{"cells", "a stage", 1, 1, 20},
      SpaceParameter{"channels", "of the first stage", 16, 1, 256}};

  NasnetSpace(const SpaceName& parameters, std::string name);
  graph::Graph Build(std::span<const int> genome, graph::SampleShape input,
                     int num_classes) const override;

 private:
  std::int64_t blocks_;
  std::int64_t cells_;
  std::int64_t channels_;
};

}  // namespace netsmith::space
