#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netsmith/tensor/tensor.h"

namespace netsmith::data {

/// How the files of a data set became samples, as far as a sample's shape does not say it: what it
/// takes to read another file, to be predicted, in the same way.
struct Reading {
  std::string lengths = "pad";            // of series: pad or resample
  std::int64_t sample_rate = 0;           // of sounds; 0: there are none
  double window_seconds = 0;              // likewise
  int log_mel = 0;                        // likewise: bands; 0: the waveform
  std::vector<std::string> columns = {};  // of a table with a header: those that are no values
  std::vector<std::string> values = {};   // likewise: quantities that it names, in their order
  bool operator==(const Reading&) const = default;
};

/// Values of a sound that count, at least 1.
std::int64_t WindowLength(const Reading& reading);
/// What a sound becomes: its waveform, 1 x N x 1, or bands x frames x 1.
tensor::SampleShape SoundShape(const Reading& reading);

}  // namespace netsmith::data
