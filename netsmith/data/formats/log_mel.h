#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace netsmith::data {

/// Log-mel spectrogram of one sound.
///
///   frames of 25 ms every 10 ms, Hann window, power spectrum of the next power of 2 (at least as
///   many points as it takes for two per band), triangular bands equally wide in mel from 20 Hz to
///   half the sample rate, log(energy + 1e-6)
///
/// Shapes   result [bands][frames]; frames as FramesOf
/// Source   mel: O'Shaughnessy 1987, 2595 log10(1 + f/700), as in HTK
class LogMel {
 public:
  LogMel(std::int64_t sample_rate, int bands);

  /// At least 1: a shorter sound is one frame, filled up with silence.
  static std::int64_t FramesOf(std::int64_t sample_rate, std::int64_t num_samples) {
    const std::int64_t frame = FrameOf(sample_rate);
    return num_samples <= frame ? 1 : 1 + (num_samples - frame) / StepOf(sample_rate);
  }
  std::vector<float> Apply(std::span<const float> samples) const;

 private:
  static std::int64_t FrameOf(std::int64_t sample_rate) {
    return std::max<std::int64_t>(sample_rate / 40, 2);
  }
  static std::int64_t StepOf(std::int64_t sample_rate) {
    return std::max<std::int64_t>(sample_rate / 100, 1);
  }

  std::int64_t sample_rate_;
  std::int64_t frame_;  // samples
  std::int64_t step_;
  std::int64_t fft_;
  int bands_;
  std::vector<float> window_;
  std::vector<std::vector<float>> weights_;  // of each band, over the spectrum's bins
};

}  // namespace netsmith::data
