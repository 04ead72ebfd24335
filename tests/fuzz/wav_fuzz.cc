// Whatever the bytes, a WAV file is either read with at least one finite sample, or refused with
// DataError.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/wav.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netsmith::data;
  try {
    const Sound sound = ParseWav(*OpenBytes("fuzz", std::span(data, size)));
    if (sound.samples.empty() || sound.sample_rate < 1) std::abort();
    for (const float sample : sound.samples) {
      if (!std::isfinite(sample)) std::abort();
    }
  } catch (const netsmith::base::DataError&) {
  }
  return 0;
}
