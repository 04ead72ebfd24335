#include "netsmith/data/formats/wav.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/line_reader.h"

namespace netsmith::data {
namespace {

constexpr std::uint16_t kPcm = 1;
constexpr std::uint16_t kFloat = 3;
constexpr std::uint16_t kExtensible = 0xfffe;
constexpr std::uint32_t kUnknownLength = 0xffffffff;

class WavParser {
 public:
  WavParser(ByteSource& source, double max_seconds) : source_(source), max_seconds_(max_seconds) {}

  Sound Parse() {
    ReadRiff();
    while (true) {
      std::array<std::uint8_t, 8> header{};
      const std::size_t count = Take(header);
      if (count < header.size()) Fail("found the end of the file, expected the chunk \"data\"");
      const std::string_view name(reinterpret_cast<const char*>(header.data()), 4);
      const std::uint32_t length = LittleEndian32(&header[4]);
      if (name == "data") {
        ReadData(length);
        return std::move(sound_);
      }
      if (name == "fmt ") {
        ReadFormat(length);
      } else {
        Skip(std::uint64_t{length} + length % 2);
      }
    }
  }

 private:
  template <typename... Args>
  [[noreturn]] void Fail(fmt::format_string<Args...> message, Args&&... args) const {
    throw base::DataError(fmt::format("{}: offset {}: {}", source_.name(), offset_,
                                      fmt::format(message, std::forward<Args>(args)...)));
  }

  std::size_t Take(std::span<std::uint8_t> dst) {
    const std::size_t count = source_.Read(dst);
    offset_ += count;
    return count;
  }

  void ReadRiff() {
    std::array<std::uint8_t, 12> riff{};
    const std::size_t count = source_.Read(riff);
    if (count == 0) Fail("found an empty file, expected a WAV file");
    const std::string_view text(reinterpret_cast<const char*>(riff.data()), riff.size());
    if (count < riff.size() || text.substr(0, 4) != "RIFF" || text.substr(8) != "WAVE") {
      Fail("found {}, expected RIFF and WAVE", Shown(text.substr(0, 4)));
    }
    offset_ = count;
  }

  void Skip(std::uint64_t count) {
    std::array<std::uint8_t, 4096> buffer{};
    while (count > 0) {
      const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(count, buffer.size()));
      if (Take(std::span(buffer).first(step)) < step) {
        Fail("found the end of the file, expected {} more bytes of a chunk", count);
      }
      count -= step;
    }
  }

  void ReadFormat(std::uint32_t length) {
    std::array<std::uint8_t, 40> format{};
    const std::size_t wanted = std::min<std::size_t>(length, format.size());
    if (wanted < 16) Fail("found a format of {} bytes, expected at least 16", length);
    if (Take(std::span(format).first(wanted)) < wanted) {
      Fail("found the end of the file, expected a format of {} bytes", length);
    }
    type_ = LittleEndian16(format.data());
    channels_ = LittleEndian16(&format[2]);
    sound_.sample_rate = LittleEndian32(&format[4]);
    bits_ = LittleEndian16(&format[14]);
    if (type_ == kExtensible && wanted == format.size()) type_ = LittleEndian16(&format[24]);
    const bool pcm = type_ == kPcm && (bits_ == 8 || bits_ == 16 || bits_ == 24 || bits_ == 32);
    if (!pcm && !(type_ == kFloat && bits_ == 32)) {
      Fail(
          "found encoding {} with {} bits, expected PCM (1) with 8, 16, 24 or 32, or floats (3) "
          "with 32",
          type_, bits_);
    }
    if (channels_ < 1 || channels_ > 64) Fail("found {} channels, expected 1 to 64", channels_);
    if (sound_.sample_rate < 1 || sound_.sample_rate > 1'000'000) {
      Fail("found a sample rate of {}, expected 1 to 1000000", sound_.sample_rate);
    }
    Skip(std::uint64_t{length} - wanted + length % 2);
  }

  float Value(const std::uint8_t* at) const {
    switch (bits_) {
      case 8:
        return (static_cast<float>(*at) - 128.0f) / 128.0f;
      case 16:
        return static_cast<float>(static_cast<std::int16_t>(LittleEndian16(at))) / 32768.0f;
      case 24: {
        const std::uint32_t bits = std::uint32_t{LittleEndian16(at)} << 8 | std::uint32_t{at[2]}
                                                                                << 24;
        return static_cast<float>(static_cast<std::int32_t>(bits)) / 2147483648.0f;
      }
      default:
        return type_ == kFloat ? std::bit_cast<float>(LittleEndian32(at))
                               : static_cast<float>(static_cast<std::int32_t>(LittleEndian32(at))) /
                                     2147483648.0f;
    }
  }

  void ReadData(std::uint32_t length) {
    if (channels_ == 0) Fail("found the chunk \"data\", expected \"fmt \" before it");
    const std::size_t frame_bytes = channels_ * std::size_t{bits_} / 8;
    const auto most =
        static_cast<std::size_t>(std::ceil(max_seconds_ * static_cast<double>(sound_.sample_rate)));
    std::vector<std::uint8_t> frame(frame_bytes);
    const std::size_t expected = length / frame_bytes;
    while (sound_.samples.size() < std::min(expected, most)) {
      const std::size_t count = Take(frame);
      if (count == 0 && length == kUnknownLength) break;
      if (count < frame_bytes) {
        Fail("found the end of the file after {} samples, expected {}", sound_.samples.size(),
             expected);
      }
      float sum = 0;
      for (std::size_t c = 0; c < channels_; ++c) sum += Value(&frame[c * bits_ / 8]);
      if (!std::isfinite(sum)) {
        Fail("sample {}: found a value that is not finite", sound_.samples.size());
      }
      sound_.samples.push_back(sum / static_cast<float>(channels_));
    }
    if (sound_.samples.empty()) Fail("found no sample, expected at least 1");
  }

  ByteSource& source_;
  double max_seconds_;
  std::size_t offset_ = 0;
  std::uint16_t type_ = 0;
  std::uint16_t channels_ = 0;
  std::uint16_t bits_ = 0;
  Sound sound_;
};

}  // namespace

Sound ParseWav(ByteSource& source, double max_seconds) {
  return WavParser(source, max_seconds).Parse();
}

}  // namespace netsmith::data
