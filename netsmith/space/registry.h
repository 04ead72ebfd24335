#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/graph/graph.h"
#include "netsmith/space/catalog/post.h"
#include "netsmith/space/search_space.h"

/// The search spaces by name. A new one is a file pair in catalog/ and a line in registry.cc.
namespace netsmith::space {

/// Of `post` alone; other spaces have parameters in their names (space_name.h).
struct SpaceOptions {
  int max_layers = 2;
  PostRanges ranges = PostRanges::kGrid;
};

struct SpaceEntry {
  std::string name;
  std::string summary;     // one line
  std::string parameters;  // "cells (1 to 20, usually 1: …)"; empty where there are none
};
std::vector<SpaceEntry> Spaces();
std::vector<std::string> SpaceNames();

/// The space that suits samples of this shape: `conv1d` for signals, of height 1, else `conv2d`.
std::string UsualSpace(graph::SampleShape input);

/// `name` is a space's, perhaps with parameters ("nb201@cells=5"), or the path of a space file;
/// "+learning_rate" behind it lets genomes decide that, too (tuned_space.h).
/// Errors   ConfigError listing the known names when `name` is none of them, for parameters, or in
/// a
///          space file;
///          InvalidArgument for options that the space refuses.
std::unique_ptr<SearchSpace> MakeSpace(const std::string& name, const SpaceOptions& options);

/// The space of default ranges whose genomes have `length` option indices.
/// Errors   as MakeSpace; ConfigError when there is no such length.
std::unique_ptr<SearchSpace> MakeSpaceForGenome(const std::string& name, std::size_t length);

}  // namespace netsmith::space
