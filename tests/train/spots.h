#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/data/dataset.h"
#include "netsmith/data/memory_dataset.h"
#include "netsmith/graph/graph.h"

namespace netsmith::testing {

/// Signals of 12 bytes with a bright spot in the third that is the label, on noise.
inline std::shared_ptr<data::MemoryDataset> Spots(int count, std::uint64_t seed) {
  base::Generator generator(seed);
  std::vector<std::uint8_t> samples;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < count; ++i) {
    const auto label = static_cast<std::int32_t>(generator.Below(3));
    const auto spot = 4 * label + static_cast<std::int32_t>(generator.Below(4));
    for (int x = 0; x < 12; ++x) {
      samples.push_back(static_cast<std::uint8_t>(x == spot ? 255 : generator.Below(60)));
    }
    labels.push_back(label);
  }
  return std::make_shared<data::MemoryDataset>("spots", tensor::SampleShape{1, 12, 1}, 3,
                                               std::move(samples), std::move(labels));
}

inline data::Problem SpotsProblem() {
  std::vector<std::int64_t> train, validation;
  for (int i = 0; i < 200; ++i) (i < 150 ? train : validation).push_back(i);
  return {Spots(200, 1), Spots(50, 2), train, validation};
}

/// A network for the spots.
inline graph::Graph SpotsNetwork(double dropout_percent = 0, bool with_norm = false) {
  graph::Graph graph{.input = {1, 12, 1}, .nodes = {}};
  graph.Add(graph::Input{}, {});
  int last = graph.Add(graph::Conv{6, 1, 3}, {0});
  if (with_norm) last = graph.Add(graph::BatchNorm{}, {last});
  last = graph.Add(graph::Activation{}, {last});
  last = graph.Add(graph::MaxPool{1, 2}, {last});
  last = graph.Add(graph::Dropout{dropout_percent}, {last});
  last = graph.Add(graph::Flatten{}, {last});
  graph.Add(graph::Dense{3}, {last});
  return graph;
}

}  // namespace netsmith::testing
