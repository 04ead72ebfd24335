#include "netsmith/base/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace netsmith::base {
namespace {

TEST(RandomTest, SameSeedAndNameGiveTheSameNumbers) {
  Generator a = RandomStreams(7).For("dropout", 3, 4);
  Generator b = RandomStreams(7).For("dropout", 3, 4);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.Next(), b.Next());
}

TEST(RandomTest, SeedNameAndNumbersEachSelectAnotherStream) {
  const std::set<std::uint64_t> seeds = {
      RandomStreams(7).SeedFor("dropout", 3, 4), RandomStreams(8).SeedFor("dropout", 3, 4),
      RandomStreams(7).SeedFor("dropouT", 3, 4), RandomStreams(7).SeedFor("dropout", 4, 3),
      RandomStreams(7).SeedFor("dropout", 3, 5)};
  EXPECT_EQ(seeds.size(), 5u);
}

TEST(RandomTest, MatchesThePublishedXoshiroSequence) {
  // State from SplitMix64 of seed 0; reference values from the authors' C code.
  Generator generator(0);
  EXPECT_EQ(generator.Next(), 0x99EC5F36CB75F2B4ULL);
  EXPECT_EQ(generator.Next(), 0xBF6E1F784956452AULL);
}

TEST(RandomTest, BelowIsUniformOverTheWholeRange) {
  Generator generator = RandomStreams(1).For("test");
  std::vector<int> counts(6, 0);
  constexpr int kDraws = 60000;
  for (int i = 0; i < kDraws; ++i) ++counts[generator.Below(6)];
  for (const int count : counts) {
    EXPECT_NEAR(count, kDraws / 6.0, 5 * std::sqrt(kDraws / 6.0));  // five standard errors
  }
}

TEST(RandomTest, UniformAndNormalHaveTheirMoments) {
  Generator generator = RandomStreams(1).For("moments");
  constexpr int kDraws = 100000;
  double sum = 0, normal_sum = 0, normal_squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double u = generator.Uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
    const double z = generator.Normal();
    normal_sum += z;
    normal_squares += z * z;
  }
  // Five standard errors each.
  EXPECT_NEAR(sum / kDraws, 0.5, 5 * std::sqrt(1.0 / 12 / kDraws));
  EXPECT_NEAR(normal_sum / kDraws, 0.0, 5 / std::sqrt(1.0 * kDraws));
  EXPECT_NEAR(normal_squares / kDraws, 1.0, 5 * std::sqrt(2.0 / kDraws));
}

}  // namespace
}  // namespace netsmith::base
