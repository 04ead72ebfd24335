// Whatever the bytes, the npy parser either returns an array whose every element can be read, or
// throws DataError.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netsmith::data;
  try {
    const NpyArray array = ParseNpy(*OpenBytes("fuzz", std::span(data, size)));
    if (static_cast<std::int64_t>(array.bytes.size()) != array.size() * array.item_bytes) {
      std::abort();
    }
    for (std::int64_t i = 0; i < std::min<std::int64_t>(array.size(), 64); ++i) {
      static_cast<void>(array.Text(i));
      if (!array.IsText()) static_cast<void>(array.Number(i));
    }
  } catch (const netsmith::base::DataError&) {
  }
  return 0;
}
