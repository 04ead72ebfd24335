#include "netsmith/data/formats/image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "netsmith/data/formats/image_folder.h"
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
using testing::JpegBytes;
using testing::PngBytes;
using testing::ReadAll;
using testing::WriteBytes;

std::vector<std::uint8_t> Decode(const Bytes& bytes, int height, int width, int channels) {
  return DecodeImage("FILE", bytes, height, width, channels);
}

TEST(ImageTest, DecodesPngExactlyAndJpegNearly) {
  EXPECT_THAT(Decode(PngBytes(2, 3, 1), 2, 3, 1), ElementsAre(0, 16, 32, 16, 32, 48));
  EXPECT_THAT(Decode(PngBytes(1, 2, 3), 1, 2, 3), ElementsAre(0, 16, 32, 16, 32, 48));
  const auto jpeg = Decode(JpegBytes(16, 16, 1), 16, 16, 1);
  for (int i = 0; i < 256; ++i) {
    const int row = i / 16, column = i % 16;
    EXPECT_NEAR(jpeg[static_cast<std::size_t>(i)], (row + column) * 4, 6);  // lossy
  }
}

TEST(ImageTest, ResizesAndChangesColours) {
  EXPECT_THAT(Decode(PngBytes(64, 64, 3, 0), 4, 4, 1), ::testing::Each(0));
  EXPECT_EQ(Decode(PngBytes(5, 7, 4), 32, 16, 3).size(), 32U * 16 * 3);
}

TEST(ImageTest, WhatIsTransparentShowsWhite) {
  const Bytes colours = testing::PngBytesOf(1, 3, 4,
                                            {200, 100, 50, 255, 200, 100, 50, 0,  //
                                             0, 0, 0, 51});
  EXPECT_THAT(Decode(colours, 1, 3, 3), ElementsAre(200, 100, 50, 255, 255, 255, 204, 204, 204));
  EXPECT_THAT(Decode(colours, 1, 3, 1), ElementsAre(124, 255, 204));
  const Bytes greys = testing::PngBytesOf(1, 3, 2, {80, 255, 80, 0, 0, 51});
  EXPECT_THAT(Decode(greys, 1, 3, 1), ElementsAre(80, 255, 204));
  EXPECT_THAT(Decode(greys, 1, 3, 3), ElementsAre(80, 80, 80, 255, 255, 255, 204, 204, 204));
}

TEST(ImageTest, TransparentColoursOfAPaletteAndOfAColourKeyShowWhite) {
  const Bytes palette = PngBytes({{"IHDR", {0, 0, 0, 3, 0, 0, 0, 1, 8, 3, 0, 0, 0}},
                                  {"PLTE", {10, 20, 30, 1, 2, 3, 40, 50, 60}},
                                  {"tRNS", {255, 0, 128}},
                                  {"IDAT", {0, 0, 1, 2}},
                                  {"IEND", {}}});
  EXPECT_THAT(Decode(palette, 1, 3, 3), ElementsAre(10, 20, 30, 255, 255, 255, 147, 152, 157));
  const Bytes key = PngBytes({{"IHDR", {0, 0, 0, 2, 0, 0, 0, 1, 8, 0, 0, 0, 0}},
                              {"tRNS", {0, 7}},
                              {"IDAT", {0, 7, 9}},
                              {"IEND", {}}});
  EXPECT_THAT(Decode(key, 1, 2, 1), ElementsAre(255, 9));
}

TEST(ImageTest, TransparencyIsGoneBeforeAPictureShrinks) {
  Bytes pixels;  // black where nothing is to be seen, red where something is
  for (int i = 0; i < 64; ++i) {
    const bool seen = i % 8 < 4;
    pixels.insert(pixels.end(), {static_cast<std::uint8_t>(seen ? 200 : 0), 0, 0,
                                 static_cast<std::uint8_t>(seen ? 255 : 0)});
  }
  const auto small = Decode(testing::PngBytesOf(8, 8, 4, pixels), 1, 2, 3);
  EXPECT_NEAR(small[0], 200, 12);
  EXPECT_NEAR(small[5], 255, 45);
}

const Bytes kPng = PngBytes(20, 20, 3);
const Bytes kJpeg = JpegBytes(20, 20, 3);

Bytes WithHugeSize(Bytes png) {  // and the checksum left wrong: the size is looked at first
  png[16] = 0;
  png[17] = 0;
  png[18] = 0x3e;
  png[19] = 0x80;
  png[20] = 0;
  png[21] = 0;
  png[22] = 0x3e;
  png[23] = 0x80;
  return png;
}

/// Where the first Huffman table of a JPEG file begins.
std::size_t HuffmanTableOf(const Bytes& jpeg) {
  const Bytes marker = {0xff, 0xc4};
  const auto found = std::search(jpeg.begin(), jpeg.end(), marker.begin(), marker.end());
  return static_cast<std::size_t>(found - jpeg.begin()) + 4;
}

/// Instead of its own counts of codes by length, 255 of each of the two longest.
Bytes WithHuffmanTableOf510Codes(Bytes jpeg) {
  const auto counts = jpeg.begin() + static_cast<std::ptrdiff_t>(HuffmanTableOf(jpeg)) + 1;
  std::fill(counts, counts + 14, std::uint8_t{0});
  std::fill(counts + 14, counts + 16, std::uint8_t{255});
  return jpeg;
}

class MalformedImageTest : public ::testing::TestWithParam<MalformedFile> {};

TEST_P(MalformedImageTest, IsOneLineThatNamesFileFoundAndExpected) {
  EXPECT_THAT(MessageOf([&] { Decode(GetParam().bytes, 8, 8, 1); }),
              HasSubstr("FILE: corrupt image: " + GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, MalformedImageTest,
    ::testing::Values(
        MalformedFile{"empty", {}, "found an empty file, expected PNG or JPEG"},
        MalformedFile{"text", TextBytes("no picture"),
                      "offset 0: found \"no pictu\", expected the magic bytes of PNG or JPEG"},
        MalformedFile{"png_magic_only", First(kPng, 8), "found a header that is damaged"},
        MalformedFile{"png_cut", First(kPng, kPng.size() - 4), "offset "},
        MalformedFile{"png_without_end", First(kPng, kPng.size() - 12),
                      "offset " + std::to_string(kPng.size() - 12) +
                          ": found the end of the file, expected the chunk IEND"},
        MalformedFile{"png_flipped_bit", Changed(kPng, 60, static_cast<std::uint8_t>(kPng[60] ^ 1)),
                      "offset 33: found a chunk with checksum "},
        MalformedFile{"png_claims_256_megapixels", WithHugeSize(kPng),
                      "found 16000x16000 pixels in "},
        MalformedFile{"jpeg_magic_only", First(kJpeg, 3), "found a header that is damaged"},
        MalformedFile{"jpeg_huffman_table", WithHuffmanTableOf510Codes(kJpeg),
                      "offset " + std::to_string(HuffmanTableOf(kJpeg)) +
                          ": found a Huffman table of 510 codes, expected at most 256"},
        MalformedFile{"jpeg_cut", First(kJpeg, kJpeg.size() - 20),
                      "offset " + std::to_string(kJpeg.size() - 20) +
                          ": found the end of the file, expected the end of the picture"}),
    [](const auto& made) { return made.param.name; });

class ImageFolderTest : public ::testing::Test {
 protected:
  void Write(const std::string& file, const Bytes& bytes) { WriteBytes(root_ / file, bytes); }
  void WriteTwoClasses(int channels) {
    for (int i = 0; i < 4; ++i) {
      const std::string name = std::to_string(i) + ".png";
      Write("cat/" + name, PngBytes(6, 5, channels, i + 1));
      Write("dog/" + name, PngBytes(6, 5, channels, i + 10));
    }
  }
  std::string Message(const LoadOptions& options = {}) {
    return MessageOf([&] { LoadProblem(root_.string(), options); });
  }
  testing::TemporaryFolder folder_;
  std::filesystem::path root_ = folder_.path() / "pets";
};

TEST_F(ImageFolderTest, NamesClassesByFoldersAndKeepsSmallSizes) {
  WriteTwoClasses(1);
  const Problem problem = LoadProblem(root_.string(), {});
  EXPECT_EQ(problem.development().ClassNames(), (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(problem.development().shape(), (tensor::SampleShape{6, 5, 1}));
  EXPECT_EQ(problem.development().size() + problem.OpenTestSet("test").size(), 8);
}

TEST_F(ImageFolderTest, BringsOtherSizesToOneAndColoursTogether) {
  WriteTwoClasses(1);
  Write("dog/wide.jpeg", JpegBytes(10, 40, 3));
  EXPECT_EQ(LoadProblem(root_.string(), {}).development().shape(),
            (tensor::SampleShape{32, 32, 3}));
  LoadOptions options;
  options.format.image_size = {.height = 8, .width = 9};
  options.format.colour = "grey";
  EXPECT_EQ(LoadProblem(root_.string(), options).development().shape(),
            (tensor::SampleShape{8, 9, 1}));
}

TEST_F(ImageFolderTest, TakesTrainAndTestFolders) {
  for (const char* part : {"train", "test"}) {
    for (const char* name : {"cat", "dog"}) {
      for (int i = 0; i < 3; ++i) {
        Write(std::string(part) + "/" + name + "/" + std::to_string(i) + ".png",
              PngBytes(4, 4, 1, i));
      }
    }
  }
  const Problem problem = LoadProblem(root_.string(), {});
  EXPECT_EQ(problem.development().size(), 6);
  EXPECT_EQ(problem.OpenTestSet("test").size(), 6);
  Write("test/cow/0.png", PngBytes(4, 4, 1));
  EXPECT_THAT(Message(), HasSubstr("found the class \"cow\", expected one of cat, dog"));
}

TEST_F(ImageFolderTest, DecodesOnDemandToTheSameValues) {
  WriteTwoClasses(3);
  const Loaded in_memory = LoadImageFolder(root_, {}, kMaxResidentBytes);
  const Loaded on_demand = LoadImageFolder(root_, {}, 100);
  ASSERT_NE(dynamic_cast<const ImageFileDataset*>(on_demand.development.get()), nullptr);
  EXPECT_EQ(ReadAll(*in_memory.development), ReadAll(*on_demand.development));
}

TEST_F(ImageFolderTest, NamesTheCorruptFile) {
  WriteTwoClasses(1);
  Write("dog/bad.png", First(PngBytes(6, 5, 1), 60));
  EXPECT_THAT(Message(), HasSubstr((root_ / "dog/bad.png").string() + ": corrupt image: "));
}

TEST_F(ImageFolderTest, PassesOverWhatIsNoPicture) {
  WriteTwoClasses(1);
  Write("dog/notes.txt", {'x'});
  ASSERT_EQ(mkfifo((root_ / "dog/pipe.png").c_str(), 0600), 0);
  std::filesystem::create_symlink("loop.png", root_ / "dog/loop.png");
  std::filesystem::create_directory_symlink("..", root_ / "dog/up");
  EXPECT_EQ(Message(), "no error");
}

TEST_F(ImageFolderTest, TakesFilesButNoClassesOfNamesThatAreNotUtf8) {
  WriteTwoClasses(1);
  std::filesystem::rename(root_ / "dog/0.png", root_ / "dog/\xff.png");
  EXPECT_EQ(Message(), "no error");
  std::filesystem::rename(root_ / "dog", root_ / "d\xffg");
  EXPECT_EQ(Message(), root_.string() + ": found the name \"d\\xffg\", expected UTF-8");
}

TEST_F(ImageFolderTest, NeedsTwoClassesWithPictures) {
  Write("cat/0.png", PngBytes(4, 4, 1));
  EXPECT_THAT(Message(), HasSubstr("found 1 folder, expected one a class, at least 2"));
  std::filesystem::create_directory(root_ / "dog");
  EXPECT_THAT(Message(), HasSubstr("dog: found no file *.png, *.jpg, *.jpeg, expected at least 1"));
}

}  // namespace
}  // namespace netsmith::data
