#pragma once

#include <string>

#include "netsmith/graph/graph.h"

namespace netsmith::report {

/// A chain in the words of the classic experiment: "input 784, first convolution 5×32, first pool
/// 2, second convolution 5×64, second pool 2, output 10". Sizes along a signal are one number,
/// those of images "3×3", and more than one channel of the input is named. Pools follow their
/// convolution's number; ReLU and flattening are not mentioned.
std::string ClassicForm(const graph::Graph& graph);

}  // namespace netsmith::report
