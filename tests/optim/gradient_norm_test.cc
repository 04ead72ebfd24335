#include "netsmith/optim/gradient_norm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/base/thread_pool.h"

namespace netsmith::optim {
namespace {

double Norm(const std::vector<float>& gradients, int threads = 1) {
  base::ThreadPool pool(threads);
  return GradientNorm(std::ssize(gradients)).Measure(gradients, pool);
}

TEST(GradientNormTest, IsTheRootOfTheSumOfSquares) {
  EXPECT_DOUBLE_EQ(Norm({3, -4}), 5);
  EXPECT_DOUBLE_EQ(Norm(std::vector<float>(70'000, 0.5f)), 0.5 * std::sqrt(70'000.0));
  EXPECT_EQ(Norm({}), 0);
}

TEST(GradientNormTest, DoesNotOverflowWhereNoGradientIsInfinite) {
  EXPECT_TRUE(std::isfinite(Norm(std::vector<float>(100, std::numeric_limits<float>::max()))));
}

TEST(GradientNormTest, ThreadsChangeNoBit) {
  base::Generator generator(1);
  std::vector<float> gradients(200'003);
  for (float& g : gradients) g = static_cast<float>(generator.Normal());
  const double one = Norm(gradients);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(one, Norm(gradients, threads)) << threads;
}

TEST(GradientNormTest, ShowsANumberThatIsNone) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (const std::size_t place : {0u, 40'000u, 49'999u}) {
      std::vector<float> gradients(50'000, 1.0f);
      gradients[place] = bad;
      EXPECT_FALSE(std::isfinite(Norm(gradients, 2))) << place;
    }
  }
}

TEST(ClipScaleTest, BringsALongerGradientToTheLimit) {
  EXPECT_DOUBLE_EQ(ClipScale(10, 2), 0.2);
  EXPECT_EQ(ClipScale(2, 2), 1);
  EXPECT_EQ(ClipScale(0, 2), 1);
  EXPECT_EQ(ClipScale(1e30, 0), 1);  // no limit
}

}  // namespace
}  // namespace netsmith::optim
