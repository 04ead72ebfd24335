#include "netsmith/data/augment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/data/augment_image.h"
#include "netsmith/data/augment_signal.h"

namespace netsmith::data {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

constexpr tensor::SampleShape kImage = {5, 7, 2};
constexpr tensor::SampleShape kSignal = {1, 40, 2};

std::vector<float> RandomSample(tensor::SampleShape shape, std::uint64_t seed) {
  base::Generator generator(seed);
  std::vector<float> sample(static_cast<std::size_t>(shape.size()));
  for (float& value : sample) value = static_cast<float>(generator.Uniform());
  return sample;
}

std::vector<float> Augmented(const std::string& text, tensor::SampleShape shape, std::uint64_t seed,
                             double strength = 1) {
  const Augmenter augmenter(ParseAugment(text, shape, strength), shape);
  std::vector<float> sample = RandomSample(shape, 1), scratch;
  augmenter.Apply(sample, base::Generator(seed), scratch);
  return sample;
}

TEST(PlaceTest, LeavesAnImageThatGoesNowhere) {
  const std::vector<float> image = RandomSample(kImage, 1);
  std::vector<float> placed(image.size());
  Place(kImage, {}, image, placed);
  EXPECT_EQ(placed, image);
}

TEST(PlaceTest, MovesByWholePixelsAndFillsWithZero) {
  const tensor::SampleShape shape = {2, 3, 1};
  std::vector<float> placed(6);
  Place(shape, {.down = 1, .right = 1}, std::vector<float>{1, 2, 3, 4, 5, 6}, placed);
  EXPECT_THAT(placed, ElementsAre(0, 0, 0, 0, 1, 2));
  Place(shape, {.right = -0.5}, std::vector<float>{1, 2, 3, 4, 5, 6}, placed);
  EXPECT_THAT(placed, ElementsAre(1.5, 2.5, 1.5, 4.5, 5.5, 3));
}

TEST(PlaceTest, TurnsCounterClockwiseAboutTheCentre) {
  const tensor::SampleShape shape = {3, 3, 1};
  std::vector<float> placed(9);
  Place(shape, {.radians = std::numbers::pi / 2}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9},
        placed);
  EXPECT_THAT(placed, Pointwise(FloatNear(1e-6f), {3, 6, 9, 2, 5, 8, 1, 4, 7}));
}

TEST(PlaceTest, EnlargesAboutTheCentre) {
  const tensor::SampleShape shape = {1, 5, 1};
  std::vector<float> placed(5);
  Place(shape, {.zoom = 2}, std::vector<float>{0, 10, 20, 30, 40}, placed);
  EXPECT_THAT(placed, Pointwise(FloatNear(1e-5f), {10, 15, 20, 25, 30}));
}

TEST(MirrorTest, ReversesRowsAndKeepsPixelsWhole) {
  std::vector<float> image = {1, 2, 3, 4, 5, 6, /*row*/ 7, 8, 9, 10, 11, 12};
  Mirror({2, 3, 2}, image);
  EXPECT_THAT(image, ElementsAre(5, 6, 3, 4, 1, 2, 11, 12, 9, 10, 7, 8));
}

TEST(CutOutTest, GivesASquareTheChannelsMeanAndStaysInside) {
  std::vector<float> image = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  CutOut({3, 3, 1}, 0, 0, 2, image);  // rows and columns -1 and 0
  EXPECT_THAT(image, ElementsAre(4, 1, 2, 3, 4, 5, 6, 7, 8));
}

TEST(StretchTest, InterpolatesAWindowAndRepeatsTheEnds) {
  const tensor::SampleShape shape = {1, 4, 1};
  std::vector<float> stretched(4);
  const std::vector<float> signal = {0, 10, 20, 30};
  Stretch(shape, 0, 4, signal, stretched);
  EXPECT_THAT(stretched, ElementsAreArray(signal));
  Stretch(shape, 1, 2.5, signal, stretched);
  EXPECT_THAT(stretched, ElementsAre(10, 15, 20, 25));
  Stretch(shape, -2, 4, signal, stretched);
  EXPECT_THAT(stretched, ElementsAre(0, 0, 0, 10));
}

TEST(JitterTest, HasTheAskedShareOfEachChannelsDeviation) {
  const tensor::SampleShape shape = {1, 20'000, 2};
  std::vector<float> signal(static_cast<std::size_t>(shape.size()));
  for (std::int64_t x = 0; x < shape.width; ++x) {
    signal[2 * x] = x % 2 == 0 ? 3.0f : -3.0f;  // deviation 3
    signal[2 * x + 1] = 7;                      // deviation 0
  }
  const std::vector<float> before = signal;
  base::Generator generator(3);
  Jitter(shape, 0.1, generator, signal);
  double sum = 0, squares = 0;
  for (std::int64_t x = 0; x < shape.width; ++x) {
    const double noise = signal[2 * x] - before[2 * x];
    sum += noise;
    squares += noise * noise;
    EXPECT_EQ(signal[2 * x + 1], 7);
  }
  // 20,000 draws: the mean's deviation is 0.002, that of the deviation 0.0015.
  EXPECT_NEAR(sum / 20'000, 0, 0.01);
  EXPECT_NEAR(std::sqrt(squares / 20'000), 0.3, 0.01);
}

TEST(AugmenterTest, TheGeneratorDecidesEverything) {
  for (const auto& [text, shape] : {std::pair{"image,flip", kImage}, {"signal", kSignal}}) {
    EXPECT_EQ(Augmented(text, shape, 4), Augmented(text, shape, 4)) << text;
    EXPECT_NE(Augmented(text, shape, 4), Augmented(text, shape, 5)) << text;
  }
}

TEST(AugmenterTest, NoneAndStrengthZeroChangeNothing) {
  EXPECT_EQ(Augmented("none", kImage, 4), RandomSample(kImage, 1));
  EXPECT_EQ(Augmented("auto,flip", kImage, 4, 0), RandomSample(kImage, 1));
  EXPECT_EQ(Augmented("auto", kSignal, 4, 0), RandomSample(kSignal, 1));
}

TEST(AugmenterTest, FlipMirrorsAboutHalfOfTheSamples) {
  std::vector<float> mirrored = RandomSample(kImage, 1);
  Mirror(kImage, mirrored);
  int count = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const std::vector<float> found = Augmented("flip", kImage, seed);
    EXPECT_TRUE(found == mirrored || found == RandomSample(kImage, 1));
    count += found == mirrored ? 1 : 0;
  }
  EXPECT_NEAR(count, 200, 50);  // five standard deviations
}

TEST(AugmenterTest, StepsKeepWithinTheirStrength) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::vector<float> louder = Augmented("gain:0.2", kSignal, seed);
    const std::vector<float> before = RandomSample(kSignal, 1);
    for (std::size_t i = 0; i < before.size(); ++i) {
      EXPECT_NEAR(louder[i], before[i], 0.2001 * before[i]);
    }
    for (const float value : Augmented("time-shift:0.5,crop:0.5", kSignal, seed)) {
      EXPECT_TRUE(value >= 0 && value <= 1) << value;  // between values that were there
    }
  }
}

std::vector<std::string> Names(const std::vector<AugmentStep>& steps) {
  std::vector<std::string> names;
  for (const AugmentStep& step : steps) names.push_back(step.name);
  return names;
}

TEST(ParseAugmentTest, ReadsStepsPresetsAndStrengths) {
  using Steps = std::vector<AugmentStep>;
  EXPECT_EQ(ParseAugment("shift:0.25,rotate", kImage), (Steps{{"shift", 0.25}, {"rotate", 10}}));
  EXPECT_EQ(ParseAugment("shift:0.25,shift:0.5", kImage), (Steps{{"shift", 0.5}}));
  EXPECT_EQ(ParseAugment("gain", kSignal, 2), (Steps{{"gain", 0.2}}));
  EXPECT_EQ(ParseAugment("flip:0.8", kImage, 3), (Steps{{"flip", 1}}));  // as high as it may be
  EXPECT_EQ(ParseAugment("image,none", kImage), Steps{});
  EXPECT_THAT(Names(ParseAugment("auto", kImage)),
              ElementsAre("shift", "rotate", "zoom", "cutout"));
  EXPECT_THAT(Names(ParseAugment("auto", kSignal)),
              ElementsAre("jitter", "gain", "time-shift", "crop"));
  EXPECT_THAT(Names(ParseAugment("image,zoom:0,flip", kImage)),
              ElementsAre("shift", "rotate", "cutout", "flip"));
}

TEST(ParseAugmentTest, ErrorsNameTheColumnWhatWasFoundAndExpected) {
  struct Case {
    const char* text;
    tensor::SampleShape shape;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"", kImage, "augment, column 1: found '', expected one of none, auto, image"},
      {"shift,,flip", kImage, "augment, column 7: found '', expected one of"},
      {"shift,warp", kImage, "augment, column 7: found 'warp', expected one of"},
      {"shift:", kImage, "augment, column 7: found '', expected a number from 0 to 1 for shift"},
      {"rotate:181", kImage, "column 8: found '181', expected a number from 0 to 180 for rotate"},
      {"flip:-0.1", kImage, "column 6: found '-0.1', expected a number from 0 to 1"},
      {"flip:nan", kImage, "column 6: found 'nan', expected a number"},
      {"flip:0.5x", kImage, "column 6: found '0.5x', expected a number"},
      {"image:2", kImage, "column 1: found 'image:2', expected one of"},
      {"jitter", kImage, "found 'jitter', expected a step for images: the samples have a height"},
      {"crop,image", kSignal, "column 6: found 'image', expected a step for signals"},
      {"\n\x7f", kImage, "found '\?\?', expected one of"},
  };
  for (const Case& c : cases) {
    try {
      ParseAugment(c.text, c.shape);
      ADD_FAILURE() << c.text << ": no error";
    } catch (const base::InvalidArgument& error) {
      EXPECT_THAT(error.what(), HasSubstr(c.message)) << c.text;
    }
  }
  EXPECT_THROW(ParseAugment("flip", kImage, -1), base::InvalidArgument);
  EXPECT_THROW(ParseAugment("flip", kImage, std::nan("")), base::InvalidArgument);
}

}  // namespace
}  // namespace netsmith::data
