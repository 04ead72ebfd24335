#include "netsmith/space/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/space/catalog/post.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::space {
namespace {

std::unique_ptr<SearchSpace> MakePost(const SpaceOptions& options) {
  return std::make_unique<PostSpace>(options.max_layers, options.ranges);
}

struct Entry {
  const char* name;
  std::unique_ptr<SearchSpace> (*make)(const SpaceOptions&);
  std::size_t decisions_per_layer;
};

constexpr std::array kSpaces = {Entry{"post", MakePost, 4}};

const Entry& FindSpace(const std::string& name) {
  for (const Entry& entry : kSpaces) {
    if (name == entry.name) return entry;
  }
  throw base::ConfigError(fmt::format("unknown search space {}, known: {}", Quoted(name),
                                      fmt::join(SpaceNames(), ", ")));
}

}  // namespace

std::vector<std::string> SpaceNames() {
  std::vector<std::string> names;
  for (const Entry& entry : kSpaces) names.emplace_back(entry.name);
  return names;
}

std::unique_ptr<SearchSpace> MakeSpace(const std::string& name, const SpaceOptions& options) {
  return FindSpace(name).make(options);
}

std::unique_ptr<SearchSpace> MakeSpaceForGenome(const std::string& name, std::size_t length) {
  const Entry& entry = FindSpace(name);
  if (length == 0 || length % entry.decisions_per_layer != 0) {
    throw base::ConfigError(
        fmt::format("genome of space {}: found {} option indices, expected {} "
                    "a layer",
                    name, length, entry.decisions_per_layer));
  }
  const std::size_t layers = length / entry.decisions_per_layer;
  return entry.make({.max_layers = static_cast<int>(layers)});
}

}  // namespace netsmith::space
