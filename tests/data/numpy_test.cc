#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "netsmith/data/formats/npy.h"
#include "netsmith/data/formats/zip.h"
#include "netsmith/data/load.h"
#include "tests/data/malformed.h"
#include "tests/support/environment.h"
#include "tests/support/sample_files.h"
#include "tests/support/text_files.h"

namespace netsmith::data {
namespace {

using testing::Bytes;
using ::testing::ElementsAre;
using testing::FloatBytes;
using ::testing::HasSubstr;
using testing::NpyBytes;
using testing::ReadAll;
using testing::WriteBytes;
using testing::ZipBytes;

NpyArray Parse(const Bytes& bytes) { return ParseNpy(*OpenBytes("FILE", bytes)); }

std::vector<double> Numbers(const NpyArray& array) {
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < array.size(); ++i) numbers.push_back(array.Number(i));
  return numbers;
}

TEST(NpyTest, ReadsNumbersOfEveryKindAndByteOrder) {
  EXPECT_THAT(Numbers(Parse(NpyBytes("<f4", "(2,)", FloatBytes({1.5f, -2})))),
              ElementsAre(1.5, -2));
  EXPECT_THAT(Numbers(Parse(NpyBytes(">i2", "(2,)", {0, 7, 0xff, 0xff}))), ElementsAre(7, -1));
  EXPECT_THAT(Numbers(Parse(NpyBytes("<u2", "(2,)", {7, 0, 0xff, 0xff}))), ElementsAre(7, 65535));
  EXPECT_THAT(Numbers(Parse(NpyBytes("<f2", "(3,)", {0x00, 0x3e, 0x00, 0xc0, 0x01, 0x00}))),
              ElementsAre(1.5, -2, 0x1p-24));
  EXPECT_THAT(Numbers(Parse(NpyBytes("|b1", "(2, 1)", {1, 0}))), ElementsAre(1, 0));
  EXPECT_THAT(Numbers(Parse(NpyBytes("<f8", "()", {0, 0, 0, 0, 0, 0, 0xf0, 0x3f}))),
              ElementsAre(1));
}

TEST(NpyTest, ReadsTexts) {
  EXPECT_EQ(Parse(NpyBytes("|S3", "(2,)", {'a', 'b', 0, 'x', 'y', 'z'})).Text(0), "ab");
  EXPECT_EQ(Parse(NpyBytes("<U2", "(1,)", {'a', 0, 0, 0, 0xe9, 0, 0, 0})).Text(0), "a\xc3\xa9");
}

TEST(NpyTest, WritesIntegersOfEverySizeExactly) {
  const NpyArray large = Parse(NpyBytes(
      "<i8", "(2,)", {0, 0, 0, 0, 0, 0, 0x20, 0, 1, 0, 0, 0, 0, 0, 0x20, 0}));  // 2^53, 2^53 + 1
  EXPECT_EQ(large.Text(0), "9007199254740992");
  EXPECT_EQ(large.Text(1), "9007199254740993");
  const Bytes ones(8, 0xff);
  EXPECT_EQ(Parse(NpyBytes("<u8", "(1,)", ones)).Text(0), "18446744073709551615");
  EXPECT_EQ(Parse(NpyBytes("<i8", "(1,)", ones)).Text(0), "-1");
  EXPECT_EQ(Parse(NpyBytes("|i1", "(1,)", {0x80})).Text(0), "-128");
  EXPECT_EQ(Parse(NpyBytes("|u1", "(1,)", {65})).Text(0), "65");
  EXPECT_EQ(Parse(NpyBytes("|b1", "(1,)", {1})).Text(0), "1");
}

TEST(NpyTest, PutsFortransOrderIntoCs) {
  const NpyArray array = Parse(NpyBytes("|u1", "(2, 3)", {1, 4, 2, 5, 3, 6}, true));
  EXPECT_THAT(Numbers(array), ElementsAre(1, 2, 3, 4, 5, 6));
}

const Bytes kGood = NpyBytes("|u1", "(2, 3)", {1, 2, 3, 4, 5, 6});

class MalformedNpyTest : public ::testing::TestWithParam<MalformedFile> {};

TEST_P(MalformedNpyTest, IsOneLineThatNamesFileOffsetFoundAndExpected) {
  EXPECT_EQ(MessageOf([&] { Parse(GetParam().bytes); }), "FILE: " + GetParam().message);
}

const std::string kTypes = ", expected numbers of 1 to 8 bytes (f, i, u, b) or texts (S, U)";

INSTANTIATE_TEST_SUITE_P(
    Kinds, MalformedNpyTest,
    ::testing::Values(
        MalformedFile{"empty", {}, "offset 0: found an empty file, expected an npy header"},
        MalformedFile{"png", TextBytes("\x89PNG\r\n\x1a\n"),
                      "offset 0: found \"\\x89PNG\\x0d\\x0a\", expected the magic bytes of npy, "
                      "\\x93NUMPY"},
        MalformedFile{"version", Changed(kGood, 6, 9),
                      "offset 6: found version 9, expected 1 to 3"},
        MalformedFile{"cut_length", First(kGood, 9),
                      "offset 8: found the end of the file, expected the header's length"},
        MalformedFile{"cut_header", First(kGood, 20),
                      "offset 20: found the end of the file, expected a header of " +
                          std::to_string(kGood[8]) + " bytes"},
        MalformedFile{"huge_header",
                      TextBytes(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12)),
                      "offset 8: found a header of 4294967295 bytes, expected at most 65536"},
        MalformedFile{"cut_values", First(kGood, kGood.size() - 2),
                      "offset " + std::to_string(kGood.size() - 2) +
                          ": found the end of the file after 4 values, expected 6 (shape (2, 3))"},
        MalformedFile{"huge_shape", NpyBytes("<f8", "(1000000, 4000)", {1}),
                      "offset " + std::to_string(NpyBytes("<f8", "(1000000, 4000)", {1}).size()) +
                          ": found the end of the file after 0 values, expected 4000000000 (shape "
                          "(1000000, 4000))"},
        MalformedFile{"overflow", NpyBytes("<f8", "(9000000000000000000, 8)", {}),
                      "offset 10: found shape (9000000000000000000, 8), expected 1 to 4294967296 "
                      "values"},
        MalformedFile{"no_value", NpyBytes("<f8", "(0, 8)", {}),
                      "offset 10: found shape (0, 8), expected 1 to 4294967296 values"},
        MalformedFile{"negative", NpyBytes("<f8", "(-1,)", {}),
                      "offset 10: found shape \"(-1,)\", expected at most 32 whole numbers in "
                      "brackets"},
        MalformedFile{"objects", NpyBytes("|O", "(1,)", {}),
                      "offset 10: found element type \"'|O'\"" + kTypes},
        MalformedFile{"complex", NpyBytes("<c8", "(1,)", {}),
                      "offset 10: found element type \"'<c8'\"" + kTypes},
        MalformedFile{"record", NpyBytes("<f4') , ('x", "(1,)", {}),
                      "offset 10: found element type \"'<f4')\"" + kTypes},
        MalformedFile{"trailing",
                      [] {
                        Bytes bytes = kGood;
                        bytes.push_back(0);
                        return bytes;
                      }(),
                      "offset " + std::to_string(kGood.size()) +
                          ": found more bytes, expected the end of the file after 6 values"}),
    [](const auto& made) { return made.param.name; });

class NumpyTest : public ::testing::Test {
 protected:
  std::string Archive(const std::vector<std::pair<std::string, Bytes>>& members, bool deflated) {
    WriteBytes(folder_.path() / "data.npz", ZipBytes(members, deflated));
    return (folder_.path() / "data.npz").string();
  }
  testing::TemporaryFolder folder_;
};

const Bytes kX = NpyBytes("|u1", "(4, 2, 2)", {0, 255, 0, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9});
const Bytes kY = NpyBytes("<i4", "(4, 1)", {3, 0, 0, 0, 5, 0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0});
const Bytes kTestX = NpyBytes("|u1", "(1, 2, 2)", {1, 1, 1, 1});
const Bytes kTestY = NpyBytes("<i4", "(1,)", {5, 0, 0, 0});

TEST_F(NumpyTest, ReadsStoredAndDeflatedArchives) {
  for (const bool deflated : {false, true}) {
    const Problem problem = LoadProblem(Archive({{"x_train.npy", kX},
                                                 {"y_train.npy", kY},
                                                 {"x_test.npy", kTestX},
                                                 {"y_test.npy", kTestY}},
                                                deflated),
                                        {});
    EXPECT_EQ(problem.development().shape(), (tensor::SampleShape{.height = 2, .width = 2}));
    EXPECT_EQ(problem.development().ClassNames(), (std::vector<std::string>{"3", "5"}));
    EXPECT_EQ(ReadAll(problem.development())[1], 1.0f);
    EXPECT_EQ(problem.OpenTestSet("test").Label(0), 1);
  }
}

TEST_F(NumpyTest, ReadsFoldersOfArraysAndStandardisesFloats) {
  WriteBytes(folder_.path() / "X_train.npy",
             NpyBytes("<f4", "(4, 3, 2)", FloatBytes(std::vector<float>(24, 2))));
  WriteBytes(folder_.path() / "y_train.npy", NpyBytes("|S1", "(4,)", {'a', 'b', 'a', 'b'}));
  const Problem problem = LoadProblem(folder_.path().string(), {});
  EXPECT_EQ(problem.development().shape(), (tensor::SampleShape{.width = 3, .channels = 2}));
  EXPECT_EQ(ReadAll(problem.development())[0], 0.0f);
}

TEST_F(NumpyTest, KeepsLargeIntegersApartAsClasses) {
  const std::string path = Archive(
      {{"x.npy", NpyBytes("|u1", "(4, 1)", {1, 2, 3, 4})},
       {"y.npy", NpyBytes("<i8", "(4,)", {0, 0, 0, 0, 0, 0, 0x20, 0, 1, 0, 0, 0, 0, 0, 0x20, 0,
                                          0, 0, 0, 0, 0, 0, 0x20, 0, 1, 0, 0, 0, 0, 0, 0x20, 0})}},
      false);
  EXPECT_EQ(LoadProblem(path, {}).development().ClassNames(),
            (std::vector<std::string>{"9007199254740992", "9007199254740993"}));
}

TEST_F(NumpyTest, RefusesLabelsThatAreNotUtf8) {
  const auto message = [&](const Bytes& labels) {
    const std::string path =
        Archive({{"x.npy", NpyBytes("|u1", "(2, 1)", {1, 2})}, {"y.npy", labels}}, false);
    return MessageOf([&] { LoadProblem(path, {}); });
  };
  EXPECT_THAT(message(NpyBytes("|S2", "(2,)", {'a', 'b', 'c', 0xe9})),
              HasSubstr("y.npy: record 1: found the name \"c\\xe9\", expected UTF-8"));
  EXPECT_THAT(message(NpyBytes("<U1", "(2,)", {'a', 0, 0, 0, 0x00, 0xd8, 0, 0})),
              HasSubstr("y.npy: record 1: found the name \"\\xed\\xa0\\x80\", expected UTF-8"));
  EXPECT_THAT(message(NpyBytes("<U1", "(2,)", {'a', 0, 0, 0, 0x41, 0, 0x22, 0})),
              HasSubstr("y.npy: record 1: found the name \"\\xf8\\xa0\\x81\\x81\", expected UTF-8"))
      << "0x220041 is beyond Unicode";
}

TEST_F(NumpyTest, NamesWhatIsWrong) {
  const auto message = [&](const std::vector<std::pair<std::string, Bytes>>& members) {
    const std::string path = Archive(members, false);
    return MessageOf([&] { LoadProblem(path, {}); });
  };
  EXPECT_THAT(message({{"a.npy", kX}}), HasSubstr("data.npz: found no array x_train, x"));
  EXPECT_THAT(message({{"x.npy", kX}}), HasSubstr("data.npz: found no array y_train, y"));
  EXPECT_THAT(message({{"x.npy", kX}, {"y.npy", kTestY}}),
              HasSubstr("y.npy: found shape (1), expected 4 labels as "));
  EXPECT_THAT(
      message({{"x.npy", kY}, {"y.npy", NpyBytes("<f4", "(4,)", FloatBytes({1, 2, 1, .5f}))}}),
      HasSubstr("y.npy: record 3: found label 0.5, expected a whole number or a text"));
  EXPECT_THAT(message({{"x.npy", NpyBytes("<f4", "(2, 1)", FloatBytes({1, INFINITY}))},
                       {"y.npy", NpyBytes("|u1", "(2,)", {0, 1})}}),
              HasSubstr("x.npy: record 1: found inf, expected finite numbers"));
  EXPECT_THAT(message({{"x.npy", NpyBytes("<f4", "(2, 1)", FloatBytes({1, 1}))},
                       {"y.npy", NpyBytes("|u1", "(2,)", {1, 1})}}),
              HasSubstr("y.npy: found the class \"1\" only, expected at least 2 classes"));
  WriteBytes(folder_.path() / "one.npy", kX);
  EXPECT_THAT(MessageOf([&] { LoadProblem((folder_.path() / "one.npy").string(), {}); }),
              HasSubstr("found one array, expected a folder with x_train.npy"));
}

TEST(ZipTest, NamesDamage) {
  const auto message = [](const Bytes& bytes) {
    return MessageOf([&] {
      const ZipArchive archive("FILE", bytes.size(), [&](std::uint64_t at, auto dst) {
        const std::size_t from = std::min<std::size_t>(at, bytes.size());
        const std::size_t count = std::min(dst.size(), bytes.size() - from);
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(from), count, dst.begin());
        return count;
      });
      for (const auto& member : archive.members()) ParseNpy(*archive.OpenMember(member));
    });
  };
  const Bytes good = ZipBytes({{"x.npy", kGood}}, true);
  EXPECT_EQ(message(good), "no error");
  EXPECT_EQ(message({}), "FILE: offset 0: found an empty file, expected a zip archive");
  EXPECT_THAT(message(First(good, good.size() - 1)),
              HasSubstr("found no list of members, expected a zip archive's at its end"));
  EXPECT_THAT(message(Changed(good, 14, static_cast<std::uint8_t>(good[14] ^ 1))), "no error")
      << "the list's checksum counts";
  EXPECT_THAT(message(Changed(good, 0, 'X')),
              HasSubstr("offset 0: found no member x.npy, expected the magic bytes PK"));
  const Bytes stored = ZipBytes({{"x.npy", kGood}}, false);
  EXPECT_THAT(message(Changed(stored, 30 + 5 + kGood.size() - 1, 99)),
              HasSubstr("FILE: x.npy: byte " + std::to_string(kGood.size()) + ": found checksum "));
}

}  // namespace
}  // namespace netsmith::data
