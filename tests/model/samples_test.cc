#include "netsmith/model/samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "tests/support/environment.h"
#include "tests/support/text_files.h"

namespace netsmith::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SeriesSamplesTest : public ::testing::Test {
 protected:
  std::vector<std::pair<std::string, std::vector<float>>> Read(
      const std::string& records, const tensor::SampleShape& sample) const {
    testing::WriteText(path_, "# made\n@problemName Made\n@classLabel true a b\n@data\n" + records);
    std::vector<std::pair<std::string, std::vector<float>>> samples;
    ForEachSample(path_, {.sample = sample, .mean = {10, 20}, .deviation = {1, 1}},
                  [&](const std::string& name, std::span<const float> values) {
                    samples.emplace_back(name.substr(name.rfind('/') + 1),
                                         std::vector<float>(values.begin(), values.end()));
                  });
    return samples;
  }
  testing::TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_.path() / "made.ts";
};

TEST_F(SeriesSamplesTest, AreCutOrEndInTheirChannelsMeanWithoutTheirClass) {
  const auto samples = Read("1,2,3,4:5,6,7,8:a\n1,?,3:5,6:b\n", {1, 3, 2});
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[1].first, "made.ts:1");
  EXPECT_THAT(samples[0].second, ElementsAre(1, 5, 2, 6, 3, 7));
  EXPECT_THAT(samples[1].second, ElementsAre(1, 5, 2, 6, 3, 20));  // interpolated, ended
}

TEST_F(SeriesSamplesTest, OfOtherDimensionsAreRefused) {
  try {
    Read("1,2:a\n", {1, 3, 2});
    FAIL() << "nothing was thrown";
  } catch (const base::DataError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("made.ts: found series of 1 dimension, expected samples of 1x3x2"));
  }
}

TEST(SamplesTest, AFileWithoutSamplesIsRefused) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "none.csv";
  // The last one is no number, so the only row is taken for a header.
  for (const char* text : {"", "\n\n", "a,b\n", "1,1e999\n"}) {
    testing::WriteText(path, text);
    try {
      ForEachSample(path, {.sample = {1, 2, 1}, .mean = {0}, .deviation = {1}},
                    [](const std::string&, std::span<const float>) {});
      FAIL() << "nothing was thrown for " << text;
    } catch (const base::DataError& error) {
      EXPECT_EQ(error.what(), path.string() + ": found no samples, expected at least one");
    }
  }
}

}  // namespace
}  // namespace netsmith::model
