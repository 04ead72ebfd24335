#include "netsmith/space/network_builder.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/graph/analyze_node.h"

namespace netsmith::space {
namespace {

/// A longer SAME window has elements that only ever meet padding.
std::int64_t CutKernel(std::int64_t kernel, std::int64_t extent, std::int64_t dilation) {
  return std::min(kernel, 2 * ((extent - 1) / std::max<std::int64_t>(dilation, 1)) + 1);
}

std::int64_t DividedUp(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

NetworkBuilder::NetworkBuilder(graph::SampleShape input) {
  graph_.input = input;
  graph_.Add(graph::Input{}, {}, "input");
  shapes_.push_back(graph::AnalyzeNode(graph_.nodes.back(), {&input, 1}).shape);
}

const graph::SampleShape& NetworkBuilder::shape(int node) const {
  return shapes_.at(static_cast<std::size_t>(node));
}

int NetworkBuilder::Add(graph::Op op, std::vector<int> inputs, std::string name) {
  std::vector<graph::SampleShape> sources;
  for (const int input : inputs) sources.push_back(shape(input));
  const int node = graph_.Add(op, std::move(inputs), std::move(name));
  shapes_.push_back(graph::AnalyzeNode(graph_.nodes.back(), sources).shape);
  return node;
}

int NetworkBuilder::Conv(int src, graph::Conv conv, std::string name) {
  const graph::SampleShape& image = shape(src);
  if (conv.padding == graph::Padding::kValid) return Add(conv, {src}, std::move(name));
  conv.stride_height = std::min(conv.stride_height, image.height);
  conv.stride_width = std::min(conv.stride_width, image.width);
  conv.kernel_height = CutKernel(conv.kernel_height, image.height, conv.dilation_height);
  conv.kernel_width = CutKernel(conv.kernel_width, image.width, conv.dilation_width);
  if (conv.kernel_height == 1) conv.dilation_height = 1;
  if (conv.kernel_width == 1) conv.dilation_width = 1;
  return Add(conv, {src}, std::move(name));
}

template <typename PoolOp>
int NetworkBuilder::Pool(int src, PoolOp pool, const std::string& name) {
  const graph::SampleShape& image = shape(src);
  if (pool.padding == graph::Padding::kSame) {
    pool.window_height = CutKernel(pool.window_height, image.height, 1);
    pool.window_width = CutKernel(pool.window_width, image.width, 1);
    pool.stride_height = std::min(pool.stride_height, image.height);
    pool.stride_width = std::min(pool.stride_width, image.width);
  }
  return graph::HasNoEffect(pool) ? src : Add(pool, {src}, name);
}
template int NetworkBuilder::Pool(int, graph::MaxPool, const std::string&);
template int NetworkBuilder::Pool(int, graph::AvgPool, const std::string&);

int NetworkBuilder::Sum(std::vector<int> summands, const std::string& name) {
  return summands.size() == 1 ? summands.front() : Add(graph::Add{}, std::move(summands), name);
}

void NetworkBuilder::Head(int src, std::int64_t grid, double dropout_percent, int num_classes) {
  const graph::SampleShape image = shape(src);
  int last = src;
  if (image.height * image.width > 1 && grid == 1) {
    last = Add(graph::GlobalAvgPool{}, {last}, "head.mean");
  } else if (image.height * image.width > 1) {
    graph::AvgPool parts;
    parts.window_height = parts.stride_height = DividedUp(image.height, grid);
    parts.window_width = parts.stride_width = DividedUp(image.width, grid);
    last = Pool(last, parts, "head.means");
    last = Add(graph::Flatten{}, {last}, "head.flatten");
  }
  if (dropout_percent > 0) {
    last = Add(graph::Dropout{.rate_percent = dropout_percent}, {last}, "head.dropout");
  }
  Output(last, num_classes);
}

void NetworkBuilder::Output(int src, int num_classes) {
  const bool is_vector = shape(src).height == 1 && shape(src).width == 1;
  const int last = is_vector ? src : Add(graph::Flatten{}, {src}, "output.flatten");
  Add(graph::Dense{.units = num_classes}, {last}, "output");
}

}  // namespace netsmith::space
