#include "netsmith/data/formats/sound_window.h"

#include <algorithm>
#include <cstddef>

namespace netsmith::data {

SoundWindow::SoundWindow(const Reading& reading) : length_(WindowLength(reading)) {
  if (reading.log_mel > 0) mel_.emplace(reading.sample_rate, reading.log_mel);
}

std::vector<float> SoundWindow::Apply(const std::vector<float>& sound) const {
  std::vector<float> window(static_cast<std::size_t>(length_));
  const std::int64_t size = std::ssize(sound);
  const std::int64_t count = std::min(size, length_);
  std::copy_n(sound.begin() + (size - count) / 2, count, window.begin() + (length_ - count) / 2);
  return mel_ ? mel_->Apply(window) : window;
}

}  // namespace netsmith::data
