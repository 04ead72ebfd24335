#include "netsmith/data/formats/idx.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <span>
#include <utility>

#include "netsmith/base/error.h"

namespace netsmith::data {
namespace {

constexpr std::uint8_t kUnsignedByte = 0x08;

template <typename... Args>
[[noreturn]] void Fail(const ByteSource& source, std::int64_t offset,
                       fmt::format_string<Args...> message, Args&&... args) {
  throw base::DataError(fmt::format("{}: offset {}: {}", source.name(), offset,
                                    fmt::format(message, std::forward<Args>(args)...)));
}

std::string Role(int num_dims) {
  if (num_dims == 1) return "1 dimension (labels)";
  if (num_dims == 3) return "3 dimensions (images)";
  return fmt::format("{} dimensions", num_dims);
}

void CheckMagic(const ByteSource& source, std::span<const std::uint8_t> magic, int num_dims) {
  if (magic[0] != 0 || magic[1] != 0) {
    Fail(source, 0, "found magic number 0x{:02x}{:02x}{:02x}{:02x}, expected 0x0000{:02x}{:02x}",
         magic[0], magic[1], magic[2], magic[3], kUnsignedByte, num_dims);
  }
  if (magic[2] != kUnsignedByte) {
    Fail(source, 2, "found element type 0x{:02x}, expected 0x{:02x} (unsigned byte)", magic[2],
         kUnsignedByte);
  }
  if (magic[3] != num_dims) {
    Fail(source, 3, "found {}, expected {}", Role(magic[3]), Role(num_dims));
  }
}

void ReadHeaderBytes(ByteSource& source, std::int64_t offset, std::int64_t header_size,
                     std::span<std::uint8_t> dst) {
  const auto count = static_cast<std::int64_t>(source.Read(dst));
  if (count == std::ssize(dst)) return;
  if (offset + count == 0) Fail(source, 0, "found an empty file, expected an idx header");
  Fail(source, offset + count, "found the end of the file, expected a header of {} bytes",
       header_size);
}

void CheckNumValues(const ByteSource& source, const std::vector<std::int64_t>& dims) {
  std::int64_t num_values = 1;
  for (const std::int64_t dim : dims) {
    if (dim > kMaxIdxValues / num_values) {
      Fail(source, 4, "found dimensions {}, expected at most {} values", DimsText(dims),
           kMaxIdxValues);
    }
    num_values *= dim;
  }
}

std::vector<std::uint8_t> ReadValues(ByteSource& source, std::int64_t num_values) {
  constexpr std::int64_t kStep = 1 << 18;
  std::vector<std::uint8_t> values;
  for (std::int64_t begin = 0; begin < num_values; begin = std::ssize(values)) {
    const std::int64_t wanted = std::min(kStep, num_values - begin);
    values.resize(static_cast<std::size_t>(begin + wanted));
    const auto count = static_cast<std::int64_t>(
        source.Read(std::span(values).subspan(static_cast<std::size_t>(begin))));
    if (count < wanted) {
      values.resize(static_cast<std::size_t>(begin + count));
      break;
    }
  }
  return values;
}

}  // namespace

std::string DimsText(const std::vector<std::int64_t>& dims) {
  return fmt::format("{}", fmt::join(dims, "x"));
}

std::vector<std::int64_t> ParseIdxHeader(ByteSource& source, int num_dims) {
  const std::int64_t header_size = 4 + 4 * std::int64_t{num_dims};
  std::array<std::uint8_t, 4> word;
  ReadHeaderBytes(source, 0, header_size, word);
  CheckMagic(source, word, num_dims);
  std::vector<std::int64_t> dims;
  for (int i = 0; i < num_dims; ++i) {
    const std::int64_t offset = 4 + 4 * std::int64_t{i};
    ReadHeaderBytes(source, offset, header_size, word);
    dims.push_back(std::int64_t{word[0]} << 24 | word[1] << 16 | word[2] << 8 | word[3]);
    if (dims.back() == 0)
      Fail(source, offset, "found dimension {} of size 0, expected 1 or more", i);
  }
  CheckNumValues(source, dims);
  return dims;
}

IdxArray ParseIdx(ByteSource& source, int num_dims) {
  IdxArray array;
  array.dims = ParseIdxHeader(source, num_dims);
  const std::int64_t num_values =
      std::accumulate(array.dims.begin(), array.dims.end(), std::int64_t{1}, std::multiplies<>());
  array.values = ReadValues(source, num_values);
  const std::int64_t end = 4 + 4 * std::int64_t{num_dims} + std::ssize(array.values);
  if (std::ssize(array.values) < num_values) {
    Fail(source, end, "found the end of the file after {} values, expected {} ({})",
         array.values.size(), num_values, DimsText(array.dims));
  }
  std::array<std::uint8_t, 1> extra;
  if (source.Read(extra) != 0) {
    Fail(source, end, "found more bytes, expected the end of the file after {} values ({})",
         num_values, DimsText(array.dims));
  }
  return array;
}

IdxArray ReadIdx(const std::filesystem::path& path, int num_dims) {
  return ParseIdx(*OpenFile(path), num_dims);
}

}  // namespace netsmith::data
