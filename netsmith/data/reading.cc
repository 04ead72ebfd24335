#include "netsmith/data/reading.h"

#include <algorithm>
#include <cmath>

#include "netsmith/data/formats/log_mel.h"

namespace netsmith::data {

std::int64_t WindowLength(const Reading& reading) {
  const double values = reading.window_seconds * static_cast<double>(reading.sample_rate);
  return std::max<std::int64_t>(std::llround(values), 1);
}

tensor::SampleShape SoundShape(const Reading& reading) {
  const std::int64_t length = WindowLength(reading);
  if (reading.log_mel == 0) return {.width = length};
  return {.height = reading.log_mel, .width = LogMel::FramesOf(reading.sample_rate, length)};
}

}  // namespace netsmith::data
