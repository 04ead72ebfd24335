#include "netsmith/model/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace netsmith::model {
namespace {

TEST(MetricsTest, AreWhatTheirFormulasSay) {
  MetricsSum sum(3);
  sum.Add(0, std::vector{0.8f, 0.1f, 0.1f});
  sum.Add(0, std::vector{0.3f, 0.6f, 0.1f});
  sum.Add(1, std::vector{0.2f, 0.8f, 0.0f});
  sum.Add(1, std::vector{0.4f, 0.6f, 0.0f});
  const Metrics metrics = sum.Result();
  EXPECT_EQ(metrics.samples, 4);
  EXPECT_EQ(metrics.confusion,
            (std::vector<std::vector<std::int64_t>>{{1, 1, 0}, {0, 2, 0}, {0, 0, 0}}));
  EXPECT_DOUBLE_EQ(metrics.accuracy, 0.75);
  EXPECT_DOUBLE_EQ(metrics.classes[0].precision, 1);
  EXPECT_DOUBLE_EQ(metrics.classes[0].recall, 0.5);
  EXPECT_DOUBLE_EQ(metrics.classes[0].f1, 2.0 / 3);
  EXPECT_DOUBLE_EQ(metrics.classes[1].precision, 2.0 / 3);
  EXPECT_DOUBLE_EQ(metrics.classes[1].recall, 1);
  EXPECT_DOUBLE_EQ(metrics.classes[1].f1, 0.8);
  EXPECT_TRUE(std::isnan(metrics.classes[2].precision));
  EXPECT_TRUE(std::isnan(metrics.classes[2].recall));
  EXPECT_DOUBLE_EQ(metrics.balanced_accuracy, 0.75);
  EXPECT_DOUBLE_EQ(metrics.macro_f1, (2.0 / 3 + 0.8) / 2);
  EXPECT_NEAR(metrics.log_loss, -std::log(0.8 * 0.3 * 0.8 * 0.6) / 4, 1e-7);
  // Of two with confidence 0.6 one is right, of two with 0.8 both.
  EXPECT_NEAR(metrics.calibration_error, 0.5 * 0.1 + 0.5 * 0.2, 1e-7);
}

TEST(MetricsTest, ConfidenceThatIsRightHasNoCalibrationError) {
  MetricsSum sum(2);
  for (int i = 0; i < 10; ++i) sum.Add(i < 7 ? 0 : 1, std::vector{0.7f, 0.3f});
  EXPECT_NEAR(sum.Result().calibration_error, 0, 1e-7);
  EXPECT_DOUBLE_EQ(sum.Result().accuracy, 0.7);
}

TEST(MetricsTest, CertaintyAndImpossibilityAreCounted) {
  MetricsSum sum(2);
  sum.Add(1, std::vector{1.0f, 0.0f});
  const Metrics metrics = sum.Result();
  EXPECT_DOUBLE_EQ(metrics.calibration_error, 1);
  EXPECT_NEAR(metrics.log_loss, -std::log(1e-12), 1e-9);
}

TEST(MetricsTest, NothingMeasuredHasNoValue) {
  EXPECT_TRUE(std::isnan(MetricsSum(2).Result().accuracy));
}

}  // namespace
}  // namespace netsmith::model
