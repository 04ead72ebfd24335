#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "netsmith/data/formats/byte_source.h"

/// The idx format of MNIST (LeCun, Cortes & Burges), of unsigned bytes:
///
///   offset 0      0, 0, element type (0x08: unsigned byte), number of dimensions n
///   offset 4      n sizes, 32 bits each, most significant byte first
///   offset 4+4n   the values, last dimension fastest
namespace netsmith::data {

struct IdxArray {
  std::vector<std::int64_t> dims;    // each at least 1
  std::vector<std::uint8_t> values;  // as many as the product of the dimensions
};

/// Arrays beyond this are refused, whatever the header says.
inline constexpr std::int64_t kMaxIdxValues = std::int64_t{1} << 32;

/// Reads the header alone: the sizes of an array of `num_dims` dimensions.
std::vector<std::int64_t> ParseIdxHeader(ByteSource& source, int num_dims);

/// Reads an array of `num_dims` dimensions (3: images, 1: labels). Memory grows with the values
/// that are there, never beyond what the header declares. Errors   DataError, one line: file,
/// offset, found, expected.
IdxArray ParseIdx(ByteSource& source, int num_dims);

/// The same from a file, plain or gzip.
IdxArray ReadIdx(const std::filesystem::path& path, int num_dims);

/// "60000x28x28"
std::string DimsText(const std::vector<std::int64_t>& dims);

}  // namespace netsmith::data
