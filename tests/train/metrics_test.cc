#include "netsmith/train/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"

namespace netsmith::train {
namespace {

Confusion Make(int num_classes, const std::vector<std::vector<int>>& counts) {
  Confusion confusion(num_classes);
  for (std::int32_t label = 0; label < num_classes; ++label) {
    for (std::int32_t predicted = 0; predicted < num_classes; ++predicted) {
      for (int i = 0; i < counts[label][predicted]; ++i) confusion.Add(label, predicted);
    }
  }
  return confusion;
}

TEST(ConfusionTest, ScoresOfAnUnevenSet) {
  const Confusion confusion = Make(2, {{90, 0}, {8, 2}});
  EXPECT_EQ(confusion.total(), 100);
  EXPECT_EQ(confusion.count(1, 0), 8);
  EXPECT_DOUBLE_EQ(confusion.Accuracy(), 0.92);
  EXPECT_DOUBLE_EQ(confusion.BalancedAccuracy(), (1 + 0.2) / 2);
  // F1: 2·90 / (90 + 98), and 2·2 / (10 + 2).
  EXPECT_DOUBLE_EQ(confusion.MacroF1(), (180.0 / 188 + 4.0 / 12) / 2);
}

TEST(ConfusionTest, ClassesThatDoNotOccurCountInNoMean) {
  const Confusion confusion = Make(3, {{3, 1, 0}, {0, 4, 0}, {0, 0, 0}});
  EXPECT_DOUBLE_EQ(confusion.BalancedAccuracy(), (0.75 + 1) / 2);
  EXPECT_DOUBLE_EQ(confusion.MacroF1(), (6.0 / 7 + 8.0 / 9) / 2);
  // One that was predicted and is never right has an F1 of 0.
  EXPECT_DOUBLE_EQ(Make(3, {{3, 0, 1}, {0, 4, 0}, {0, 0, 0}}).MacroF1(), (6.0 / 7 + 1 + 0) / 3);
}

TEST(ConfusionTest, WithoutSamplesEveryScoreIsZero) {
  for (const std::string& name : MetricNames()) {
    EXPECT_EQ(Score(ParseMetric(name), Confusion(3)), 0) << name;
  }
}

TEST(MetricTest, NamesSelectTheirScore) {
  const Confusion confusion = Make(2, {{90, 0}, {8, 2}});
  EXPECT_EQ(Score(ParseMetric("accuracy"), confusion), confusion.Accuracy());
  EXPECT_EQ(Score(ParseMetric("balanced-accuracy"), confusion), confusion.BalancedAccuracy());
  EXPECT_EQ(Score(ParseMetric("macro-f1"), confusion), confusion.MacroF1());
  EXPECT_THROW(ParseMetric("f2"), base::InvalidArgument);
}

}  // namespace
}  // namespace netsmith::train
