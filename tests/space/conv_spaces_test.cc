#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "netsmith/base/random.h"
#include "netsmith/graph/graph.h"
#include "netsmith/space/catalog/conv1d.h"
#include "netsmith/space/catalog/conv2d.h"

namespace netsmith::space {
namespace {

constexpr graph::SampleShape kSample{.height = 32, .width = 32, .channels = 3};

/// The place of a decision in the genome.
std::size_t PlaceOf(const SearchSpace& space, std::string_view name) {
  const auto found = std::ranges::find(space.decisions(), name, &Decision::name);
  EXPECT_NE(found, space.decisions().end()) << name;
  return static_cast<std::size_t>(found - space.decisions().begin());
}

/// Checks that decisions beginning with `prefix` change no network while `decision` has its first
/// option.
void ExpectIdle(const SearchSpace& space, const std::string& decision, const std::string& prefix) {
  base::Generator random = base::RandomStreams(1).For("genomes");
  for (int repeat = 0; repeat < 20; ++repeat) {
    Genome genome;
    for (const Decision& each : space.decisions()) {
      genome.push_back(static_cast<int>(random.Below(each.options.size())));
    }
    genome[PlaceOf(space, decision)] = 0;
    const std::string hash = graph::CanonicalHash(space.Build(genome, kSample, 10));
    for (std::size_t i = 0; i < genome.size(); ++i) {
      const Decision& each = space.decisions()[i];
      if (each.name.starts_with(prefix)) {
        genome[i] = static_cast<int>(random.Below(each.options.size()));
      }
    }
    EXPECT_EQ(graph::CanonicalHash(space.Build(genome, kSample, 10)), hash);
  }
}

TEST(Conv1dTest, BlocksBeyondTheDepthHaveNoEffect) {
  ExpectIdle(Conv1dSpace("conv1d"), "depth", "block3.");
  ExpectIdle(Conv1dSpace("conv1d"), "depth", "block5.");
}

TEST(Conv2dTest, StagesBeyondTheirNumberHaveNoEffect) {
  ExpectIdle(Conv2dSpace("conv2d"), "stages", "stage3.");
  ExpectIdle(Conv2dSpace("conv2d"), "stages", "stage4.");
}

TEST(Conv1dTest, ReadsImagesAsSignals) {
  const Conv1dSpace space("conv1d");
  const Genome genome(space.decisions().size(), 0);
  EXPECT_EQ(space.Build(genome, kSample, 10).input, (graph::SampleShape{1, 1024, 3}));
}

TEST(Conv2dTest, TakesSignalsAsImagesOfOneRow) {
  const Conv2dSpace space("conv2d");
  const Genome genome(space.decisions().size(), 0);
  const graph::Graph graph = space.Build(genome, {1, 150, 1}, 2);
  const auto& conv = std::get<graph::Conv>(graph.nodes.at(1).op);
  EXPECT_EQ(conv.kernel_height, 1);
  EXPECT_EQ(conv.kernel_width, 3);
}

TEST(ConvSpacesTest, HeadersStateTheNumberOfGenomes) {
  EXPECT_NEAR(Log10Size(Conv1dSpace("conv1d").decisions()), 15.3, 0.05);
  EXPECT_NEAR(Log10Size(Conv2dSpace("conv2d").decisions()), 10.73, 0.05);
}

}  // namespace
}  // namespace netsmith::space
