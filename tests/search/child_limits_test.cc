#include "netsmith/search/child_limits.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "netsmith/base/error.h"
#include "netsmith/search/limited_evaluator.h"
#include "tests/support/simulated_search.h"

namespace netsmith::search {
namespace {

constexpr ChildLimits kNone{.max_macs = 0, .max_params = 0, .max_bytes = 0};

TEST(ChildLimitsTest, ALimitItselfIsAllowedAndOneMoreIsNot) {
  ChildLimits limits = kNone;
  limits.max_macs = 30'000'000;
  EXPECT_EQ(OverLimit({.params = 1, .macs = 30'000'000}, 1, limits), std::nullopt);
  EXPECT_EQ(OverLimit({.params = 1, .macs = 30'115'840}, 1, limits),
            "30,115,840 multiply-adds, limit 30,000,000");
  limits = kNone;
  limits.max_params = 999;
  EXPECT_EQ(OverLimit({.params = 999, .macs = 1}, 1, limits), std::nullopt);
  EXPECT_EQ(OverLimit({.params = 1000, .macs = 1}, 1, limits), "1,000 parameters, limit 999");
  limits = kNone;
  limits.max_bytes = 12;
  EXPECT_EQ(OverLimit({.params = 1, .macs = 1}, 12, limits), std::nullopt);
  EXPECT_EQ(OverLimit({.params = 1, .macs = 1}, 123'456, limits),
            "123,456 bytes of memory, limit 12");
}

TEST(ChildLimitsTest, ZeroIsNoLimit) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 62;
  EXPECT_EQ(OverLimit({.params = kHuge, .macs = kHuge}, kHuge, kNone), std::nullopt);
  EXPECT_TRUE(OverLimit({.params = 1, .macs = 1}, kHuge, ChildLimits())) << "the default has one";
}

/// Whose networks do not fit the samples.
class NoGraphSpace : public testing::TinySpace {
 public:
  graph::Graph Build(std::span<const int>, graph::SampleShape, int) const override {
    throw base::InvalidArgument("window of 9, input of 4");
  }
};

TEST(LimitedEvaluatorTest, ANetworkWithoutAGraphIsRefusedUnasked) {
  const NoGraphSpace space;
  LimitedEvaluator evaluator(nullptr, space, testing::kTinySample, testing::kTinyClasses, kNone);
  const study::Evaluation evaluation = evaluator.Evaluate({.genome = {0, 0}, .network = ""}, {});
  EXPECT_EQ(evaluation.state, study::TrialState::kRefused);
  EXPECT_EQ(evaluation.reason, "window of 9, input of 4");
}

}  // namespace
}  // namespace netsmith::search
