#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/idx_files.h"

/// Small files of the formats that data sets come in, as bytes, for tests.
namespace netsmith::testing {

/// A PNG or JPEG picture; `channels` 1, 3 or 4; pixel values (x + y + c) * step modulo 256.
Bytes PngBytes(int height, int width, int channels, int step = 16);
Bytes JpegBytes(int height, int width, int channels, int step = 4);

/// A PNG picture of these pixels, channels last; 2 and 4 channels end in the opacity.
Bytes PngBytesOf(int height, int width, int channels, const Bytes& pixels);
/// A PNG file of these chunks, by type and content; that of IDAT is still to be compressed.
Bytes PngBytes(const std::vector<std::pair<std::string, Bytes>>& chunks);

/// An .npy file of version 1: `type` as "<f4", `values` as they lie in the file.
Bytes NpyBytes(const std::string& type, const std::string& shape, const Bytes& values,
               bool fortran = false);
Bytes FloatBytes(const std::vector<float>& values);

/// A zip archive of members, each stored or deflated.
Bytes ZipBytes(const std::vector<std::pair<std::string, Bytes>>& members, bool deflated);

/// A WAV file of 16-bit samples.
Bytes WavBytes(int sample_rate, int channels, const std::vector<std::int16_t>& samples);

}  // namespace netsmith::testing
