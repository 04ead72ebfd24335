#include "netsmith/data/formats/image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/byte_source.h"
#include "netsmith/data/formats/image_check.h"
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

constexpr std::size_t kMaxFileBytes = std::size_t{256} << 20;

/// Deflate packs at most 1032 to 1, so a small file that claims a large picture lies.
bool IsPlausible(const ImageInfo& info, std::size_t num_bytes) {
  return info.height * info.width / 8 <= static_cast<std::int64_t>(num_bytes) * 1032;
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
  if (bytes.empty()) CorruptImage(name, "found an empty file, expected PNG or JPEG");
  if (!IsPng(bytes) && !IsJpeg(bytes)) {
    const std::string_view start(reinterpret_cast<const char*>(bytes.data()),
                                 std::min<std::size_t>(bytes.size(), 8));
    CorruptImage(name, fmt::format("offset 0: found {}, expected the magic bytes of PNG or JPEG",
                                   Shown(start)));
  }
  if (IsJpeg(bytes)) CheckJpegTables(name, bytes);
  int width = 0;
  int height = 0;
  int channels = 0;
  if (bytes.size() > kMaxFileBytes ||
      stbi_info_from_memory(bytes.data(), static_cast<int>(bytes.size()), &width, &height,
                            &channels) == 0) {
    CorruptImage(name, "found a header that is damaged or claims too much");
  }
  const ImageInfo info{.height = height, .width = width, .channels = channels};
  if (info.height * info.width > kMaxPixels || !IsPlausible(info, bytes.size())) {
    CorruptImage(name,
                 fmt::format("found {}x{} pixels in {} bytes, expected at most {} pixels, and as "
                             "many as the bytes can hold",
                             height, width, bytes.size(), kMaxPixels));
  }
  return info;
}

std::vector<std::uint8_t> DecodeImage(const std::string& name, Bytes bytes, std::int64_t height,
                                      std::int64_t width, int channels) {
  ParseImageInfo(name, bytes);
  if (IsPng(bytes)) {
    CheckPngChunks(name, bytes);
  } else {
    CheckJpegEnd(name, bytes);
  }
  int found_width = 0;
  int found_height = 0;
  int ignored = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(bytes.data(), static_cast<int>(bytes.size()), &found_width,
                            &found_height, &ignored, channels),
      &stbi_image_free);
  if (pixels == nullptr) CorruptImage(name, stbi_failure_reason());
  const auto size = static_cast<std::size_t>(height * width * channels);
  std::vector<std::uint8_t> resized(size);
  if (found_height == height && found_width == width) {
    std::copy_n(pixels.get(), size, resized.data());
    return resized;
  }
  if (stbir_resize_uint8(pixels.get(), found_width, found_height, 0, resized.data(),
                         static_cast<int>(width), static_cast<int>(height), 0, channels) == 0) {
    CorruptImage(name, "cannot be resized");
  }
  return resized;
}

}  // namespace netsmith::data
