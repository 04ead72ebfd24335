#include "netsmith/report/classic_form.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "netsmith/graph/graph.h"

namespace netsmith::report {
namespace {

/// "first", …, "tenth", "11th", …, "21st".
std::string Ordinal(std::size_t number) {
  constexpr std::array kWords = {"first", "second",  "third",  "fourth", "fifth",
                                 "sixth", "seventh", "eighth", "ninth",  "tenth"};
  if (number <= kWords.size()) return kWords[number - 1];
  constexpr std::array kEndings = {"th", "st", "nd", "rd"};
  const std::size_t last = number % 10;
  const bool is_teen = number / 10 % 10 == 1;
  return fmt::format("{}{}", number, kEndings[is_teen || last > 3 ? 0 : last]);
}

/// "5" along a signal, "3×5" otherwise.
std::string Extent(std::int64_t height, std::int64_t width) {
  return height == 1 ? fmt::format("{}", width) : fmt::format("{}×{}", height, width);
}

std::string InputForm(const graph::SampleShape& shape) {
  const std::string extent = Extent(shape.height, shape.width);
  return shape.channels == 1 ? fmt::format("input {}", extent)
                             : fmt::format("input {} of {} channels", extent, shape.channels);
}

}  // namespace

std::string ClassicForm(const graph::Graph& graph) {
  std::string text = InputForm(graph.input);
  std::size_t layer = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const graph::Op& op = graph.nodes[i].op;
    if (const auto* conv = std::get_if<graph::Conv>(&op)) {
      text += fmt::format(", {} convolution {}×{}", Ordinal(++layer),
                          Extent(conv->kernel_height, conv->kernel_width), conv->filters);
    } else if (const auto* pool = std::get_if<graph::MaxPool>(&op)) {
      text += fmt::format(", {} pool {}", Ordinal(layer == 0 ? 1 : layer),
                          Extent(pool->window_height, pool->window_width));
    } else if (const auto* dropout = std::get_if<graph::Dropout>(&op)) {
      text += fmt::format(", dropout {} %", dropout->rate_percent);
    } else if (const auto* dense = std::get_if<graph::Dense>(&op)) {
      const bool is_last = i + 1 == graph.nodes.size();
      text += fmt::format(", {} {}", is_last ? "output" : "dense", dense->units);
    }
  }
  return text;
}

}  // namespace netsmith::report
