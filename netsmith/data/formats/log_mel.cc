#include "netsmith/data/formats/log_mel.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <unsupported/Eigen/FFT>

namespace netsmith::data {
namespace {

double Mel(double hertz) { return 2595 * std::log10(1 + hertz / 700); }
double Hertz(double mel) { return 700 * (std::pow(10, mel / 2595) - 1); }

std::vector<std::vector<float>> Triangles(std::int64_t sample_rate, std::int64_t fft, int bands) {
  const double half = static_cast<double>(sample_rate) / 2;
  const double lowest = Mel(std::min(20.0, half / 2));
  const double step = (Mel(half) - lowest) / (bands + 1);
  std::vector<std::vector<float>> weights;
  for (int band = 0; band < bands; ++band) {
    const double left = Hertz(lowest + band * step);
    const double middle = Hertz(lowest + (band + 1) * step);
    const double right = Hertz(lowest + (band + 2) * step);
    std::vector<float> triangle;
    for (std::int64_t bin = 0; bin <= fft / 2; ++bin) {
      const double hertz =
          static_cast<double>(bin) * static_cast<double>(sample_rate) / static_cast<double>(fft);
      const double height =
          std::min((hertz - left) / (middle - left), (right - hertz) / (right - middle));
      triangle.push_back(static_cast<float>(std::max(0.0, height)));
    }
    weights.push_back(std::move(triangle));
  }
  return weights;
}

}  // namespace

LogMel::LogMel(std::int64_t sample_rate, int bands)
    : sample_rate_(sample_rate),
      frame_(FrameOf(sample_rate)),
      step_(StepOf(sample_rate)),
      fft_(static_cast<std::int64_t>(std::bit_ceil(
          static_cast<std::uint64_t>(std::max<std::int64_t>(frame_, 4 * std::int64_t{bands}))))),
      bands_(bands) {
  for (std::int64_t i = 0; i < frame_; ++i) {
    const double turn = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(frame_);
    window_.push_back(static_cast<float>(0.5 - 0.5 * std::cos(turn)));
  }
  weights_ = Triangles(sample_rate, fft_, bands_);
}

std::vector<float> LogMel::Apply(std::span<const float> samples) const {
  const std::int64_t frames = FramesOf(sample_rate_, std::ssize(samples));
  std::vector<float> result(static_cast<std::size_t>(bands_ * frames));
  Eigen::FFT<float> fft;
  std::vector<float> windowed(static_cast<std::size_t>(fft_));
  std::vector<std::complex<float>> spectrum;
  for (std::int64_t t = 0; t < frames; ++t) {
    std::fill(windowed.begin(), windowed.end(), 0.0f);
    for (std::int64_t i = 0; i < frame_ && t * step_ + i < std::ssize(samples); ++i) {
      windowed[static_cast<std::size_t>(i)] =
          samples[static_cast<std::size_t>(t * step_ + i)] * window_[static_cast<std::size_t>(i)];
    }
    fft.fwd(spectrum, windowed);
    for (int band = 0; band < bands_; ++band) {
      const std::vector<float>& weights = weights_[static_cast<std::size_t>(band)];
      float energy = 0;
      for (std::size_t bin = 0; bin < weights.size(); ++bin) {
        if (weights[bin] > 0) energy += weights[bin] * std::norm(spectrum[bin]);
      }
      result[static_cast<std::size_t>(band * frames + t)] = std::log(energy + 1e-6f);
    }
  }
  return result;
}

}  // namespace netsmith::data
