#include "netsmith/data/formats/image.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/byte_source.h"
#include "netsmith/data/formats/line_reader.h"

#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_NO_HDR
#define STBI_NO_LINEAR
#define STBI_MAX_DIMENSIONS 65535
#include <stb/stb_image.h>
#define STB_IMAGE_RESIZE_STATIC
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#include <stb/stb_image_resize.h>

namespace netsmith::data {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::string_view kPngMagic = "\x89PNG\r\n\x1a\n";
constexpr std::string_view kJpegMagic = "\xff\xd8\xff";
constexpr std::size_t kMaxFileBytes = std::size_t{256} << 20;

bool StartsWith(Bytes bytes, std::string_view magic) {
  return bytes.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), bytes.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

[[noreturn]] void Corrupt(const std::string& name, std::string_view what) {
  throw base::DataError(fmt::format("{}: corrupt image: {}", name, what));
}

std::uint32_t BigEndian(Bytes bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
         std::uint32_t{bytes[at + 2]} << 8 | std::uint32_t{bytes[at + 3]};
}

/// Each chunk is whole and has its checksum; the last is IEND.
void CheckPngChunks(const std::string& name, Bytes bytes) {
  std::size_t at = kPngMagic.size();
  while (true) {
    if (bytes.size() - at < 12) {
      Corrupt(name,
              fmt::format("offset {}: found the end of the file, expected the chunk IEND", at));
    }
    const std::size_t length = BigEndian(bytes, at);
    if (length > bytes.size() - at - 12) {
      Corrupt(name, fmt::format("offset {}: found a chunk of {} bytes, expected at most {}", at,
                                length, bytes.size() - at - 12));
    }
    const Bytes chunk = bytes.subspan(at + 4, length + 4);
    const auto found = static_cast<std::uint32_t>(crc32_z(0, chunk.data(), chunk.size()));
    const std::uint32_t expected = BigEndian(bytes, at + 8 + length);
    if (found != expected) {
      Corrupt(name,
              fmt::format("offset {}: found a chunk with checksum 0x{:08x}, expected 0x{:08x}", at,
                          found, expected));
    }
    if (StartsWith(chunk, "IEND")) return;
    at += 12 + length;
  }
}

/// The data of a scan escape 0xff, so that the last end marker stands behind the last scan.
void CheckJpegEnd(const std::string& name, Bytes bytes) {
  for (std::size_t i = bytes.size() - 1; i > 0; --i) {
    if (bytes[i - 1] != 0xff) continue;
    if (bytes[i] == 0xd9) return;
    if (bytes[i] == 0xda) break;
  }
  Corrupt(name, fmt::format("offset {}: found the end of the file, expected the end of the picture",
                            bytes.size()));
}

/// Deflate packs at most 1032 to 1, so a small file that claims a large picture lies.
bool IsPlausible(const ImageInfo& info, std::size_t num_bytes) {
  return info.height * info.width / 8 <= static_cast<std::int64_t>(num_bytes) * 1032;
}

void CheckWhole(const std::string& name, Bytes bytes) {
  if (StartsWith(bytes, kPngMagic)) {
    CheckPngChunks(name, bytes);
  } else {
    CheckJpegEnd(name, bytes);
  }
}

}  // namespace

std::vector<std::uint8_t> ReadImageFile(const std::filesystem::path& path) {
  constexpr std::size_t kStep = std::size_t{1} << 16;
  const auto source = OpenFile(path);
  std::vector<std::uint8_t> bytes;
  while (true) {
    const std::size_t begin = bytes.size();
    bytes.resize(begin + kStep);
    const std::size_t count = source->Read(std::span(bytes).subspan(begin));
    bytes.resize(begin + count);
    if (count < kStep) return bytes;
    if (bytes.size() > kMaxFileBytes) {
      throw base::DataError(fmt::format("{}: found more than {} bytes, expected a picture of fewer",
                                        path.string(), kMaxFileBytes));
    }
  }
}

ImageInfo ParseImageInfo(const std::string& name, Bytes bytes) {
  if (bytes.empty()) Corrupt(name, "found an empty file, expected PNG or JPEG");
  if (!StartsWith(bytes, kPngMagic) && !StartsWith(bytes, kJpegMagic)) {
    const std::string_view start(reinterpret_cast<const char*>(bytes.data()),
                                 std::min<std::size_t>(bytes.size(), 8));
    Corrupt(name, fmt::format("offset 0: found {}, expected the magic bytes of PNG or JPEG",
                              Shown(start)));
  }
  int width = 0;
  int height = 0;
  int channels = 0;
  if (bytes.size() > kMaxFileBytes ||
      stbi_info_from_memory(bytes.data(), static_cast<int>(bytes.size()), &width, &height,
                            &channels) == 0) {
    Corrupt(name, "found a header that is damaged or claims too much");
  }
  const ImageInfo info{.height = height, .width = width, .channels = channels};
  if (info.height * info.width > kMaxPixels || !IsPlausible(info, bytes.size())) {
    Corrupt(name, fmt::format("found {}x{} pixels in {} bytes, expected at most {} pixels, and as "
                              "many as the bytes can hold",
                              height, width, bytes.size(), kMaxPixels));
  }
  return info;
}

std::vector<std::uint8_t> DecodeImage(const std::string& name, Bytes bytes, std::int64_t height,
                                      std::int64_t width, int channels) {
  ParseImageInfo(name, bytes);
  CheckWhole(name, bytes);
  int found_width = 0;
  int found_height = 0;
  int ignored = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(bytes.data(), static_cast<int>(bytes.size()), &found_width,
                            &found_height, &ignored, channels),
      &stbi_image_free);
  if (pixels == nullptr) Corrupt(name, stbi_failure_reason());
  const auto size = static_cast<std::size_t>(height * width * channels);
  std::vector<std::uint8_t> resized(size);
  if (found_height == height && found_width == width) {
    std::copy_n(pixels.get(), size, resized.data());
    return resized;
  }
  if (stbir_resize_uint8(pixels.get(), found_width, found_height, 0, resized.data(),
                         static_cast<int>(width), static_cast<int>(height), 0, channels) == 0) {
    Corrupt(name, "cannot be resized");
  }
  return resized;
}

}  // namespace netsmith::data
