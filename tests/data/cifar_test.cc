#include "netsmith/data/formats/cifar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "netsmith/data/load.h"
#include "tests/data/malformed.h"
#include "tests/support/environment.h"
#include "tests/support/text_files.h"

namespace netsmith::data {
namespace {

using testing::Bytes;
using ::testing::HasSubstr;
using testing::ReadAll;
using testing::WriteBytes;
using testing::WriteText;

/// Records whose red plane is 1, green plane 2, blue plane 3.
Bytes Records(const std::vector<int>& labels, bool hundred = false) {
  Bytes bytes;
  for (const int label : labels) {
    if (hundred) bytes.push_back(7);
    bytes.push_back(static_cast<std::uint8_t>(label));
    for (int plane = 1; plane <= 3; ++plane) {
      bytes.insert(bytes.end(), 1024, static_cast<std::uint8_t>(plane));
    }
  }
  return bytes;
}

CifarRecords Parse(const Bytes& bytes, int num_classes = 10) {
  CifarRecords records;
  ParseCifar(*OpenBytes("FILE", bytes), num_classes, records);
  return records;
}

TEST(CifarTest, PutsPlanesChannelsLast) {
  const CifarRecords records = Parse(Records({3, 9}));
  EXPECT_EQ(records.labels, (std::vector<std::int32_t>{3, 9}));
  EXPECT_EQ(records.samples.size(), 2U * 3072);
  for (std::size_t i = 0; i < records.samples.size(); ++i) EXPECT_EQ(records.samples[i], i % 3 + 1);
  EXPECT_EQ(Parse(Records({99}, true), 100).labels, (std::vector<std::int32_t>{99}));
}

class MalformedCifarTest : public ::testing::TestWithParam<MalformedFile> {};

TEST_P(MalformedCifarTest, IsOneLineThatNamesFileRecordFoundAndExpected) {
  EXPECT_EQ(MessageOf([&] { Parse(GetParam().bytes); }), "FILE: " + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, MalformedCifarTest,
    ::testing::Values(MalformedFile{"empty", {}, "record 0: found 0 bytes, expected 3073"},
                      MalformedFile{"cut", First(Records({1, 2}), 4000),
                                    "record 1: found 927 bytes, expected 3073"},
                      MalformedFile{"label", Records({1, 10}),
                                    "record 1: found label 10, expected 0 to 9"}),
    [](const auto& made) { return made.param.name; });

TEST(CifarFolderTest, ReadsBatchesAndNames) {
  const testing::TemporaryFolder folder;
  WriteBytes(folder.path() / "data_batch_1.bin", Records({0, 1, 2, 3}));
  WriteBytes(folder.path() / "data_batch_2.bin", Records({4, 5}));
  WriteBytes(folder.path() / "test_batch.bin", Records({9}));
  WriteText(folder.path() / "batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
  const Problem problem = LoadProblem(folder.path().string(), {});
  EXPECT_EQ(problem.development().size(), 6);
  EXPECT_EQ(problem.development().ClassNames()[9], "j");
  EXPECT_EQ(problem.OpenTestSet("test").Label(0), 9);
  WriteText(folder.path() / "batches.meta.txt", "a\na\n");
  EXPECT_THAT(MessageOf([&] { LoadProblem(folder.path().string(), {}); }),
              HasSubstr("batches.meta.txt: found 1 different names, expected 10"));
}

TEST(CifarFolderTest, RefusesNamesThatAreNotUtf8) {
  const testing::TemporaryFolder folder;
  WriteBytes(folder.path() / "data_batch_1.bin", Records({0, 1}));
  WriteText(folder.path() / "batches.meta.txt", "a\nb\xe9\n");
  EXPECT_THAT(MessageOf([&] { LoadProblem(folder.path().string(), {}); }),
              HasSubstr("batches.meta.txt: line 2: found the name \"b\\xe9\", expected UTF-8"));
}

TEST(CifarFolderTest, ReadsTheHundredClasses) {
  const testing::TemporaryFolder folder;
  WriteBytes(folder.path() / "train.bin", Records({98, 99, 0}, true));
  WriteBytes(folder.path() / "test.bin", Records({50}, true));
  EXPECT_EQ(LoadProblem(folder.path().string(), {}).development().num_classes(), 100);
}

}  // namespace
}  // namespace netsmith::data
