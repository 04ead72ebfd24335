#include "netsmith/model/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include "netsmith/base/error.h"
#include "netsmith/base/file.h"
#include "netsmith/model/format.h"

namespace netsmith::model {
namespace {

std::string ReadWhole(const std::filesystem::path& path) {
  constexpr std::uintmax_t kMaxBytes = std::uintmax_t{8} << 30;
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    throw base::DataError(path.string() + ": found no regular file, expected a model");
  }
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) {
    throw base::DataError(
        fmt::format("{}: cannot be read as a model: {}", path.string(), error.message()));
  }
  if (size > kMaxBytes) {
    throw base::DataError(fmt::format("{}: found {} bytes, expected a model of at most {}",
                                      path.string(), size, kMaxBytes));
  }
  std::ifstream file(path, std::ios::binary);
  std::string bytes(static_cast<std::size_t>(std::min<std::uintmax_t>(size, kMagic.size())), '\0');
  file.read(bytes.data(), std::ssize(bytes));
  if (bytes == kMagic) {  // nobody wants all of a large file that is something else
    bytes.resize(static_cast<std::size_t>(size));
    file.read(bytes.data() + kMagic.size(), std::ssize(bytes) - std::ssize(kMagic));
  }
  if (!file) throw base::DataError(path.string() + ": cannot be read as a model");
  return bytes;
}

}  // namespace

void Save(const Model& model, const std::filesystem::path& path) {
  base::WriteFile(path.string(), Encode(model));
}

Model Load(const std::filesystem::path& path) { return Decode(ReadWhole(path), path.string()); }

}  // namespace netsmith::model
