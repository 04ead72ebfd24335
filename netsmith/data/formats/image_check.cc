#include "netsmith/data/formats/image_check.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "netsmith/base/error.h"

namespace netsmith::data {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::string_view kPngMagic = "\x89PNG\r\n\x1a\n";
constexpr std::string_view kJpegMagic = "\xff\xd8\xff";

bool StartsWith(Bytes bytes, std::string_view magic) {
  return bytes.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), bytes.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

std::uint32_t BigEndian(Bytes bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
         std::uint32_t{bytes[at + 2]} << 8 | std::uint32_t{bytes[at + 3]};
}

/// The segments of a JPEG file up to its end, one after the other, without scans' data.
class JpegSegments {
 public:
  explicit JpegSegments(Bytes bytes) : bytes_(bytes) {}

  /// False at the end of the file.
  bool Next() {
    at_ = end_;
    while (true) {
      while (at_ < bytes_.size() && bytes_[at_] != 0xff) ++at_;
      while (at_ < bytes_.size() && bytes_[at_] == 0xff) ++at_;
      if (at_ >= bytes_.size()) return false;
      marker_ = bytes_[at_++];
      if (marker_ == kEnd) return false;
      if (!StandsAlone()) break;
    }
    const std::size_t room = bytes_.size() - at_;
    const std::size_t length = room < 2 ? room : bytes_[at_] * std::size_t{256} + bytes_[at_ + 1];
    end_ = at_ + std::clamp<std::size_t>(length, std::min<std::size_t>(room, 2), room);
    return true;
  }
  std::uint8_t marker() const { return marker_; }
  /// Of the segment's content, behind its length.
  std::size_t begin() const { return std::min(at_ + 2, end_); }
  std::size_t end() const { return end_; }

 private:
  static constexpr std::uint8_t kEnd = 0xd9;

  /// A byte 0xff of a scan's data, a restart, the begin.
  bool StandsAlone() const { return marker_ <= 0x01 || (marker_ >= 0xd0 && marker_ <= 0xd8); }

  Bytes bytes_;
  std::uint8_t marker_ = 0;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

}  // namespace

void CorruptImage(const std::string& name, std::string_view what) {
  throw base::DataError(fmt::format("{}: corrupt image: {}", name, what));
}

bool IsPng(Bytes bytes) { return StartsWith(bytes, kPngMagic); }
bool IsJpeg(Bytes bytes) { return StartsWith(bytes, kJpegMagic); }

void CheckPngChunks(const std::string& name, Bytes bytes) {
  std::size_t at = kPngMagic.size();
  while (true) {
    if (bytes.size() - at < 12) {
      CorruptImage(
          name, fmt::format("offset {}: found the end of the file, expected the chunk IEND", at));
    }
    const std::size_t length = BigEndian(bytes, at);
    if (length > bytes.size() - at - 12) {
      CorruptImage(name, fmt::format("offset {}: found a chunk of {} bytes, expected at most {}",
                                     at, length, bytes.size() - at - 12));
    }
    const Bytes chunk = bytes.subspan(at + 4, length + 4);
    const auto found = static_cast<std::uint32_t>(crc32_z(0, chunk.data(), chunk.size()));
    const std::uint32_t expected = BigEndian(bytes, at + 8 + length);
    if (found != expected) {
      CorruptImage(name,
                   fmt::format("offset {}: found a chunk with checksum 0x{:08x}, expected 0x{:08x}",
                               at, found, expected));
    }
    if (StartsWith(chunk, "IEND")) return;
    at += 12 + length;
  }
}

void CheckJpegTables(const std::string& name, Bytes bytes) {
  constexpr std::uint8_t kHuffmanTables = 0xc4;
  constexpr std::size_t kLengths = 16;
  JpegSegments segments(bytes);
  while (segments.Next()) {
    if (segments.marker() != kHuffmanTables) continue;
    for (std::size_t at = segments.begin(); at < segments.end();) {
      const Bytes rest = bytes.subspan(at + 1);
      const Bytes counts = rest.first(std::min(rest.size(), kLengths));
      const int codes = std::accumulate(counts.begin(), counts.end(), 0);
      if (codes > 256) {
        CorruptImage(name, fmt::format("offset {}: found a Huffman table of {} codes, expected at "
                                       "most 256",
                                       at, codes));
      }
      at += 1 + kLengths + static_cast<std::size_t>(codes);
    }
  }
}

// The data of a scan escape 0xff, so that the last end marker stands behind the last scan.
void CheckJpegEnd(const std::string& name, Bytes bytes) {
  for (std::size_t i = bytes.size() - 1; i > 0; --i) {
    if (bytes[i - 1] != 0xff) continue;
    if (bytes[i] == 0xd9) return;
    if (bytes[i] == 0xda) break;
  }
  CorruptImage(name,
               fmt::format("offset {}: found the end of the file, expected the end of the picture",
                           bytes.size()));
}

}  // namespace netsmith::data
