// Whatever the bytes, a picture is either decoded to the size that is asked for, or refused with
// DataError.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/image.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netsmith::data;
  const std::span bytes(data, size);
  const int channels = size % 2 == 0 ? 1 : 3;
  try {
    const ImageInfo info = ParseImageInfo("fuzz", bytes);
    if (info.height * info.width > (1 << 20)) return 0;  // slow, and nothing new
    const auto pixels = DecodeImage("fuzz", bytes, 8, 9, channels);
    if (pixels.size() != static_cast<std::size_t>(8 * 9 * channels)) std::abort();
  } catch (const netsmith::base::DataError&) {
  }
  return 0;
}
