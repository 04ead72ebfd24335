#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace netsmith::data {

/// Size and channels of a picture, from its header. 1: grey, 2: with transparency, 3 and 4: colour.
struct ImageInfo {
  std::int64_t height = 0;
  std::int64_t width = 0;
  int channels = 0;
};

inline constexpr std::int64_t kMaxPixels = std::int64_t{1} << 26;

/// The bytes of a PNG or JPEG file, of at most 256 MiB.
/// Errors   DataError: cannot be read, larger.
std::vector<std::uint8_t> ReadImageFile(const std::filesystem::path& path);

/// Errors   DataError, one line: neither PNG nor JPEG, cut, damaged (PNG by its checksums), or more
///          than kMaxPixels; before anything is allocated by what the header claims.
ImageInfo ParseImageInfo(const std::string& name, std::span<const std::uint8_t> bytes);

/// The picture, stretched to height x width (mean of what a pixel covers when it gets smaller,
/// cubic when larger), grey (1) or red, green, blue (3), channels last. What is
/// transparent shows white.
/// Errors   as ParseImageInfo; its data are damaged.
std::vector<std::uint8_t> DecodeImage(const std::string& name, std::span<const std::uint8_t> bytes,
                                      std::int64_t height, std::int64_t width, int channels);

}  // namespace netsmith::data
