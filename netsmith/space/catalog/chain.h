#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "netsmith/graph/graph.h"
#include "netsmith/space/catalog/listed_space.h"
#include "netsmith/space/space_name.h"

namespace netsmith::space {

/// `chain`, convolutions with skip connections by anchor points. Layer N chooses
///
///   layerN.height, layerN.width   1 3 5 7       of its kernel
///   layerN.filters                24 36 48 64
///   layerN.from1 … from(N-1)      no yes        is the output of that layer an input?
///
/// A layer reads the channels of all its inputs, one behind the other; without any, it reads the
/// sample. Layers that nothing reads are joined at the end: global mean, dense. A layer is
/// convolution (stride 1, SAME), batch norm, ReLU.
///
/// With 6 layers 33 decisions, 10^15.4 genomes.
/// Source   Zoph & Le 2017, arXiv:1611.01578, §3.3 and §4.1: 15 layers there. Differs: a global
/// mean
///          before the dense layer.
class ChainSpace : public ListedSpace {
 public:
  static constexpr std::array kParameters = {SpaceParameter{"layers", "convolutions", 6, 2, 20}};

  ChainSpace(const SpaceName& parameters, std::string name);
  graph::Graph Build(std::span<const int> genome, graph::SampleShape input,
                     int num_classes) const override;

 private:
  std::int64_t layers_;
};

}  // namespace netsmith::space
