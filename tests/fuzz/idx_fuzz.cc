// Whatever the bytes, the idx parser either returns an array that fits its header or throws
// DataError. The first byte chooses the number of dimensions that is asked for.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <span>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/byte_source.h"
#include "netsmith/data/formats/idx.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const int num_dims = data[0] % 2 == 0 ? 1 : 3;
  const auto source = netsmith::data::OpenBytes("fuzz", std::span(data, size).subspan(1));
  try {
    const auto array = netsmith::data::ParseIdx(*source, num_dims);
    const auto expected =
        std::accumulate(array.dims.begin(), array.dims.end(), std::int64_t{1}, std::multiplies<>());
    if (static_cast<std::int64_t>(array.values.size()) != expected) std::abort();
  } catch (const netsmith::base::DataError&) {
  }
  return 0;
}
