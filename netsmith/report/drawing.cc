#include "netsmith/report/drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "netsmith/graph/graph.h"
#include "netsmith/report/escape.h"
#include "netsmith/report/format.h"
#include "netsmith/report/layered_layout.h"
#include "netsmith/report/web_files.h"

namespace netsmith::report {
namespace {

using graph::Graph;

constexpr double kCharWidth = 6.9;  // of the widest usual 12-pixel sans-serif, on average
constexpr double kLineHeight = 17;
constexpr double kPadding = 9;
constexpr double kMargin = 8;

/// One box: an operation and what goes on with its result alone.
struct Block {
  std::string kind = "";  // a CSS class
  std::string title = "";
  std::vector<std::string> lines = {};
  std::size_t last = 0;  // the node whose result leaves the box
  std::int64_t params = 0;
};

std::string Extent(std::int64_t height, std::int64_t width) {
  return fmt::format("{}×{}", height, width);
}

std::string Strides(std::int64_t height, std::int64_t width) {
  if (height == 1 && width == 1) return "";
  return height == width ? fmt::format(", stride {}", width)
                         : fmt::format(", stride {}", Extent(height, width));
}

template <typename Pool>
Block PoolBlock(const char* name, const Pool& pool) {
  return {.kind = "pool",
          .title = fmt::format("{} {}{}", name, Extent(pool.window_height, pool.window_width),
                               Strides(pool.stride_height, pool.stride_width))};
}

Block ConvBlock(const graph::Conv& conv) {
  const bool depthwise = conv.groups > 1 && conv.groups == conv.filters;
  Block block{.kind = "conv",
              .title = fmt::format("{} {}", depthwise ? "depthwise" : "convolution",
                                   Extent(conv.kernel_height, conv.kernel_width))};
  std::string details = Counted(conv.filters, "filter");
  details += Strides(conv.stride_height, conv.stride_width);
  if (conv.dilation_height > 1 || conv.dilation_width > 1) {
    details += fmt::format(", dilation {}", Extent(conv.dilation_height, conv.dilation_width));
  }
  if (conv.groups > 1 && !depthwise) details += fmt::format(", {} groups", conv.groups);
  block.lines.push_back(details);
  return block;
}

struct BlockOf {
  Block operator()(const graph::Input&) const { return {.kind = "input", .title = "input"}; }
  Block operator()(const graph::Conv& conv) const { return ConvBlock(conv); }
  Block operator()(const graph::MaxPool& pool) const { return PoolBlock("max pool", pool); }
  Block operator()(const graph::AvgPool& pool) const { return PoolBlock("mean pool", pool); }
  Block operator()(const graph::GlobalAvgPool&) const {
    return {.kind = "pool", .title = "mean of each channel"};
  }
  Block operator()(const graph::BatchNorm&) const {
    return {.kind = "tail", .title = "batch norm"};
  }
  Block operator()(const graph::Activation& activation) const {
    std::string name = graph::OpName(activation);
    std::ranges::replace(name, '_', ' ');
    return {.kind = "tail", .title = name == "relu" ? "ReLU" : name};
  }
  Block operator()(const graph::Add&) const { return {.kind = "join", .title = "add"}; }
  Block operator()(const graph::Concat&) const { return {.kind = "join", .title = "concatenate"}; }
  Block operator()(const graph::SqueezeExcite& gate) const {
    return {.kind = "gate", .title = fmt::format("squeeze and excite, {} wide", gate.units)};
  }
  Block operator()(const graph::Dropout& dropout) const {
    return {.kind = "tail", .title = fmt::format("dropout {} %", dropout.rate_percent)};
  }
  Block operator()(const graph::Flatten&) const { return {.kind = "tail", .title = "flatten"}; }
  Block operator()(const graph::Dense& dense) const {
    return {.kind = "dense", .title = fmt::format("dense {}", dense.units)};
  }
};

struct Diagram {
  std::vector<Block> blocks;
  std::vector<LayoutNode> boxes;
  std::vector<LayoutEdge> edges;
};

Diagram MakeDiagram(const Graph& graph) {
  const auto info = graph::Analyze(graph);
  std::vector<int> num_readers(graph.nodes.size());
  for (const graph::Node& node : graph.nodes) {
    for (const int input : node.inputs) ++num_readers[static_cast<std::size_t>(input)];
  }
  Diagram diagram;
  std::vector<int> block_of(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const graph::Node& node = graph.nodes[i];
    Block block = std::visit(BlockOf(), node.op);
    const bool goes_on = block.kind == "tail" && node.inputs.size() == 1 &&
                         num_readers[static_cast<std::size_t>(node.inputs[0])] == 1;
    if (goes_on) {
      block_of[i] = block_of[static_cast<std::size_t>(node.inputs[0])];
      diagram.blocks[static_cast<std::size_t>(block_of[i])].lines.push_back(block.title);
    } else {
      block_of[i] = static_cast<int>(diagram.blocks.size());
      for (const int input : node.inputs) {
        diagram.edges.push_back(
            {.from = block_of[static_cast<std::size_t>(input)], .to = block_of[i]});
      }
      diagram.blocks.push_back(block);
    }
    Block& own = diagram.blocks[static_cast<std::size_t>(block_of[i])];
    own.last = i;
    own.params += info[i].params;
  }
  for (Block& block : diagram.blocks) {
    const auto& shape = info[block.last].shape;
    const std::string size =
        shape.height == 1 && shape.width == 1
            ? fmt::format("{}", shape.channels)
            : fmt::format("{}×{}×{}", shape.height, shape.width, shape.channels);
    block.lines.push_back(
        block.params == 0 ? size : fmt::format("{}, {}", size, Counted(block.params, "parameter")));
    std::size_t longest = block.title.size() + 1;  // bold
    for (const std::string& line : block.lines) longest = std::max(longest, line.size());
    diagram.boxes.push_back(
        {.width = std::max(96.0, kCharWidth * static_cast<double>(longest) + 2 * kPadding),
         .height = kLineHeight * static_cast<double>(1 + block.lines.size()) + kPadding});
  }
  return diagram;
}

std::string BoxSvg(const Block& block, const LayoutNode& box) {
  const double left = box.center.x - box.width / 2 + kMargin;
  const double top = box.center.y - box.height / 2 + kMargin;
  std::string svg = fmt::format(
      "<g class=\"box {}\"><rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
      "rx=\"6\"/>",
      block.kind, left, top, box.width, box.height);
  double y = top + kLineHeight - 1;
  svg += fmt::format("<text class=\"title\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>",
                     box.center.x + kMargin, y, EscapeMarkup(block.title));
  for (std::size_t i = 0; i < block.lines.size(); ++i) {
    y += kLineHeight;
    svg += fmt::format("<text{} x=\"{:.1f}\" y=\"{:.1f}\">{}</text>",
                       i + 1 == block.lines.size() ? " class=\"shape\"" : "",
                       box.center.x + kMargin, y, EscapeMarkup(block.lines[i]));
  }
  return svg + "</g>\n";
}

/// Vertical where it leaves and arrives.
std::string EdgeSvg(const LayoutEdge& edge) {
  const auto& points = edge.points;
  std::string path =
      fmt::format("M{:.1f} {:.1f}", points.front().x + kMargin, points.front().y + kMargin);
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double middle = (points[i - 1].y + points[i].y) / 2 + kMargin;
    const bool arrives = i + 1 == points.size();
    path += fmt::format("C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", points[i - 1].x + kMargin,
                        middle, points[i].x + kMargin, middle, points[i].x + kMargin,
                        points[i].y + kMargin - (arrives ? 5 : 0));
  }
  const Point end = points.back();
  return fmt::format(
      "<path class=\"edge\" d=\"{}\"/><path class=\"head\" d=\"M{:.1f} {:.1f}l-4 -7h8z\"/>\n", path,
      end.x + kMargin, end.y + kMargin);
}

}  // namespace

std::string DrawNetwork(const Graph& graph, bool standalone) {
  Diagram diagram = MakeDiagram(graph);
  const Point size = LayOut(diagram.boxes, diagram.edges);
  const double width = size.x + 2 * kMargin;
  const double height = size.y + 2 * kMargin;
  const graph::Costs costs = graph::TotalCosts(graph);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"drawing\" role=\"img\" width=\"{0:.0f}\" "
      "height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} {1:.0f}\">\n<title>Network of {2}, {3}</title>\n",
      width, height, Counted(costs.params, "parameter"), Counted(costs.macs, "multiply-add"));
  if (standalone) {
    svg +=
        fmt::format("<style>{}</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n",
                    WebFile("drawing.css"));
  }
  for (const LayoutEdge& edge : diagram.edges) svg += EdgeSvg(edge);
  for (std::size_t i = 0; i < diagram.blocks.size(); ++i) {
    svg += BoxSvg(diagram.blocks[i], diagram.boxes[i]);
  }
  return svg + "</svg>\n";
}

}  // namespace netsmith::report
