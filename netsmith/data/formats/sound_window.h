#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "netsmith/data/formats/log_mel.h"
#include "netsmith/data/reading.h"

namespace netsmith::data {

/// Makes a sound a sample of SoundShape(reading): the middle that counts, a shorter sound centred
/// in silence, as it is or as a spectrogram (log_mel.h).
class SoundWindow {
 public:
  explicit SoundWindow(const Reading& reading);

  std::vector<float> Apply(const std::vector<float>& sound) const;

 private:
  std::int64_t length_;
  std::optional<LogMel> mel_;
};

}  // namespace netsmith::data
