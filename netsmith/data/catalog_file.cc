#include "netsmith/data/catalog_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/cache.h"
#include "netsmith/data/formats/byte_source.h"
#include "netsmith/data/formats/idx.h"
#include "netsmith/data/sha256.h"

namespace netsmith::data {
namespace {

using Consumer = std::function<void(std::span<const std::uint8_t>)>;

/// SHA-256 of the first `max_bytes` bytes, each piece given to `consume` as well.
std::string HashContent(ByteSource& source, std::int64_t max_bytes, const Consumer& consume) {
  std::vector<std::uint8_t> buffer(1 << 18);
  Sha256 hash;
  std::size_t count = buffer.size();
  for (std::int64_t rest = max_bytes; rest > 0 && count == buffer.size();
       rest -= static_cast<std::int64_t>(count)) {
    buffer.resize(std::min(buffer.size(), static_cast<std::size_t>(rest)));
    count = source.Read(buffer);
    const auto piece = std::span(buffer).first(count);
    hash.Update(piece);
    consume(piece);
  }
  return hash.Finish();
}

/// Says why a file is not what it should be, as near to the cause as its format allows.
[[noreturn]] void Explain(const std::filesystem::path& path, const CatalogFile& file,
                          const std::string& sha256) {
  const int num_dims = static_cast<int>(file.dims.size());
  const auto dims = ParseIdxHeader(*OpenFile(path), num_dims);
  if (dims != file.dims) {
    throw base::DataError(fmt::format("{}: offset 4: found dimensions {}, expected {}",
                                      path.string(), DimsText(dims), DimsText(file.dims)));
  }
  ReadIdx(path, num_dims);  // throws when too short or too long
  throw base::DataError(
      fmt::format("{}: found SHA-256 {}, expected {}", path.string(), sha256, file.sha256));
}

void CheckContent(const std::filesystem::path& path, const CatalogFile& file,
                  const Consumer& consume) {
  const auto source = OpenFile(path);
  const std::string sha256 = HashContent(*source, file.num_bytes() + 1, consume);
  if (sha256 != file.sha256) Explain(path, file, sha256);
}

}  // namespace

void CheckFile(const std::filesystem::path& path, const CatalogFile& file) {
  CheckContent(path, file, [](std::span<const std::uint8_t>) {});
}

void InstallFile(const std::filesystem::path& path, const CatalogFile& file,
                 const std::filesystem::path& folder) {
  AtomicFile target(folder / file.name);
  CheckContent(path, file, [&](std::span<const std::uint8_t> piece) { target.Write(piece); });
  target.Commit();
}

}  // namespace netsmith::data
