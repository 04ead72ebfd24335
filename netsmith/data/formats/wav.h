#pragma once

#include <cstdint>
#include <vector>

#include "netsmith/data/formats/byte_source.h"

namespace netsmith::data {

struct Sound {
  std::int64_t sample_rate = 0;  // a second
  std::vector<float> samples;    // in [-1, 1]; the mean of all channels
};

/// A RIFF WAVE file of PCM with 8, 16, 24 or 32 bits, or of floats with 32 bits. No more than the
/// first `max_seconds` are kept. A data chunk without a length, as streams have it, ends with the
/// file.
/// Errors   DataError, one line: file, offset, found, expected.
Sound ParseWav(ByteSource& source, double max_seconds = 3600);

}  // namespace netsmith::data
