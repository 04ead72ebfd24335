// Whatever the bytes, a zip archive's members are either read as long as its list says, or refused
// with DataError.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/zip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netsmith::data;
  const std::span bytes(data, size);
  const ReadAt read = [bytes](std::uint64_t at, std::span<std::uint8_t> dst) {
    const std::size_t from = std::min<std::uint64_t>(at, bytes.size());
    const std::size_t count = std::min(dst.size(), bytes.size() - from);
    std::copy_n(bytes.data() + from, count, dst.data());
    return count;
  };
  try {
    const ZipArchive archive("fuzz", size, read);
    for (const ZipArchive::Member& member : archive.members()) {
      const auto source = archive.OpenMember(member);
      std::vector<std::uint8_t> part(4096);
      std::uint64_t total = 0;
      while (const std::size_t count = source->Read(part)) {
        total += count;
        if (total > (1U << 22)) break;  // deflate packs a lot into little
      }
      if (total > member.bytes) std::abort();
    }
  } catch (const netsmith::base::DataError&) {
  }
  return 0;
}
