#pragma once

#include <string_view>

/// Internal to this folder.
namespace netsmith::model {

/// The C++ function that an exported model calls for an operation; tensors are [h][w][c].
/// `name`: "Conv", "MaxPool", …
std::string_view CppKernel(std::string_view name);

}  // namespace netsmith::model
