#include "netsmith/model/ensemble.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/tensor/tensor.h"

namespace netsmith::model {
namespace {

std::string Name(std::size_t member) { return fmt::format("member {} of an ensemble", member + 1); }

void CheckMember(std::span<const graph::Graph> members, std::size_t index) {
  const graph::Graph &first = members.front(), &member = members[index];
  if (member.input != first.input) {
    throw base::InvalidArgument(fmt::format("{}: found input {}, the first has {}", Name(index),
                                            ToString(member.input), ToString(first.input)));
  }
  const auto shape = graph::Analyze(member).back().shape;
  const auto expected = graph::Analyze(first).back().shape;
  if (shape != expected) {
    throw base::InvalidArgument(fmt::format("{}: found output {}, the first has {}", Name(index),
                                            ToString(shape), ToString(expected)));
  }
  const graph::Node& last = member.nodes.back();
  if (!std::holds_alternative<graph::Dense>(last.op)) {
    throw base::InvalidArgument(fmt::format("{}: its last node '{}' is {}, expected dense",
                                            Name(index), last.name, graph::OpName(last.op)));
  }
}

}  // namespace

graph::Graph EnsembleGraph(std::span<const graph::Graph> members) {
  if (members.size() < 2) {
    throw base::InvalidArgument(
        fmt::format("an ensemble: found {} members, expected 2 or more", members.size()));
  }
  graph::Graph ensemble;
  ensemble.input = members.front().input;
  const int input = ensemble.Add(graph::Input(), {}, members.front().nodes.front().name);
  std::vector<int> outputs;
  for (std::size_t i = 0; i < members.size(); ++i) {
    CheckMember(members, i);
    std::vector<int> place = {input};  // of each of the member's nodes
    const graph::Graph member = graph::WithoutUnused(members[i]);
    for (std::size_t n = 1; n < member.nodes.size(); ++n) {
      const graph::Node& node = member.nodes[n];
      std::vector<int> inputs;
      for (const int source : node.inputs)
        inputs.push_back(place[static_cast<std::size_t>(source)]);
      place.push_back(
          ensemble.Add(node.op, std::move(inputs), fmt::format("member{}.{}", i + 1, node.name)));
    }
    outputs.push_back(place.back());
  }
  ensemble.Add(graph::Add(), std::move(outputs), "mean");
  return ensemble;
}

Network Ensemble(std::span<const Network> members) {
  std::vector<graph::Graph> graphs;
  for (const Network& member : members) graphs.push_back(member.graph);
  Network ensemble{.graph = EnsembleGraph(graphs), .weights = {}};
  const auto share = 1.0f / static_cast<float>(members.size());
  for (const Network& member : members) {
    auto& params = ensemble.weights.params;
    params.insert(params.end(), member.weights.params.begin(), member.weights.params.end());
    NETSMITH_CHECK_LT(1u, params.size());
    for (std::size_t tensor : {params.size() - 2, params.size() - 1}) {  // weights and bias
      for (float& value : params[tensor]) value *= share;
    }
    auto& averages = ensemble.weights.running_averages;
    averages.insert(averages.end(), member.weights.running_averages.begin(),
                    member.weights.running_averages.end());
  }
  return ensemble;
}

}  // namespace netsmith::model
