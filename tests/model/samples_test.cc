#include "netsmith/model/samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "tests/support/environment.h"
#include "tests/support/sample_files.h"
#include "tests/support/text_files.h"

namespace netsmith::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using NamedSamples = std::vector<std::pair<std::string, std::vector<float>>>;

NamedSamples SamplesOf(const std::filesystem::path& path, const Preprocessing& preprocessing,
                       const data::Reading& reading) {
  NamedSamples samples;
  ForEachSample(path, preprocessing, reading,
                [&](const std::string& name, std::span<const float> values) {
                  samples.emplace_back(name.substr(name.rfind('/') + 1),
                                       std::vector<float>(values.begin(), values.end()));
                });
  return samples;
}

template <typename Function>
std::string MessageOf(const Function& function) {
  try {
    function();
  } catch (const base::DataError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

class SeriesSamplesTest : public ::testing::Test {
 protected:
  NamedSamples Read(const std::string& records, const tensor::SampleShape& sample,
                    const std::string& lengths = "pad") const {
    testing::WriteText(path_, "# made\n@problemName Made\n@classLabel true a b\n@data\n" + records);
    return SamplesOf(path_, {.sample = sample, .mean = {10, 20}, .deviation = {1, 1}},
                     {.lengths = lengths});
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
  EXPECT_THAT(MessageOf([&] {
                Read("1,2:a\n", {1, 3, 2});
              }),
              HasSubstr("made.ts: found series of 1 dimension, expected samples of 1x3x2"));
}

TEST_F(SeriesSamplesTest, AreStretchedForAModelThatWasTrainedSo) {
  const auto samples = Read("1,2,3,4,5:5,6,7,8,9:a\n1,3:5,6:b\n", {1, 3, 2}, "resample");
  EXPECT_THAT(samples.at(0).second, ElementsAre(1, 5, 3, 7, 5, 9));
  EXPECT_THAT(samples.at(1).second, ElementsAre(1, 5, 2, 5.5f, 3, 6));
}

class SoundSamplesTest : public ::testing::Test {
 protected:
  SoundSamplesTest() {
    testing::WriteBytes(path_, testing::WavBytes(1000, 1, {8192, 16384, -16384, 0}));
  }
  NamedSamples Read(std::int64_t width, const data::Reading& reading) const {
    return SamplesOf(path_, {.sample = {1, width, 1}, .mean = {0}, .deviation = {1}}, reading);
  }
  testing::TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_.path() / "made.wav";
};

TEST_F(SoundSamplesTest, AreTheMiddleOfTheSoundAsInTraining) {
  const auto cut = Read(2, {.sample_rate = 1000, .window_seconds = 0.002});
  ASSERT_EQ(cut.size(), 1U);
  EXPECT_EQ(cut[0].first, "made.wav");
  EXPECT_THAT(cut[0].second, ElementsAre(0.5f, -0.5f));
  const auto filled = Read(6, {.sample_rate = 1000, .window_seconds = 0.006});
  EXPECT_THAT(filled.at(0).second, ElementsAre(0, 0.25f, 0.5f, -0.5f, 0, 0));
}

TEST_F(SoundSamplesTest, OfAnotherRateOrForAModelOfOtherDataAreRefused) {
  EXPECT_THAT(MessageOf([&] { Read(2, {.sample_rate = 2000, .window_seconds = 0.001}); }),
              HasSubstr("made.wav: found a sample rate of 1000, expected 2000 as the model"));
  EXPECT_THAT(MessageOf([&] { Read(2, {}); }), HasSubstr("made.wav: found a sound, expected"));
}

TEST(TableSamplesTest, PassOverTheColumnsThatWereNoValuesInTraining) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "made.csv";
  const auto read = [&](const std::string& text) {
    testing::WriteText(path, text);
    return SamplesOf(path, {.sample = {1, 2, 1}, .mean = {9}, .deviation = {1}},
                     {.columns = {"kind", "who"}});
  };
  const auto whole = read("who,a,kind,b\nann,1,up,2\nbob,?,down,4\n");
  ASSERT_EQ(whole.size(), 2U);
  EXPECT_EQ(whole[1].first, "made.csv:3");
  EXPECT_THAT(whole[0].second, ElementsAre(1, 2));
  EXPECT_THAT(whole[1].second, ElementsAre(4, 4)) << "interpolated, as a series";
  EXPECT_THAT(read("a,b\n1,2\n").at(0).second, ElementsAre(1, 2));
  EXPECT_THAT(read("1,2\n").at(0).second, ElementsAre(1, 2));
  EXPECT_THAT(MessageOf([&] { read("a,b,other\n1,2,3\n"); }),
              HasSubstr("made.csv: line 2: found 3 values, expected 2 for a sample of 1x2x1"));
}

TEST(TableSamplesTest, MissingValuesBecomeTheirColumnsMean) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "made.csv";
  testing::WriteText(path, "a;b;c\n1;;3\n?;5;nan\n");
  const auto samples =
      SamplesOf(path, {.sample = {1, 3, 1}, .mean = {7, 8e6f, 9}, .deviation = {1, 1, 1}}, {});
  EXPECT_THAT(samples.at(0).second, ElementsAre(1, 8e6f, 3));
  EXPECT_THAT(samples.at(1).second, ElementsAre(7, 5, 9));
}

TEST(TableSamplesTest, AreTakenByTheNamesOfTheColumnsThatTrained) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "made.csv";
  const auto read = [&](const std::string& text) {
    testing::WriteText(path, text);
    return SamplesOf(path, {.sample = {1, 2, 1}, .mean = {0, 0}, .deviation = {1, 1}},
                     {.columns = {"kind"}, .values = {"age", "dose"}});
  };
  EXPECT_THAT(read("dose,name,age\n1,ann,30\n").at(0).second, ElementsAre(30, 1));
  EXPECT_THAT(read("30,1\n").at(0).second, ElementsAre(30, 1)) << "without a header";
  EXPECT_THAT(
      MessageOf([&] { read("age,Dose\n30,1\n"); }),
      HasSubstr("made.csv: line 1: found no column \"dose\", expected one as in the table"));
}

TEST(FilesOfSamplesTest, OfAFolderAreItsPicturesSortedByPath) {
  const testing::TemporaryFolder folder;
  const auto root = folder.path() / "new";
  for (const char* name : {"b.PNG", "a/z.jpg", "a/c.jpeg", "notes.txt", "x.wav", ".hidden.png"}) {
    testing::WriteText(root / name, "x");
  }
  std::filesystem::create_directory_symlink(root, root / "a/loop");
  const Preprocessing pictures{.sample = {8, 8, 3}, .mean = {}, .deviation = {}};
  EXPECT_THAT(FilesOfSamples(root, pictures, {}),
              ElementsAre(root / "a/c.jpeg", root / "a/z.jpg", root / "b.PNG"));
  EXPECT_THAT(FilesOfSamples(root / "notes.txt", pictures, {}), ElementsAre(root / "notes.txt"));
  EXPECT_THAT(FilesOfSamples(root, {.sample = {1, 8, 1}, .mean = {}, .deviation = {}},
                             {.sample_rate = 8, .window_seconds = 1}),
              ElementsAre(root / "x.wav"));
  EXPECT_EQ(MessageOf([&] {
              FilesOfSamples(root, {.sample = {1, 8, 1}, .mean = {}, .deviation = {}}, {});
            }),
            root.string() +
                ": found a folder, expected a file: the model takes 1x8x1, neither pictures nor "
                "sounds");
  std::filesystem::create_directory(folder.path() / "empty");
  EXPECT_EQ(MessageOf([&] { FilesOfSamples(folder.path() / "empty", pictures, {}); }),
            (folder.path() / "empty").string() +
                ": found no file *.png, *.jpg, *.jpeg, expected at least 1");
}

TEST(NumpySamplesTest, ASingleNumberIsNoSample) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "one.npy";
  const testing::Bytes bytes = testing::NpyBytes("<f4", "()", {0, 0, 0, 0});
  testing::WriteText(path, std::string(bytes.begin(), bytes.end()));
  try {
    ForEachSample(path, {.sample = {1, 3, 1}, .mean = {0}, .deviation = {1}}, {},
                  [](const std::string&, std::span<const float>) { FAIL(); });
    FAIL() << "nothing was thrown";
  } catch (const base::DataError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("one.npy: found 1 values, expected 3 for a sample of 1x3x1"));
  }
}

TEST(SamplesTest, AFileWithoutSamplesIsRefused) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "none.csv";
  // The last one is no number, so the only row is taken for a header.
  for (const char* text : {"", "\n\n", "a,b\n", "1,1e999\n"}) {
    testing::WriteText(path, text);
    try {
      ForEachSample(path, {.sample = {1, 2, 1}, .mean = {0}, .deviation = {1}}, {},
                    [](const std::string&, std::span<const float>) {});
      FAIL() << "nothing was thrown for " << text;
    } catch (const base::DataError& error) {
      EXPECT_EQ(error.what(), path.string() + ": found no samples, expected at least one");
    }
  }
}

}  // namespace
}  // namespace netsmith::model
