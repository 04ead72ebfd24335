#include "netsmith/model/cpp_buffers.h"

#include <algorithm>
#include <cstddef>
#include <variant>

#include "netsmith/engine/memory_plan.h"

namespace netsmith::model {
namespace {

bool WorksInPlace(const graph::Op& op) {
  return std::holds_alternative<graph::Activation>(op) ||
         std::holds_alternative<graph::BatchNorm>(op) ||
         std::holds_alternative<graph::SqueezeExcite>(op);
}

}  // namespace

CppBuffers PlanCppBuffers(const graph::Graph& graph) {
  const std::vector<graph::NodeInfo> infos = graph::Analyze(graph);
  const std::size_t num_nodes = graph.nodes.size();
  std::vector<int> num_readers(num_nodes);
  for (const graph::Node& node : graph.nodes) {
    for (const int input : node.inputs) ++num_readers[input];
  }
  std::vector<engine::MemoryBlock> blocks;
  std::vector<std::size_t> block_of(num_nodes), scratch_of(num_nodes, 0);
  std::vector<bool> is_alone(num_nodes);  // its block has one reader from here on
  for (std::size_t i = 0; i < num_nodes; ++i) {
    const graph::Node& node = graph.nodes[i];
    const int time = static_cast<int>(i);
    for (const int input : node.inputs) blocks[block_of[input]].last = time;
    const bool flattens = std::holds_alternative<graph::Flatten>(node.op);
    const bool shares = flattens || (WorksInPlace(node.op) && is_alone[node.inputs[0]]);
    block_of[i] = shares ? block_of[node.inputs[0]] : blocks.size();
    if (!shares) blocks.push_back({.size = infos[i].shape.size(), .first = time, .last = time});
    is_alone[i] = num_readers[i] == 1 && (!flattens || is_alone[node.inputs[0]]);
    if (const auto* gate = std::get_if<graph::SqueezeExcite>(&node.op)) {
      scratch_of[i] = blocks.size();
      const std::int64_t channels = infos[i].shape.channels;
      blocks.push_back({.size = 2 * channels + gate->units, .first = time, .last = time});
    }
  }
  blocks[block_of.back()].last = static_cast<int>(num_nodes);
  CppBuffers buffers = {.values = {}, .scratch = {}, .total = engine::AssignOffsets(blocks)};
  for (std::size_t i = 0; i < num_nodes; ++i) {
    buffers.values.push_back(blocks[block_of[i]].offset);
    buffers.scratch.push_back(blocks[scratch_of[i]].offset);
  }
  return buffers;
}

}  // namespace netsmith::model
