#include "netsmith/space/network.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/base/file.h"
#include "netsmith/space/catalog/post.h"
#include "netsmith/space/catalog/post_text.h"
#include "netsmith/space/registry.h"
#include "netsmith/space/search_space.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::space {
namespace {

/// The option indices of "SPACE:genome", which begin at `start`.
Genome ParseGenome(std::string_view text, std::size_t start) {
  TextCursor cursor("network", text, start);
  Genome genome;
  do {
    if (!genome.empty()) cursor.Expect(',', "and the next option index, or the end");
    genome.push_back(
        static_cast<int>(cursor.Integer("option index", 0, std::numeric_limits<int>::max())));
  } while (!cursor.AtEnd());
  return genome;
}

/// Where the path of a space file ends, which may have colons of its own; 0 where there is none.
std::size_t EndOfFileName(std::string_view text) {
  const std::size_t end = text.rfind(".toml");
  return end == std::string_view::npos ? 0 : end;
}

struct SpaceGenome {
  std::unique_ptr<SearchSpace> space;
  Genome genome;
};

/// "SPACE:genome" taken apart; nothing where the text names no space.
std::optional<SpaceGenome> ParseSpaceGenome(const std::string& text) {
  const std::size_t colon = text.find(':', EndOfFileName(text));
  if (colon == std::string::npos) return std::nullopt;
  Genome genome = ParseGenome(text, colon + 1);
  auto space = MakeSpaceForGenome(text.substr(0, colon), genome.size());
  return SpaceGenome{std::move(space), std::move(genome)};
}

void CheckFits(const graph::Graph& graph, const std::string& path, graph::SampleShape input,
               int num_classes) {
  if (graph.input.size() != input.size()) {
    throw base::InvalidArgument(fmt::format("{}: found a network for samples of {}, expected {}",
                                            path, ToString(graph.input), ToString(input)));
  }
  const graph::SampleShape output = graph::Analyze(graph).back().shape;
  if (output.size() != num_classes) {
    throw base::InvalidArgument(fmt::format("{}: found {} outputs, expected {}, one a class", path,
                                            output.size(), num_classes));
  }
}

}  // namespace

graph::Graph ReadGraphFile(const std::string& path) {
  const std::optional<std::string> content = base::ReadFile(path);
  if (!content) {
    throw base::ConfigError(fmt::format("{}: cannot be read as a network: {}", path,
                                        std::generic_category().message(errno)));
  }
  return graph::FromJson(*content, path);
}

graph::Graph ParseNetwork(const std::string& text, graph::SampleShape input, int num_classes) {
  if (text.starts_with('@')) {
    graph::Graph graph = ReadGraphFile(text.substr(1));
    CheckFits(graph, text.substr(1), input, num_classes);
    return graph;
  }
  if (const auto named = ParseSpaceGenome(text)) {
    return named->space->Build(named->genome, input, num_classes);
  }
  return BuildPost(ParsePostLayers(text), input, num_classes);
}

Hyperparameters ParseTraining(const std::string& text) {
  if (text.starts_with('@')) return {};
  const auto named = ParseSpaceGenome(text);
  return named ? named->space->Training(named->genome) : Hyperparameters();
}

}  // namespace netsmith::space
