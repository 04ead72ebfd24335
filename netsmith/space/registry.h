#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/space/catalog/post.h"
#include "netsmith/space/search_space.h"

/// The search spaces by name. A new one is a file pair in catalog/ and a line in registry.cc.
namespace netsmith::space {

struct SpaceOptions {
  int max_layers = 2;
  PostRanges ranges = PostRanges::kGrid;
};

std::vector<std::string> SpaceNames();

/// Errors   ConfigError listing the known names when `name` is none of them; InvalidArgument for
///          options that the space refuses.
std::unique_ptr<SearchSpace> MakeSpace(const std::string& name, const SpaceOptions& options);

/// The space of default ranges whose genomes have `length` option indices.
/// Errors   as MakeSpace; ConfigError when there is no such length.
std::unique_ptr<SearchSpace> MakeSpaceForGenome(const std::string& name, std::size_t length);

}  // namespace netsmith::space
