#include "netsmith/data/formats/line_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "netsmith/base/error.h"

namespace netsmith::data {
namespace {

class EndlessLine : public ByteSource {
 public:
  EndlessLine() : ByteSource("endless") {}
  std::size_t Read(std::span<std::uint8_t> dst) override {
    std::ranges::fill(dst, std::uint8_t{'1'});
    return dst.size();
  }
};

TEST(LineReaderTest, ALineWithoutEndIsRefusedBeforeItFillsTheMemory) {
  EndlessLine source;
  LineReader lines(source);
  std::string line;
  try {
    lines.Next(line);
    FAIL() << "no exception";
  } catch (const base::DataError& error) {
    EXPECT_STREQ(error.what(),
                 "endless: line 1: found more than 67108864 bytes, expected the end of the line");
  }
}

}  // namespace
}  // namespace netsmith::data
