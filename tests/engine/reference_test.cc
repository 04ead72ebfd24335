#include <gtest/gtest.h>

#include <cmath>

#include "netsmith/engine/reference/network.h"
#include "tests/engine/networks.h"

namespace netsmith::engine::reference {
namespace {

using testing::Case;

/// Central differences against the gradient that the backward pass gives, for every element of
/// every parameter and of the input. Step 1e-6 in double leaves an error near 1e-9 for these smooth
/// pieces; 1e-6 of the largest gradient is far above it and far below any wrong formula's.
void ExpectGradientsMatchFiniteDifferences(const std::string& name, const graph::Graph& graph) {
  SCOPED_TRACE(name);
  base::Generator generator = base::RandomStreams(5).For(name);
  Network net(graph);
  for (Values& param : net.params()) {
    param = testing::RandomValues(generator, static_cast<std::int64_t>(param.size()));
  }
  constexpr int kSamples = 3;
  constexpr double kSmoothing = 0.1;
  const std::int64_t size = graph.input.size();
  Values src = testing::RandomValues(generator, kSamples * size);
  const auto labels = testing::RandomLabels(generator, kSamples, testing::NumClasses(graph));
  const auto forward_backward = [&] { return net.ForwardBackward(src, labels, 1, kSmoothing); };
  const auto numeric = [&](double& x) {
    constexpr double kStep = 1e-6;
    const double saved = x;
    x = saved + kStep;
    const double above = forward_backward().loss;
    x = saved - kStep;
    const double below = forward_backward().loss;
    x = saved;
    return (above - below) / (2 * kStep);
  };
  const Network::Result result = forward_backward();
  for (std::size_t p = 0; p < net.params().size(); ++p) {
    for (std::size_t i = 0; i < net.params()[p].size(); ++i) {
      EXPECT_NEAR(numeric(net.params()[p][i]), result.gradients[p][i], 1e-6)
          << "parameter " << p << " element " << i;
    }
  }
  for (std::size_t i = 0; i < src.size(); ++i) {
    EXPECT_NEAR(numeric(src[i]), result.diff_src[i / size][i % size], 1e-6)
        << "input element " << i;
  }
}

TEST(ReferenceTest, GradientsMatchFiniteDifferences) {
  const Case cases[] = {
      {"dense", {1, 5, 2}, 3, {}},
      {"conv", {1, 6, 2}, 3, {{.kernel_width = 3, .filters = 2, .relu = false}}},
      {"even kernel wider than the input", {1, 3, 1}, 2, {{.kernel_width = 8, .filters = 2}}},
      {"conv 2-D", {4, 5, 2}, 3, {{.kernel_height = 3, .kernel_width = 2, .filters = 3}}},
      {"max pool", {1, 7, 1}, 2, {{.kernel_width = 2, .filters = 2, .pool_width = 3}}},
      {"max pool 2-D", {4, 4, 1}, 2, {{.filters = 2, .pool_height = 2, .pool_width = 3}}},
      {"dropout", {1, 8, 1}, 2, {{.kernel_width = 3, .filters = 2, .dropout_percent = 40}}},
      {"two layers",
       {1, 6, 1},
       3,
       {{.kernel_width = 3, .filters = 2, .pool_width = 2, .dropout_percent = 10},
        {.kernel_width = 2, .filters = 3, .pool_width = 2}}},
  };
  for (const Case& c : cases) {
    ExpectGradientsMatchFiniteDifferences(c.name, testing::MakeGraph(c));
  }
}

TEST(ReferenceTest, GradientsOfEveryOperationMatchFiniteDifferences) {
  for (const auto& [name, graph] : testing::OperationGraphs(/*small=*/true)) {
    ExpectGradientsMatchFiniteDifferences(name, graph);
  }
}

TEST(ReferenceTest, SamePaddingPutsTheOddElementBehind) {
  // Kernel of 4 over one 1: taps reach one position before and two after.
  Case c{"impulse", {1, 6, 1}, 2, {{.kernel_width = 4, .filters = 1, .relu = false}}};
  const graph::Conv conv{1, 1, 4};
  const Values src = {0, 0, 0, 1, 0, 0};
  const Values dst = ConvForward(conv, c.input, src, std::vector<Values>{{1, 2, 3, 4}, {0}});
  EXPECT_EQ(dst, (Values{0, 4, 3, 2, 1, 0}));
}

TEST(ReferenceTest, FirstOfEqualMaximaGetsTheGradient) {
  const graph::MaxPool pool{1, 3};
  const Values src = {1, 1, 0, 1};
  EXPECT_EQ(MaxPoolForward(pool, {1, 4, 1}, src), (Values{1, 1, 1, 1}));
  // Windows {0,1}, {0,1,2}, {1,2,3}, {2,3}: winners 0, 0, 1, 3.
  EXPECT_EQ(MaxPoolBackward(pool, {1, 4, 1}, src, {1, 10, 100, 1000}), (Values{11, 100, 0, 1000}));
}

TEST(ReferenceTest, DropoutKeepsTheExpectedShareAndTheMean) {
  constexpr int kCount = 100000;
  const Values kept = ApplyDropout(0.3, 99, Values(kCount, 1.0));
  double sum = 0;
  int zeros = 0;
  for (const double value : kept) {
    sum += value;
    zeros += value == 0 ? 1 : 0;
  }
  // Five standard errors of a binomial share.
  const double error = std::sqrt(0.3 * 0.7 / kCount);
  EXPECT_NEAR(zeros / static_cast<double>(kCount), 0.3, 5 * error);
  EXPECT_NEAR(sum / kCount, 1.0, 5 * error / 0.7);
  EXPECT_EQ(kept, ApplyDropout(0.3, 99, Values(kCount, 1.0)));
  EXPECT_NE(kept, ApplyDropout(0.3, 100, Values(kCount, 1.0)));
}

}  // namespace
}  // namespace netsmith::engine::reference
