#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/strategy/genomes.h"
#include "netsmith/strategy/surrogate/ensemble.h"
#include "netsmith/strategy/surrogate/gaussian_process.h"
#include "netsmith/strategy/surrogate/kernel.h"
#include "netsmith/strategy/surrogate/ranks.h"
#include "netsmith/strategy/surrogate/screen.h"

namespace netsmith::strategy::surrogate {
namespace {

std::vector<space::Decision> Decisions() {
  return {{"layer1.op", {0, 1, 2, 3}},
          {"layer2.op", {0, 1, 2, 3}},
          {"layer3.op", {0, 1, 2}},
          {"width", {8, 16, 32}}};
}

std::vector<space::Genome> DrawMany(int count, std::uint64_t seed) {
  base::Generator generator = base::RandomStreams(seed).For("genomes");
  std::vector<space::Genome> genomes;
  while (std::ssize(genomes) < count) {
    space::Genome genome = DrawUniformly(Decisions(), generator);
    if (std::ranges::find(genomes, genome) == genomes.end()) genomes.push_back(genome);
  }
  return genomes;
}

/// Covariances of all of `a` with all of `b`.
Eigen::MatrixXd Covariances(const Kernel& kernel, const std::vector<space::Genome>& a,
                            const std::vector<space::Genome>& b) {
  const PointMaker make(Decisions());
  Eigen::MatrixXd result(std::ssize(a), std::ssize(b));
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      result(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
          kernel(make(a[i]), make(b[j]));
    }
  }
  return result;
}

std::vector<double> RowOf(const Eigen::MatrixXd& matrix, Eigen::Index row, Eigen::Index count) {
  std::vector<double> values;
  for (Eigen::Index j = 0; j < count; ++j) values.push_back(matrix(row, j));
  return values;
}

// Rounding of a few dozen multiply-adds.
constexpr double kRounding = 1e-9;
constexpr double kNoise = 0.05;

/// The textbook's formulas, from the whole matrix at once.
struct Dense {
  Dense(const Eigen::MatrixXd& k, const Eigen::MatrixXd& with_candidates, double variance,
        const std::vector<double>& targets) {
    const Eigen::Index n = k.rows();
    const Eigen::MatrixXd noisy = k + kNoise * Eigen::MatrixXd::Identity(n, n);
    const Eigen::LLT<Eigen::MatrixXd> factor(noisy);
    const Eigen::VectorXd y = Eigen::VectorXd::Map(targets.data(), n);
    mean = with_candidates.transpose() * factor.solve(y);
    deviation = (variance -
                 (with_candidates.array() * factor.solve(with_candidates).array()).colwise().sum())
                    .matrix()
                    .transpose();
    log_evidence = -0.5 * y.dot(factor.solve(y)) -
                   factor.matrixL().toDenseMatrix().diagonal().array().log().sum();
  }
  Eigen::VectorXd mean;
  Eigen::VectorXd deviation;  // variance
  double log_evidence = 0;
};

TEST(GaussianProcessTest, EqualsTheWholeComputationHoweverPointsCameAndWent) {
  const std::vector<space::Genome> observed = DrawMany(12, 1);
  const std::vector<space::Genome> candidates = DrawMany(9, 2);
  const Kernel kernel(Decisions(), {});
  const Eigen::MatrixXd k = Covariances(kernel, observed, observed);
  const Eigen::MatrixXd c = Covariances(kernel, observed, candidates);
  std::vector<double> targets;
  for (int i = 0; i < 12; ++i) targets.push_back(std::sin(i));

  GaussianProcess process(kernel.variance(), kNoise);
  const auto observe = [&](Eigen::Index i, Eigen::Index num_candidates) {
    process.Observe(RowOf(k, i, i), RowOf(c, i, num_candidates));
  };
  process.AddCandidates(4, {});
  for (Eigen::Index i = 0; i < 7; ++i) observe(i, 4);
  process.ForgetAfter(5);
  for (Eigen::Index i = 5; i < 7; ++i) observe(i, 4);
  std::vector<double> late;  // [7][5]
  for (Eigen::Index i = 0; i < 7; ++i) {
    for (Eigen::Index j = 4; j < 9; ++j) late.push_back(c(i, j));
  }
  process.AddCandidates(5, late);
  for (Eigen::Index i = 7; i < 12; ++i) observe(i, 9);

  const double log_evidence = process.Fit(targets);
  const Dense dense(k, c, kernel.variance(), targets);
  EXPECT_NEAR(log_evidence, dense.log_evidence, kRounding);
  for (std::size_t j = 0; j < 9; ++j) {
    EXPECT_NEAR(process.Mean(j), dense.mean(static_cast<Eigen::Index>(j)), kRounding);
    EXPECT_NEAR(process.Variance(j), dense.deviation(static_cast<Eigen::Index>(j)), kRounding);
  }
  process.RemoveCandidate(2);  // the last takes its place
  EXPECT_NEAR(process.Mean(2), dense.mean(8), kRounding);
  EXPECT_NEAR(process.Variance(2), dense.deviation(8), kRounding);
  EXPECT_EQ(process.num_candidates(), 8u);
}

TEST(KernelTest, IsAPositiveDefiniteCovarianceForEveryOrderShare) {
  const std::vector<space::Genome> genomes = DrawMany(60, 3);
  for (const double order_share : {0.0, 0.5, 1.0}) {
    const Kernel kernel(Decisions(), {.order_share = order_share});
    const Eigen::MatrixXd k = Covariances(kernel, genomes, genomes);
    EXPECT_TRUE(k.isApprox(k.transpose(), 0));
    EXPECT_DOUBLE_EQ(k(0, 0), kernel.variance());
    EXPECT_GT(Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(k).eigenvalues().minCoeff(), -1e-12);
  }
}

TEST(KernelTest, CountsMakeGenomesWithTheSameOptionsElsewhereAlike) {
  const PointMaker make(Decisions());
  const Kernel kernel(Decisions(), {});
  const Point a = make({0, 1, 2, 0});
  const double permuted = kernel(a, make({1, 0, 2, 0}));
  const double other = kernel(a, make({3, 3, 2, 0}));
  EXPECT_GT(permuted, other);
  EXPECT_DOUBLE_EQ(permuted - other, 0.5 * (1 - std::exp(-0.5 * 2)));
}

TEST(KernelTest, GenomesThatDifferInAllDecisionsAreAsCloseInALargeSpaceAsInOneOfSix) {
  const auto covariance = [](int with_choice, int settled) {
    std::vector<space::Decision> decisions(static_cast<std::size_t>(with_choice),
                                           {.name = "d", .options = {1, 2, 3}});
    decisions.resize(decisions.size() + static_cast<std::size_t>(settled),
                     {.name = "settled", .options = {1}});
    space::Genome zeros(decisions.size(), 0), twos = zeros;
    std::fill_n(twos.begin(), with_choice, 2);
    const PointMaker make_point(decisions);
    return Kernel(decisions, {.count_weight = 0})(make_point(zeros), make_point(twos));
  };
  EXPECT_NEAR(covariance(25, 0), covariance(6, 0), 1e-12);
  EXPECT_EQ(covariance(6, 10), covariance(6, 0)) << "what cannot differ does not count";
  EXPECT_GT(covariance(3, 0), covariance(6, 0));
}

TEST(KernelTest, OrderMakesNeighbouringOptionsAlike) {
  const PointMaker make(Decisions());
  const Kernel kernel(Decisions(), {.count_weight = 0, .order_share = 1});
  EXPECT_GT(kernel(make({0, 0, 0, 0}), make({1, 0, 0, 0})),
            kernel(make({0, 0, 0, 0}), make({3, 0, 0, 0})));
}

TEST(RanksTest, SharesAreOfRanksAndEqualValuesShareTheirs) {
  EXPECT_EQ(RankShares(std::vector<double>{5, 1, 9, 5}),
            (std::vector<double>{0.5, 0.125, 0.875, 0.5}));
}

TEST(RanksTest, QuantilesInvertTheNormalDistribution) {
  for (const double share : {1e-6, 0.01, 0.024, 0.025, 0.3, 0.5, 0.77, 0.98, 0.99999}) {
    const double back = 0.5 * std::erfc(-NormalQuantile(share) / std::sqrt(2.0));
    EXPECT_NEAR(back / share, 1, 1e-7) << share;
  }
}

TEST(EnsembleTest, TheKernelThatExplainsTheRewardsHasTheSay) {
  const std::vector<KernelOptions> kernels = {
      {.hamming_weight = 1, .count_weight = 0},
      {.hamming_weight = 0.01, .count_weight = 1, .count_decay = 0.3}};
  const auto weight_of_counts = [&](const auto& reward) {
    Ensemble ensemble(Decisions(), kernels, kNoise);
    for (const space::Genome& genome : DrawMany(60, 5)) ensemble.Observe(genome, reward(genome));
    ensemble.Fit();
    EXPECT_NEAR(ensemble.weights()[0] + ensemble.weights()[1], 1, 1e-12);
    return ensemble.weights()[1];
  };
  const auto ones = [](const space::Genome& g) { return (g[0] == 1) + (g[1] == 1) + (g[2] == 1); };
  const auto place = [](const space::Genome& g) { return 0.3 * g[0] - 0.4 * g[1]; };
  EXPECT_GT(weight_of_counts(ones), 0.9);
  EXPECT_LT(weight_of_counts(place), 0.1);
}

TEST(EnsembleTest, WhatIsExpectedLowersVariancesAroundItAndMovesNoMean) {
  Ensemble ensemble(Decisions(), std::vector<KernelOptions>{{}}, kNoise);
  const std::vector<space::Genome> genomes = DrawMany(8, 6);
  for (int i = 0; i < 5; ++i) ensemble.Observe(genomes[static_cast<std::size_t>(i)], 0.1 * i);
  ensemble.AddCandidates(std::vector<space::Genome>{genomes[5], genomes[6]});
  ensemble.Fit();
  const Belief before = ensemble.Predict(0);
  ensemble.Expect(genomes[5]);
  EXPECT_LT(ensemble.Predict(0).sd, before.sd);
  EXPECT_EQ(ensemble.Predict(0).mean, before.mean);
  ensemble.ForgetExpected();
  EXPECT_NEAR(ensemble.Predict(0).sd, before.sd, 1e-12);
}

TEST(ScreenTest, NeverChoosesWhatWasToldOrChosenAndKeepsToItsCapacity) {
  Screen screen(Decisions(), {.capacity = 10});
  const std::vector<space::Genome> genomes = DrawMany(40, 7);
  screen.Tell(std::vector<space::Genome>{genomes[0], genomes[1]}, std::vector<double>{0.2, 0.6});
  screen.Offer(genomes);
  EXPECT_EQ(screen.ensemble().num_candidates(), 38u);
  screen.Trim();
  EXPECT_EQ(screen.ensemble().num_candidates(), 10u);
  std::vector<space::Genome> chosen = screen.Choose(3);
  screen.Offer(chosen);  // still awaited
  EXPECT_EQ(screen.ensemble().num_candidates(), 7u);
  for (const space::Genome& genome : screen.Choose(20)) chosen.push_back(genome);
  EXPECT_EQ(chosen.size(), 10u);
  std::ranges::sort(chosen);
  EXPECT_EQ(std::ranges::adjacent_find(chosen), chosen.end());
  EXPECT_EQ(std::ranges::count(chosen, genomes[0]), 0);
}

TEST(ScreenTest, AFullMemoryKeepsTheBestAndTheLatest) {
  Screen screen(Decisions(), {.memory = 8});
  const std::vector<space::Genome> genomes = DrawMany(30, 8);
  screen.Offer(std::vector<space::Genome>{genomes[29]});
  for (int i = 0; i < 9; ++i) {
    screen.Tell(std::vector<space::Genome>{genomes[static_cast<std::size_t>(i)]},
                std::vector<double>{i == 1 ? 0.9 : 0.01 * i});
  }
  EXPECT_EQ(screen.ensemble().num_observed(), 5u);  // two best, two latest, the new one
  EXPECT_EQ(screen.num_told(), 9u);
  EXPECT_EQ(screen.ensemble().num_candidates(), 1u);
  EXPECT_DOUBLE_EQ(screen.ExpectedShare(genomes[1]), 8.5 / 9);  // among all that was told
}

}  // namespace
}  // namespace netsmith::strategy::surrogate
