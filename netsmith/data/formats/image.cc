#include "netsmith/data/formats/image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

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

using Pixels = std::unique_ptr<stbi_uc, void (*)(void*)>;

/// What a pixel of 1 to 4 channels, the last of 2 or 4 its opacity, looks like on white paper.
struct Colour {
  Colour(const stbi_uc* pixel, int channels) {
    const int opacity = channels % 2 == 0 ? pixel[channels - 1] : 255;
    for (int c = 0; c < 3; ++c) {
      const int value = pixel[channels > 2 ? c : 0];
      rgb[c] = (value * opacity + 255 * (255 - opacity) + 127) / 255;
    }
  }
  /// The weights of ITU-R BT.601, as in stb_image.
  int Grey() const { return (rgb[0] * 77 + rgb[1] * 150 + rgb[2] * 29) >> 8; }

  int rgb[3];
};

std::vector<std::uint8_t> OnWhite(const stbi_uc* pixels, std::size_t count, int found,
                                  int channels) {
  std::vector<std::uint8_t> values;
  values.reserve(count * static_cast<std::size_t>(channels));
  for (std::size_t i = 0; i < count; ++i, pixels += found) {
    const Colour colour(pixels, found);
    if (channels == 1) {
      values.push_back(static_cast<std::uint8_t>(colour.Grey()));
    } else {
      for (const int value : colour.rgb) values.push_back(static_cast<std::uint8_t>(value));
    }
  }
  return values;
}

/// A whole picture, grey (1) or in colour (3).
struct Picture {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> values;
};

Picture Decoded(const std::string& name, Bytes bytes, int channels) {
  Picture picture;
  int found = 0;
  const int wanted = IsPng(bytes) ? 0 : channels;  // 0: those of the file
  const Pixels pixels(stbi_load_from_memory(bytes.data(), static_cast<int>(bytes.size()),
                                            &picture.width, &picture.height, &found, wanted),
                      &stbi_image_free);
  if (pixels == nullptr) CorruptImage(name, stbi_failure_reason());
  const std::size_t count =
      static_cast<std::size_t>(picture.height) * static_cast<std::size_t>(picture.width);
  picture.values = OnWhite(pixels.get(), count, wanted == 0 ? found : channels, channels);
  return picture;
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
  Picture picture = Decoded(name, bytes, channels);
  if (picture.height == height && picture.width == width) return std::move(picture.values);
  std::vector<std::uint8_t> resized(static_cast<std::size_t>(height * width * channels));
  if (stbir_resize_uint8(picture.values.data(), picture.width, picture.height, 0, resized.data(),
                         static_cast<int>(width), static_cast<int>(height), 0, channels) == 0) {
    CorruptImage(name, "cannot be resized");
  }
  return resized;
}

}  // namespace netsmith::data
