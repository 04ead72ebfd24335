#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/space/catalog/post.h"

namespace netsmith::space {

/// The classic text: "kernel,filters,pool,dropout;…", a group a layer, e.g. "5,32,2,0;5,64,2,3".
/// Sizes are whole numbers from 1 to 1,000,000, dropout is a percentage from 0 to 99; at most
/// PostSpace::kMaxLayers layers. Spaces and tabs around numbers are ignored.
/// Errors   ConfigError with the column (from 1), what was found there and what was expected.
std::vector<PostLayer> ParsePostLayers(std::string_view text);
std::string FormatPostLayers(std::span<const PostLayer> layers);

}  // namespace netsmith::space
