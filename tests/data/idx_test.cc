#include "netsmith/data/formats/idx.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/byte_source.h"
#include "netsmith/data/formats/idx_dataset.h"
#include "tests/support/environment.h"
#include "tests/support/idx_files.h"

namespace netsmith::data {
namespace {

using testing::Bytes;
using testing::Gzip;
using testing::IdxBytes;
using testing::TemporaryFolder;
using testing::WriteBytes;

Bytes First(Bytes bytes, std::size_t count) {
  bytes.resize(count);
  return bytes;
}

Bytes With(Bytes bytes, std::size_t offset, std::uint8_t value) {
  bytes.at(offset) = value;
  return bytes;
}

Bytes Joined(Bytes bytes, const Bytes& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
  return bytes;
}

Bytes Text(const std::string& text) { return Bytes(text.begin(), text.end()); }

struct Malformed {
  std::string name;
  Bytes bytes;
  int num_dims;
  std::string message;  // after "FILE: "
};

void PrintTo(const Malformed& malformed, std::ostream* out) { *out << malformed.name; }

class MalformedIdxTest : public ::testing::TestWithParam<Malformed> {};

TEST_P(MalformedIdxTest, IsOneLineThatNamesFilePlaceFoundAndExpected) {
  const auto source = OpenBytes("FILE", GetParam().bytes);
  try {
    ParseIdx(*source, GetParam().num_dims);
    FAIL() << "was accepted";
  } catch (const base::DataError& error) {
    EXPECT_EQ(error.what(), "FILE: " + GetParam().message);
  }
}

const Bytes kImages = IdxBytes({2, 3, 4}, 255);
const Bytes kLabels = IdxBytes({10}, 10);

INSTANTIATE_TEST_SUITE_P(
    Kinds, MalformedIdxTest,
    ::testing::Values(
        Malformed{"empty", {}, 3, "offset 0: found an empty file, expected an idx header"},
        Malformed{"short_magic", First(kImages, 3), 3,
                  "offset 3: found the end of the file, expected a header of 16 bytes"},
        Malformed{"short_dimensions", First(kImages, 15), 3,
                  "offset 15: found the end of the file, expected a header of 16 bytes"},
        Malformed{"header_only", First(kImages, 16), 3,
                  "offset 16: found the end of the file after 0 values, expected 24 (2x3x4)"},
        Malformed{"short_values", First(kImages, 39), 3,
                  "offset 39: found the end of the file after 23 values, expected 24 (2x3x4)"},
        Malformed{"trailing_byte", Joined(kImages, {0}), 3,
                  "offset 40: found more bytes, expected the end of the file after 24 values "
                  "(2x3x4)"},
        Malformed{"png", Text("\x89PNG\r\n\x1a\n"), 3,
                  "offset 0: found magic number 0x89504e47, expected 0x00000803"},
        Malformed{"little_endian", Joined({3, 8, 0, 0}, Bytes(36)), 3,
                  "offset 0: found magic number 0x03080000, expected 0x00000803"},
        Malformed{"floats", With(kImages, 2, 0x0d), 3,
                  "offset 2: found element type 0x0d, expected 0x08 (unsigned byte)"},
        Malformed{"labels_as_images", kLabels, 3,
                  "offset 3: found 1 dimension (labels), expected 3 dimensions (images)"},
        Malformed{"images_as_labels", kImages, 1,
                  "offset 3: found 3 dimensions (images), expected 1 dimension (labels)"},
        Malformed{"no_dimensions", With(kImages, 3, 0), 3,
                  "offset 3: found 0 dimensions, expected 3 dimensions (images)"},
        Malformed{"no_images", With(kImages, 7, 0), 3,
                  "offset 4: found dimension 0 of size 0, expected 1 or more"},
        Malformed{"no_width", With(kImages, 15, 0), 3,
                  "offset 12: found dimension 2 of size 0, expected 1 or more"},
        Malformed{"overflowing", IdxBytes({0xffffffff, 0xffffffff, 0xffffffff}, Bytes{}), 3,
                  "offset 4: found dimensions 4294967295x4294967295x4294967295, expected at most "
                  "4294967296 values"},
        Malformed{"claims_4_gigabytes", IdxBytes({0x10000, 0x100, 0x100}, Bytes(7)), 3,
                  "offset 23: found the end of the file after 7 values, expected 4294967296 "
                  "(65536x256x256)"},
        Malformed{"gzip_cut", First(Gzip(kImages), 30), 3,
                  "corrupt gzip, compressed offset 30: end of file within the compressed data"},
        Malformed{"gzip_without_checksum", First(Gzip(kImages), Gzip(kImages).size() - 1), 3,
                  "corrupt gzip, compressed offset " + std::to_string(Gzip(kImages).size() - 1) +
                      ": end of file within the compressed data"},
        Malformed{"gzip_of_magic_only",
                  {0x1f, 0x8b},
                  3,
                  "corrupt gzip, compressed offset 2: end of file within the compressed data"},
        Malformed{"gzip_wrong_method", With(Gzip(kImages), 2, 7), 3,
                  "corrupt gzip, compressed offset 4: unknown compression method"},
        Malformed{"gzip_wrong_checksum",
                  With(Gzip(kImages), Gzip(kImages).size() - 8,
                       static_cast<std::uint8_t>(Gzip(kImages)[Gzip(kImages).size() - 8] ^ 1)),
                  3,
                  "corrupt gzip, compressed offset " + std::to_string(Gzip(kImages).size() - 4) +
                      ": incorrect data check"},
        Malformed{"gzip_then_garbage", Joined(Gzip(kImages), Text("more")), 3,
                  "corrupt gzip, compressed offset " + std::to_string(Gzip(kImages).size()) +
                      ": found more bytes, expected the end of the file"},
        Malformed{"gzip_of_longer_content", Gzip(Joined(kImages, Bytes(1000))), 3,
                  "offset 40: found more bytes, expected the end of the file after 24 values "
                  "(2x3x4)"}),
    [](const auto& parameter) { return parameter.param.name; });

TEST(IdxTest, ReadsDimensionsAndValues) {
  const Bytes bytes = IdxBytes({1, 2, 258}, 256);
  const IdxArray array = ParseIdx(*OpenBytes("FILE", bytes), 3);
  EXPECT_EQ(array.dims, (std::vector<std::int64_t>{1, 2, 258}));
  EXPECT_EQ(array.values, Bytes(bytes.begin() + 16, bytes.end()));
}

TEST(IdxTest, ReadsTheSameFromPlainAndGzipFiles) {
  const TemporaryFolder folder;
  const Bytes bytes = IdxBytes({300, 28, 28}, 253);  // more than one buffer
  WriteBytes(folder.path() / "plain", bytes);
  WriteBytes(folder.path() / "packed", Gzip(bytes));
  const IdxArray plain = ReadIdx(folder.path() / "plain", 3);
  const IdxArray packed = ReadIdx(folder.path() / "packed", 3);
  EXPECT_EQ(plain.dims, packed.dims);
  EXPECT_EQ(plain.values, packed.values);
  EXPECT_EQ(plain.values, Bytes(bytes.begin() + 16, bytes.end()));
}

TEST(IdxTest, ReadsGzipFilesOfSeveralMembers) {
  const Bytes bytes = IdxBytes({2, 3, 4}, 255);
  const Bytes head(bytes.begin(), bytes.begin() + 21);
  const Bytes tail(bytes.begin() + 21, bytes.end());
  const Bytes packed = Joined(Gzip(head), Gzip(tail));
  EXPECT_EQ(ParseIdx(*OpenBytes("FILE", packed), 3).values.size(), 24U);
}

TEST(IdxTest, StopsUnpackingWhereTheHeaderSaysTheValuesEnd) {
  const Bytes bomb = Gzip(Joined(IdxBytes({2, 3, 4}, 255), Bytes(std::size_t{1} << 26)));
  ASSERT_LT(bomb.size(), 100'000U);
  const auto source = OpenBytes("FILE", bomb);
  EXPECT_THROW(ParseIdx(*source, 3), base::DataError);
  Bytes rest(std::size_t{1} << 26);
  EXPECT_GT(source->Read(rest), (std::size_t{1} << 26) - 100) << "was unpacked in vain";
}

std::string MessageOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::DataError& error) {
    return error.what();
  }
  return "no error";
}

TEST(IdxTest, NamesAFileThatIsMissingOrNoFile) {
  const TemporaryFolder folder;
  const std::string missing = (folder.path() / "missing").string();
  EXPECT_EQ(MessageOf([&] { ReadIdx(missing, 3); }),
            missing + ": cannot be opened: No such file or directory");
  EXPECT_EQ(MessageOf([&] { ReadIdx(folder.path(), 3); }),
            folder.path().string() + ": is not a regular file");
}

TEST(IdxDatasetTest, FindsEachSpellingAndPrefersPlainFiles) {
  for (const std::string file : {"train-images-idx3-ubyte", "train-images.idx3-ubyte",
                                 "train-images-idx3-ubyte.gz", "train-images.idx3-ubyte.gz"}) {
    const TemporaryFolder folder;
    EXPECT_FALSE(FindIdxFile(folder.path(), "train-images-idx3-ubyte"));
    WriteBytes(folder.path() / file, {0});
    EXPECT_EQ(FindIdxFile(folder.path(), "train-images-idx3-ubyte"), folder.path() / file);
    WriteBytes(folder.path() / "train-images-idx3-ubyte", {0});
    EXPECT_EQ(FindIdxFile(folder.path(), "train-images-idx3-ubyte"),
              folder.path() / "train-images-idx3-ubyte");
  }
}

class IdxPairTest : public ::testing::Test {
 protected:
  std::string LoadMessage(const Bytes& images, const Bytes& labels, std::optional<int> classes) {
    WriteBytes(images_, images);
    WriteBytes(labels_, labels);
    return MessageOf([&] { LoadIdxPair("pair", images_, labels_, classes); });
  }
  TemporaryFolder folder_;
  std::filesystem::path images_ = folder_.path() / "images";
  std::filesystem::path labels_ = folder_.path() / "labels";
};

TEST_F(IdxPairTest, NamesTheRecordOfALabelOutOfRange) {
  EXPECT_EQ(LoadMessage(IdxBytes({4, 2, 2}, 9), IdxBytes({4}, Bytes{0, 9, 10, 200}), 10),
            labels_.string() + ": record 2: found label 10, expected 0 to 9");
}

TEST_F(IdxPairTest, NamesBothFilesWhenTheirNumbersOfRecordsDiffer) {
  EXPECT_EQ(LoadMessage(IdxBytes({4, 2, 2}, 9), IdxBytes({3}, 3), 10),
            labels_.string() + ": offset 4: found 3 labels, expected 4 as " + images_.string() +
                " has images");
}

TEST_F(IdxPairTest, NeedsTwoClasses) {
  EXPECT_EQ(LoadMessage(IdxBytes({4, 2, 2}, 9), IdxBytes({4}, Bytes(4)), std::nullopt),
            labels_.string() + ": found label 0 only, expected at least 2 classes");
}

TEST_F(IdxPairTest, CountsClassesByTheLargestLabel) {
  WriteBytes(images_, IdxBytes({4, 2, 3}, 9));
  WriteBytes(labels_, IdxBytes({4}, Bytes{0, 6, 1, 0}));
  const auto dataset = LoadIdxPair("pair", images_, labels_, std::nullopt);
  EXPECT_EQ(dataset->num_classes(), 7);
  EXPECT_EQ(dataset->shape(), (tensor::SampleShape{.height = 2, .width = 3, .channels = 1}));
  EXPECT_EQ(dataset->Label(1), 6);
}

}  // namespace
}  // namespace netsmith::data
