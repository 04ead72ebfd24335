#include "netsmith/data/formats/wav.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <numbers>
#include <string>
#include <vector>

#include "netsmith/data/formats/log_mel.h"
#include "netsmith/data/load.h"
#include "tests/data/malformed.h"
#include "tests/support/environment.h"
#include "tests/support/sample_files.h"
#include "tests/support/text_files.h"

namespace netsmith::data {
namespace {

using testing::Bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::WavBytes;
using testing::WriteBytes;

Sound Parse(const Bytes& bytes) { return ParseWav(*OpenBytes("FILE", bytes)); }

TEST(WavTest, ReadsSamplesAndMixesChannels) {
  const Sound sound = Parse(WavBytes(8000, 2, {16384, 0, -32768, -32768}));
  EXPECT_EQ(sound.sample_rate, 8000);
  EXPECT_THAT(sound.samples, ElementsAre(0.25f, -1.0f));
}

TEST(WavTest, PassesOverOtherChunks) {
  Bytes bytes = WavBytes(8000, 1, {16384});
  const Bytes list = {'L', 'I', 'S', 'T', 3, 0, 0, 0, 'a', 'b', 'c', 0};
  bytes.insert(bytes.begin() + 36, list.begin(), list.end());
  EXPECT_THAT(Parse(bytes).samples, ElementsAre(0.5f));
}

const Bytes kGood = WavBytes(8000, 1, {1, 2, 3});

class MalformedWavTest : public ::testing::TestWithParam<MalformedFile> {};

TEST_P(MalformedWavTest, IsOneLineThatNamesFileOffsetFoundAndExpected) {
  EXPECT_EQ(MessageOf([&] { Parse(GetParam().bytes); }), "FILE: " + GetParam().message);
}

Bytes FloatNan() {
  Bytes bytes = WavBytes(8000, 1, {0, 0x7fc0});
  bytes[20] = 3;
  bytes[34] = 32;
  return bytes;
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, MalformedWavTest,
    ::testing::Values(
        MalformedFile{"empty", {}, "offset 0: found an empty file, expected a WAV file"},
        MalformedFile{"mp3", TextBytes("ID3 and more of it"),
                      "offset 0: found \"ID3 \", expected RIFF and WAVE"},
        MalformedFile{"cut_header", First(kGood, 30),
                      "offset 30: found the end of the file, expected a format of 16 bytes"},
        MalformedFile{"no_data", First(kGood, 36),
                      "offset 36: found the end of the file, expected the chunk \"data\""},
        MalformedFile{"cut_samples", First(kGood, 48),
                      "offset 48: found the end of the file after 2 samples, expected 3"},
        MalformedFile{"claims_4_gigabytes", Changed(Changed(kGood, 43, 0xff), 42, 0xff),
                      "offset 50: found the end of the file after 3 samples, expected 2147450883"},
        MalformedFile{"no_sample", WavBytes(8000, 1, {}),
                      "offset 44: found no sample, expected at least 1"},
        MalformedFile{"no_channel", Changed(kGood, 22, 0),
                      "offset 36: found 0 channels, expected 1 to 64"},
        MalformedFile{"no_rate", Changed(Changed(kGood, 24, 0), 25, 0),
                      "offset 36: found a sample rate of 0, expected 1 to 1000000"},
        MalformedFile{
            "adpcm", Changed(kGood, 20, 2),
            "offset 36: found encoding 2 with 16 bits, expected PCM (1) with 8, 16, 24 or "
            "32, or floats (3) with 32"},
        MalformedFile{"format_behind_data", Changed(kGood, 12, 'x'),
                      "offset 44: found the chunk \"data\", expected \"fmt \" before it"},
        MalformedFile{"nan", FloatNan(), "offset 48: sample 0: found a value that is not finite"}),
    [](const auto& made) { return made.param.name; });

std::vector<float> Tone(double hertz, int rate, int count) {
  std::vector<float> samples;
  for (int i = 0; i < count; ++i) {
    samples.push_back(static_cast<float>(std::sin(2 * std::numbers::pi * hertz * i / rate)));
  }
  return samples;
}

TEST(LogMelTest, PutsATonesEnergyIntoItsBand) {
  constexpr int kBands = 20;
  const LogMel mel(8000, kBands);
  const std::int64_t frames = LogMel::FramesOf(8000, 8000);
  EXPECT_EQ(frames, 98);
  const auto loudest = [&](double hertz) {
    const std::vector<float> result = mel.Apply(Tone(hertz, 8000, 8000));
    int best = 0;
    for (int band = 0; band < kBands; ++band) {
      if (result[static_cast<std::size_t>(band * frames + 50)] >
          result[static_cast<std::size_t>(best * frames + 50)]) {
        best = band;
      }
    }
    return best;
  };
  const auto expected = [](double hertz) {  // the band whose middle is nearest in mel
    const auto to_mel = [](double f) { return 2595 * std::log10(1 + f / 700); };
    const double step = (to_mel(4000) - to_mel(20)) / (kBands + 1);
    return static_cast<int>(std::lround((to_mel(hertz) - to_mel(20)) / step)) - 1;
  };
  for (const double hertz : {300.0, 1000.0, 2500.0}) EXPECT_EQ(loudest(hertz), expected(hertz));
}

class WavFolderTest : public ::testing::Test {
 protected:
  void Write(const std::string& file, int rate, int count) {
    std::vector<std::int16_t> samples;
    for (int i = 0; i < count; ++i) samples.push_back(static_cast<std::int16_t>(i * count));
    WriteBytes(folder_.path() / file, WavBytes(rate, 1, samples));
  }
  Problem Load(double seconds, int log_mel = 0) {
    LoadOptions options;
    options.format.window_seconds = seconds;
    options.format.log_mel = log_mel;
    return LoadProblem(folder_.path().string(), options);
  }
  void WriteFour() {
    Write("yes/a.wav", 1000, 50);
    Write("yes/b.wav", 1000, 300);
    Write("no/a.wav", 1000, 99);
    Write("no/b.wav", 1000, 100);
  }
  testing::TemporaryFolder folder_;
};

TEST_F(WavFolderTest, TakesTheMiddleWindowOfEachSound) {
  WriteFour();
  EXPECT_EQ(Load(0.1).development().shape(), (tensor::SampleShape{.width = 100}));
  EXPECT_EQ(Load(0.1).development().ClassNames(), (std::vector<std::string>{"no", "yes"}));
}

TEST_F(WavFolderTest, MakesLogMelImages) {
  WriteFour();
  const Problem problem = Load(0.1, 8);
  EXPECT_EQ(problem.development().shape(), (tensor::SampleShape{.height = 8, .width = 8}));
  EXPECT_EQ(problem.reading(), (Reading{.sample_rate = 1000, .window_seconds = 0.1, .log_mel = 8}));
}

TEST_F(WavFolderTest, NeedsOneSampleRate) {
  WriteFour();
  Write("yes/c.wav", 2000, 10);
  EXPECT_THAT(MessageOf([&] { Load(0.1); }),
              HasSubstr("c.wav: found a sample rate of 2000, expected 1000 as in "));
}

}  // namespace
}  // namespace netsmith::data
