#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/base/thread_pool.h"
#include "netsmith/engine/program.h"
#include "netsmith/graph/graph.h"
#include "netsmith/space/network.h"
#include "netsmith/space/registry.h"
#include "netsmith/space/search_space.h"

// What every search space promises (space/search_space.h), over all that are registered.
namespace netsmith::space {
namespace {

struct Contender {
  std::string label;
  std::string name;
};

void PrintTo(const Contender& contender, std::ostream* out) { *out << contender.label; }

std::vector<Contender> Contenders() {
  std::vector<Contender> all;
  for (const std::string& name : SpaceNames()) all.push_back({name, name});
  all.push_back({"chain_of_3", "chain@layers=3"});
  all.push_back({"nasnet_small", "nasnet@blocks=2,cells=2,channels=4"});
  all.push_back({"nb201_small", "nb201@cells=2,channels=4"});
  all.push_back({"tuned_post", "post+learning_rate"});
  for (const char* example : {"signal_chain", "residual_images", "tuned_training"}) {
    all.push_back(
        {example, fmt::format("{}/examples/spaces/{}.toml", NETSMITH_SOURCE_DIR, example)});
  }
  return all;
}

struct Sample {
  graph::SampleShape shape;
  int num_classes;
};
constexpr Sample kSamples[] = {{{1, 1, 1}, 2},    {{1, 24, 1}, 2},  {{1, 1460, 1}, 10},
                               {{1, 100, 6}, 60}, {{8, 8, 1}, 4},   {{3, 5, 2}, 3},
                               {{28, 28, 1}, 10}, {{32, 32, 3}, 10}};

class SpaceContractTest : public ::testing::TestWithParam<Contender> {
 protected:
  std::unique_ptr<SearchSpace> space_ = MakeSpace(GetParam().name, {});
  base::Generator random_ = base::RandomStreams(1).For("genomes");

  Genome Draw() {
    Genome genome;
    for (const Decision& decision : space_->decisions()) {
      genome.push_back(static_cast<int>(random_.Below(decision.options.size())));
    }
    return genome;
  }
  /// The network, or nothing when the space refuses the genome and says who does.
  std::optional<graph::Graph> Build(const Genome& genome, const Sample& sample) const {
    try {
      return space_->Build(genome, sample.shape, sample.num_classes);
    } catch (const base::InvalidArgument& refusal) {
      EXPECT_THAT(refusal.what(), ::testing::HasSubstr(space_->name()));
      return std::nullopt;
    }
  }
  /// A genome that is not refused.
  Genome DrawValid(const Sample& sample) {
    for (int attempt = 0; attempt < 1000; ++attempt) {
      Genome genome = Draw();
      if (Build(genome, sample)) return genome;
    }
    ADD_FAILURE() << "1000 genomes were refused";
    return Genome(space_->decisions().size(), 0);
  }
};

TEST_P(SpaceContractTest, KeepsItsName) {
  EXPECT_EQ(space_->name(), GetParam().name);
  EXPECT_EQ(MakeSpace(space_->name(), {})->Signature(), space_->Signature());
}

TEST_P(SpaceContractTest, DecisionsHaveDistinctNamesAndAscendingOptions) {
  ASSERT_FALSE(space_->decisions().empty());
  std::set<std::string> names;
  for (const Decision& decision : space_->decisions()) {
    EXPECT_TRUE(names.insert(decision.name).second) << decision.name;
    EXPECT_GE(decision.options.size(), 2u) << decision.name;
    const std::set<std::int64_t> sorted(decision.options.begin(), decision.options.end());
    EXPECT_EQ(decision.options, std::vector(sorted.begin(), sorted.end())) << decision.name;
  }
}

TEST_P(SpaceContractTest, OptionsOfADecisionHaveDistinctTexts) {
  for (std::size_t i = 0; i < space_->decisions().size(); ++i) {
    const auto count = static_cast<int>(space_->decisions()[i].options.size());
    std::set<std::string> texts;
    for (int option = 0; option < count; ++option) texts.insert(space_->OptionText(i, option));
    EXPECT_EQ(texts.size(), static_cast<std::size_t>(count)) << space_->decisions()[i].name;
    EXPECT_FALSE(texts.contains(""));
  }
}

TEST_P(SpaceContractTest, SignatureListsEveryDecisionsOptions) {
  std::size_t options = 0;
  for (const Decision& decision : space_->decisions()) options += decision.options.size();
  EXPECT_GE(space_->Signature().size(), std::min<std::size_t>(options, 20));
  EXPECT_EQ(space_->Signature().find('\n'), std::string::npos);
}

TEST_P(SpaceContractTest, EveryGenomeBuildsForSamplesOfAnyShapeOrIsRefusedByName) {
  for (const Sample& sample : kSamples) {
    int built = 0;
    for (int i = 0; i < 40; ++i) {
      const auto graph = Build(Draw(), sample);
      if (!graph) continue;
      ++built;
      EXPECT_EQ(graph->input.size(), sample.shape.size());
      EXPECT_EQ(graph::Analyze(*graph).back().shape,
                (graph::SampleShape{1, 1, sample.num_classes}));
    }
    EXPECT_GE(built, 20) << ToString(sample.shape);
  }
}

TEST_P(SpaceContractTest, NetworkTextNamesTheSameNetwork) {
  const Sample sample{{8, 8, 3}, 4};
  for (int i = 0; i < 20; ++i) {
    const Genome genome = DrawValid(sample);
    EXPECT_EQ(ParseNetwork(space_->NetworkText(genome), sample.shape, sample.num_classes),
              Build(genome, sample));
  }
}

TEST_P(SpaceContractTest, AnotherObjectBuildsTheSame) {
  const auto other = MakeSpace(GetParam().name, {});
  EXPECT_EQ(other->decisions(), space_->decisions());
  EXPECT_EQ(other->Signature(), space_->Signature());
  const Sample sample{{1, 30, 2}, 3};
  for (int i = 0; i < 10; ++i) {
    const Genome genome = DrawValid(sample);
    EXPECT_EQ(other->Build(genome, sample.shape, sample.num_classes), Build(genome, sample));
    EXPECT_EQ(other->NetworkText(genome), space_->NetworkText(genome));
  }
}

TEST_P(SpaceContractTest, GenomesThatDoNotFitAreRefused) {
  const Genome genome(space_->decisions().size(), 0);
  const auto expect_refusal = [&](const Genome& bad) {
    EXPECT_THROW(space_->Build(bad, {8, 8, 1}, 2), base::InvalidArgument);
    EXPECT_THROW(space_->NetworkText(bad), base::InvalidArgument);
  };
  expect_refusal({});
  expect_refusal(Genome(genome.size() + 1, 0));
  for (std::size_t i = 0; i < genome.size(); ++i) {
    Genome bad = genome;
    bad[i] = static_cast<int>(space_->decisions()[i].options.size());
    expect_refusal(bad);
    bad[i] = -1;
    expect_refusal(bad);
  }
}

TEST_P(SpaceContractTest, EveryOptionOfEveryDecisionMakesADifference) {
  const Sample sample{{32, 32, 3}, 10};
  for (std::size_t i = 0; i < space_->decisions().size(); ++i) {
    const std::size_t count = space_->decisions()[i].options.size();
    std::size_t most = 0;
    for (int attempt = 0; attempt < 200 && most < count; ++attempt) {
      Genome genome = Draw();
      std::set<std::string> networks;
      for (std::size_t option = 0; option < count; ++option) {
        genome[i] = static_cast<int>(option);
        const auto graph = Build(genome, sample);
        networks.insert(graph ? graph::CanonicalHash(*graph) + ToString(space_->Training(genome))
                              : "refused");
      }
      most = std::max(most, networks.size());
    }
    EXPECT_EQ(most, count) << space_->decisions()[i].name;
  }
}

TEST_P(SpaceContractTest, NetworksTrain) {
  const Sample sample{{6, 6, 1}, 3};
  base::ThreadPool pool(1);
  const std::vector<std::int32_t> labels = {0, 1, 2, 1};
  for (int i = 0; i < 5; ++i) {
    const Genome genome = DrawValid(sample);
    engine::Program program(*Build(genome, sample), 4, pool);
    program.InitParams(random_);
    std::vector<float> samples(4 * 36);
    for (float& value : samples) value = static_cast<float>(random_.Uniform());
    EXPECT_TRUE(std::isfinite(program.ForwardBackward(samples, labels, /*dropout_seed=*/1)))
        << space_->NetworkText(genome);
    for (const float gradient : program.flat_gradients()) ASSERT_TRUE(std::isfinite(gradient));
  }
}

INSTANTIATE_TEST_SUITE_P(Spaces, SpaceContractTest, ::testing::ValuesIn(Contenders()),
                         [](const auto& test) { return test.param.label; });

}  // namespace
}  // namespace netsmith::space
