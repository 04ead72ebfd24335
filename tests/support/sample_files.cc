#include "tests/support/sample_files.h"

#include <zlib.h>

#include <bit>
#include <cstddef>
#include <stdexcept>

#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>

namespace netsmith::testing {
namespace {

void Append(Bytes& bytes, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void Append(Bytes& bytes, const std::string& text) {
  bytes.insert(bytes.end(), text.begin(), text.end());
}

void Append(Bytes& bytes, const Bytes& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

Bytes Pixels(int height, int width, int channels, int step) {
  Bytes pixels;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        pixels.push_back(static_cast<std::uint8_t>((x + y + c) * step));
      }
    }
  }
  return pixels;
}

void WriteTo(void* bytes, void* data, int size) {
  const auto* from = static_cast<const std::uint8_t*>(data);
  static_cast<Bytes*>(bytes)->insert(static_cast<Bytes*>(bytes)->end(), from, from + size);
}

void AppendBigEndian(Bytes& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

/// What a local header and an entry of the list have in common.
Bytes ZipFields(const std::string& name, const Bytes& content, const Bytes& packed, bool deflated) {
  Bytes bytes;
  Append(bytes, 20, 2);
  Append(bytes, 0, 2);
  Append(bytes, deflated ? 8 : 0, 2);
  Append(bytes, 0, 4);
  Append(bytes, static_cast<std::uint32_t>(crc32_z(0, content.data(), content.size())), 4);
  Append(bytes, static_cast<std::uint32_t>(packed.size()), 4);
  Append(bytes, static_cast<std::uint32_t>(content.size()), 4);
  Append(bytes, static_cast<std::uint32_t>(name.size()), 2);
  Append(bytes, 0, 2);
  return bytes;
}

}  // namespace

Bytes PngBytes(int height, int width, int channels, int step) {
  return PngBytesOf(height, width, channels, Pixels(height, width, channels, step));
}

Bytes PngBytesOf(int height, int width, int channels, const Bytes& pixels) {
  Bytes bytes;
  if (stbi_write_png_to_func(WriteTo, &bytes, width, height, channels, pixels.data(), 0) == 0) {
    throw std::runtime_error("cannot write PNG");
  }
  return bytes;
}

Bytes PngBytes(const std::vector<std::pair<std::string, Bytes>>& chunks) {
  Bytes bytes = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  for (const auto& [type, content] : chunks) {
    Bytes chunk(type.begin(), type.end());
    Append(chunk, type == "IDAT" ? Deflate(content, MAX_WBITS) : content);
    AppendBigEndian(bytes, static_cast<std::uint32_t>(chunk.size() - 4));
    Append(bytes, chunk);
    AppendBigEndian(bytes, static_cast<std::uint32_t>(crc32_z(0, chunk.data(), chunk.size())));
  }
  return bytes;
}

Bytes JpegBytes(int height, int width, int channels, int step) {
  Bytes bytes;
  const Bytes pixels = Pixels(height, width, channels, step);
  if (stbi_write_jpg_to_func(WriteTo, &bytes, width, height, channels, pixels.data(), 95) == 0) {
    throw std::runtime_error("cannot write JPEG");
  }
  return bytes;
}

Bytes NpyBytes(const std::string& type, const std::string& shape, const Bytes& values,
               bool fortran) {
  const std::string header = "{'descr': '" + type +
                             "', 'fortran_order': " + (fortran ? "True" : "False") +
                             ", 'shape': " + shape + ", }\n";
  Bytes bytes;
  Append(bytes, std::string("\x93NUMPY\x01\x00", 8));
  Append(bytes, static_cast<std::uint32_t>(header.size()), 2);
  Append(bytes, header);
  Append(bytes, values);
  return bytes;
}

Bytes FloatBytes(const std::vector<float>& values) {
  Bytes bytes;
  for (const float value : values) Append(bytes, std::bit_cast<std::uint32_t>(value), 4);
  return bytes;
}

Bytes ZipBytes(const std::vector<std::pair<std::string, Bytes>>& members, bool deflated) {
  Bytes bytes;
  Bytes list;
  for (const auto& [name, content] : members) {
    const Bytes packed = deflated ? Deflate(content, -MAX_WBITS) : content;
    const Bytes fields = ZipFields(name, content, packed, deflated);
    Append(list, 0x02014b50, 4);
    Append(list, 20, 2);
    Append(list, fields);
    Append(list, Bytes(10));  // comment, disk, attributes
    Append(list, static_cast<std::uint32_t>(bytes.size()), 4);
    Append(list, name);
    Append(bytes, 0x04034b50, 4);
    Append(bytes, fields);
    Append(bytes, name);
    Append(bytes, packed);
  }
  const auto begin = static_cast<std::uint32_t>(bytes.size());
  Append(bytes, list);
  Append(bytes, 0x06054b50, 4);
  Append(bytes, 0, 4);
  Append(bytes, static_cast<std::uint32_t>(members.size()), 2);
  Append(bytes, static_cast<std::uint32_t>(members.size()), 2);
  Append(bytes, static_cast<std::uint32_t>(list.size()), 4);
  Append(bytes, begin, 4);
  Append(bytes, 0, 2);
  return bytes;
}

Bytes WavBytes(int sample_rate, int channels, const std::vector<std::int16_t>& samples) {
  Bytes bytes;
  const auto data_bytes = static_cast<std::uint32_t>(2 * samples.size());
  Append(bytes, std::string("RIFF"));
  Append(bytes, 36 + data_bytes, 4);
  Append(bytes, std::string("WAVEfmt "));
  Append(bytes, 16, 4);
  Append(bytes, 1, 2);
  Append(bytes, static_cast<std::uint32_t>(channels), 2);
  Append(bytes, static_cast<std::uint32_t>(sample_rate), 4);
  Append(bytes, static_cast<std::uint32_t>(2 * channels * sample_rate), 4);
  Append(bytes, static_cast<std::uint32_t>(2 * channels), 2);
  Append(bytes, 16, 2);
  Append(bytes, std::string("data"));
  Append(bytes, data_bytes, 4);
  for (const std::int16_t sample : samples) {
    Append(bytes, static_cast<std::uint32_t>(static_cast<std::uint16_t>(sample)), 2);
  }
  return bytes;
}

}  // namespace netsmith::testing
