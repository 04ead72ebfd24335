#include "netsmith/data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/data/memory_dataset.h"
#include "netsmith/data/sha256.h"

namespace netsmith::data {
namespace {

using ::testing::HasSubstr;
using Indices = std::vector<std::int64_t>;

constexpr tensor::SampleShape kShape = {.height = 2, .width = 2};

std::vector<std::uint8_t> Samples(int count) {
  std::vector<std::uint8_t> samples(static_cast<std::size_t>(count) * 4);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<std::uint8_t>(7 * i);
  return samples;
}

std::shared_ptr<const Dataset> Make(std::vector<std::uint8_t> samples,
                                    std::vector<std::int32_t> labels) {
  return std::make_shared<MemoryDataset>("made", kShape, 3, std::move(samples), std::move(labels));
}

std::shared_ptr<const Dataset> Development() { return Make(Samples(4), {0, 1, 2, 0}); }
std::shared_ptr<const Dataset> TestSet() { return Make(Samples(2), {2, 1}); }

std::string MessageOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Sha256Test, GivesThePublishedDigests) {  // FIPS 180-4, examples of NIST
  const std::string text = "abc";
  Sha256 hash;
  hash.Update({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  EXPECT_EQ(hash.Finish(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256().Finish(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(MemoryDatasetTest, ScalesBytesToOne) {
  const auto dataset = Make({0, 255, 51, 1, 2, 3, 4, 5}, {0, 1});
  std::vector<float> read(4);
  dataset->Read(Indices{0}, read);
  EXPECT_EQ(read, (std::vector<float>{0.0f, 1.0f, 51.0f / 255.0f, 1.0f / 255.0f}));
}

TEST(MemoryDatasetTest, RefusesWhatDoesNotFit) {
  EXPECT_EQ(MessageOf([] { Make({}, {}); }), "made: found no sample, expected at least 1");
  EXPECT_EQ(MessageOf([] { Make(Samples(2), {0}); }),
            "made: found 8 bytes, expected 4 for 1 samples of 2x2x1");
  EXPECT_EQ(MessageOf([] {
              Make(Samples(2), {0, 3});
            }),
            "made: record 1: found label 3, expected 0 to 2");
  EXPECT_EQ(MessageOf([] {
              Make(Samples(2), {-1, 0});
            }),
            "made: record 0: found label -1, expected 0 to 2");
  EXPECT_EQ(MessageOf([] { MemoryDataset("made", kShape, 1, Samples(1), {0}); }),
            "made: found 1 classes, expected at least 2");
}

TEST(MemoryDatasetTest, TreatsAccessOutOfRangeAsADefect) {
  const auto dataset = Development();
  std::vector<float> read(4);
  EXPECT_THROW(dataset->Label(4), base::BugError);
  EXPECT_THROW(dataset->Label(-1), base::BugError);
  EXPECT_THROW(dataset->Read(Indices{4}, read), base::BugError);
  EXPECT_THROW(dataset->Read(Indices{0, 1}, read), base::BugError);
}

TEST(SubsetTest, RefusesRecordsThatAreNotThere) {
  const auto whole = Development();
  EXPECT_EQ(MessageOf([&] {
              Subset(*whole, Indices{0, 4});
            }),
            "made: a subset has record 4, expected 0 to 3");
}

TEST(ProblemTest, KeepsTheSplitItIsGiven) {
  const Problem problem(Development(), TestSet(), {3, 0}, {2});
  EXPECT_THAT(problem.train(), ::testing::ElementsAre(3, 0));
  EXPECT_THAT(problem.validation(), ::testing::ElementsAre(2));
  EXPECT_EQ(problem.development().size(), 4);
}

TEST(ProblemTest, WholeTrainsOnEveryRecordAndValidatesNone) {
  const Problem problem(Development(), TestSet(), {3, 0}, {2});
  const Problem whole = problem.Whole();
  EXPECT_THAT(whole.train(), ::testing::ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(whole.validation(), ::testing::IsEmpty());
  EXPECT_NE(whole.content_hash(), problem.content_hash());
  EXPECT_EQ(problem.train().size(), 2u);
}

TEST(ProblemTest, RefusesSplitsThatAreNone) {
  const auto message = [](Indices train, Indices validation) {
    return MessageOf([&] { Problem(Development(), TestSet(), train, validation); });
  };
  EXPECT_EQ(message({}, {1}), "made: the training split is empty, expected at least 1 record");
  EXPECT_EQ(message({1}, {}), "made: the validation split is empty, expected at least 1 record");
  EXPECT_EQ(message({4}, {1}), "made: the training split has record 4, expected 0 to 3");
  EXPECT_EQ(message({0}, {-1}), "made: the validation split has record -1, expected 0 to 3");
  EXPECT_THAT(message({0, 1}, {2, 1}), HasSubstr("validation split has record 1, which is in use"));
  EXPECT_THAT(message({0, 0}, {2}), HasSubstr("training split has record 0, which is in use"));
}

TEST(ProblemTest, RefusesATestSetOfAnotherKind) {
  const auto flat = std::make_shared<MemoryDataset>("flat", tensor::SampleShape{.width = 4}, 3,
                                                    Samples(1), std::vector<std::int32_t>{0});
  const auto more =
      std::make_shared<MemoryDataset>("more", kShape, 4, Samples(1), std::vector<std::int32_t>{0});
  EXPECT_THROW(Problem(Development(), flat, {0}, {1}), base::DataError);
  EXPECT_EQ(MessageOf([&] { Problem(Development(), flat, {0}, {1}); }),
            "made: found a test set of 1x4x1 samples in 3 classes, expected 2x2x1 in 3 as in "
            "training");
  EXPECT_THAT(MessageOf([&] { Problem(Development(), more, {0}, {1}); }),
              HasSubstr("in 4 classes"));
}

TEST(ProblemTest, LogsWhyTheTestSetIsOpened) {
  const Problem problem(Development(), TestSet(), {0}, {1});
  base::SetLogLevel(base::LogLevel::kDebug);
  ::testing::internal::CaptureStderr();
  const Dataset& test = problem.OpenTestSet("final comparison");
  const std::string log = ::testing::internal::GetCapturedStderr();
  base::SetLogLevel(base::LogLevel::kInfo);
  EXPECT_EQ(test.size(), 2);
  EXPECT_EQ(log, "debug: made: the test set is opened: final comparison\n");
}

TEST(ProblemTest, HashesEveryByteEveryLabelAndTheSplit) {
  const auto hash = [](auto development, auto test, Indices train, Indices validation) {
    return Problem(development, test, train, validation).content_hash();
  };
  const std::string original = hash(Development(), TestSet(), {0, 1}, {2});
  EXPECT_EQ(original.size(), 64U);
  EXPECT_EQ(original, hash(Development(), TestSet(), {0, 1}, {2}));
  for (std::size_t i = 0; i < 16; ++i) {
    auto samples = Samples(4);
    samples[i] ^= 1;
    EXPECT_NE(original, hash(Make(samples, {0, 1, 2, 0}), TestSet(), {0, 1}, {2})) << "byte " << i;
  }
  EXPECT_NE(original, hash(Make(Samples(4), {0, 1, 2, 1}), TestSet(), {0, 1}, {2}));
  EXPECT_NE(original, hash(Development(), Make(Samples(2), {2, 2}), {0, 1}, {2}));
  EXPECT_NE(original, hash(Development(), TestSet(), {0}, {1, 2}));
  EXPECT_NE(original, hash(Development(), TestSet(), {1, 0}, {2}));
}

}  // namespace
}  // namespace netsmith::data
