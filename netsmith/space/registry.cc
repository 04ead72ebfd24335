#include "netsmith/space/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/space/catalog/chain.h"
#include "netsmith/space/catalog/conv1d.h"
#include "netsmith/space/catalog/conv2d.h"
#include "netsmith/space/catalog/mobile.h"
#include "netsmith/space/catalog/nasnet.h"
#include "netsmith/space/catalog/nb201.h"
#include "netsmith/space/catalog/post.h"
#include "netsmith/space/file/file_space.h"
#include "netsmith/space/space_name.h"
#include "netsmith/space/text_cursor.h"
#include "netsmith/space/tuned_space.h"

namespace netsmith::space {
namespace {

constexpr std::size_t kPostDecisionsPerLayer = 4;

std::unique_ptr<SearchSpace> MakePost(const SpaceName&, std::string, const SpaceOptions& options) {
  return std::make_unique<PostSpace>(options.max_layers, options.ranges);
}

template <typename Space>
std::unique_ptr<SearchSpace> MakeWithParameters(const SpaceName& parameters, std::string name,
                                                const SpaceOptions&) {
  return std::make_unique<Space>(parameters, std::move(name));
}

/// A space without parameters.
template <typename Space>
std::unique_ptr<SearchSpace> MakePlain(const SpaceName&, std::string name, const SpaceOptions&) {
  return std::make_unique<Space>(std::move(name));
}

struct Entry {
  const char* name;
  const char* summary;
  std::span<const SpaceParameter> parameters;
  /// From the parameters, the name as the command line writes it, and the options of `post`.
  std::unique_ptr<SearchSpace> (*make)(const SpaceName&, std::string, const SpaceOptions&);
};

std::span<const Entry> Entries() {
  static constexpr Entry kEntries[] = {
      {"chain", "convolutions with skip connections by anchor points", ChainSpace::kParameters,
       MakeWithParameters<ChainSpace>},
      {"conv1d",
       "networks for signals: plain or residual blocks of convolutions",
       {},
       MakePlain<Conv1dSpace>},
      {"conv2d",
       "networks for images: stages of plain or residual, full or separable blocks",
       {},
       MakePlain<Conv2dSpace>},
      {"mobile", "small networks of inverted bottlenecks", {}, MakePlain<MobileSpace>},
      {"nasnet", "a normal and a reduction cell, stacked", NasnetSpace::kParameters,
       MakeWithParameters<NasnetSpace>},
      {"nb201", "the cell of NAS-Bench-201, stacked", Nb201Space::kParameters,
       MakeWithParameters<Nb201Space>},
      {"post", "the classic experiment: a chain of one-dimensional convolutions", {}, MakePost},
  };
  return kEntries;
}

const Entry& FindEntry(const std::string& name) {
  for (const Entry& entry : Entries()) {
    if (BaseOf(name) == entry.name) return entry;
  }
  throw base::ConfigError(
      fmt::format("unknown search space {}, known: {}, or the path of a file that ends in .toml",
                  Quoted(BaseOf(name)), fmt::join(SpaceNames(), ", ")));
}

std::string ParametersText(std::span<const SpaceParameter> parameters) {
  std::vector<std::string> texts;
  for (const SpaceParameter& p : parameters) {
    texts.push_back(fmt::format("{}: {}, {} to {}, usually {}", p.name, p.meaning, p.lowest,
                                p.highest, p.usual));
  }
  return fmt::format("{}", fmt::join(texts, "; "));
}

}  // namespace

std::vector<SpaceEntry> Spaces() {
  std::vector<SpaceEntry> spaces;
  for (const Entry& entry : Entries()) {
    spaces.push_back({entry.name, entry.summary, ParametersText(entry.parameters)});
  }
  return spaces;
}

std::vector<std::string> SpaceNames() {
  std::vector<std::string> names;
  for (const Entry& entry : Entries()) names.emplace_back(entry.name);
  return names;
}

std::string UsualSpace(graph::SampleShape input) { return input.height == 1 ? "conv1d" : "conv2d"; }

std::unique_ptr<SearchSpace> MakeSpace(const std::string& name, const SpaceOptions& options) {
  const TunedName tuned = ParseTunedName(name);
  if (!tuned.hyperparameters.empty()) {
    return std::make_unique<TunedSpace>(MakeSpace(tuned.inner, options), tuned.hyperparameters);
  }
  if (IsSpaceFile(name)) return std::make_unique<FileSpace>(ReadSpaceFile(name));
  const Entry& entry = FindEntry(name);
  const SpaceName parsed = ParseSpaceName(name, entry.parameters);
  return entry.make(parsed, FormatSpaceName(parsed, entry.parameters), options);
}

std::unique_ptr<SearchSpace> MakeSpaceForGenome(const std::string& name, std::size_t length) {
  const TunedName tuned = ParseTunedName(name);
  if (tuned.inner != "post") return MakeSpace(name, {});
  length -= std::min(length, tuned.hyperparameters.size());
  if (length == 0 || length % kPostDecisionsPerLayer != 0) {
    throw base::ConfigError(
        fmt::format("genome of space {}: found {} option indices, expected {} "
                    "a layer",
                    name, length, kPostDecisionsPerLayer));
  }
  return MakeSpace(name, {.max_layers = static_cast<int>(length / kPostDecisionsPerLayer)});
}

}  // namespace netsmith::space
