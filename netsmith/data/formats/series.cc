#include "netsmith/data/formats/series.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "netsmith/data/formats/memory_guard.h"

namespace netsmith::data {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

/// One channel of one record, at `length` positions.
std::vector<float> Fit(std::vector<float> values, std::int64_t length, bool resample) {
  Interpolate(values);
  if (resample && std::ssize(values) != length) return Resample(values, length);
  values.resize(static_cast<std::size_t>(length), kUnknown);
  return values;
}

}  // namespace

void Interpolate(std::vector<float>& values) {
  const auto is_known = [](float value) { return !std::isnan(value); };
  auto known = std::find_if(values.begin(), values.end(), is_known);
  if (known == values.end()) return;
  std::fill(values.begin(), known, *known);
  while (true) {
    const auto next = std::find_if(known + 1, values.end(), is_known);
    if (next == values.end()) break;
    const float step = (*next - *known) / static_cast<float>(next - known);
    for (auto missing = known + 1; missing < next; ++missing) {
      *missing = *known + step * static_cast<float>(missing - known);
    }
    known = next;
  }
  std::fill(known + 1, values.end(), *known);
}

void Interpolate(std::int64_t channels, std::span<float> sample) {
  const auto step = static_cast<std::size_t>(channels);
  std::vector<float> values;
  for (std::size_t c = 0; c < step; ++c) {
    values.clear();
    for (std::size_t i = c; i < sample.size(); i += step) values.push_back(sample[i]);
    Interpolate(values);
    for (std::size_t i = c; i < sample.size(); i += step) sample[i] = values[i / step];
  }
}

std::vector<float> Resample(const std::vector<float>& values, std::int64_t length) {
  if (values.empty()) return std::vector<float>(static_cast<std::size_t>(length), kUnknown);
  std::vector<float> out(static_cast<std::size_t>(length));
  const double step =
      length > 1 ? static_cast<double>(values.size() - 1) / static_cast<double>(length - 1) : 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double place = static_cast<double>(i) * step;
    const std::size_t left = std::min(static_cast<std::size_t>(place), values.size() - 1);
    const std::size_t right = std::min(left + 1, values.size() - 1);
    const auto part = static_cast<float>(place - static_cast<double>(left));
    out[i] = values[left] + part * (values[right] - values[left]);
  }
  return out;
}

std::int64_t LongestSeries(const SeriesSet& set) {
  std::size_t longest = 0;
  for (const Channels& record : set.records) {
    for (const auto& channel : record) longest = std::max(longest, channel.size());
  }
  return static_cast<std::int64_t>(longest);
}

std::int64_t CountMissing(const std::vector<float>& values) {
  return std::ranges::count_if(values, [](float value) { return std::isnan(value); });
}

std::int64_t CountMissing(const SeriesSet& set) {
  std::int64_t count = 0;
  for (const Channels& record : set.records) {
    for (const auto& channel : record) count += CountMissing(channel);
  }
  return count;
}

Samples ToSamples(SeriesSet set, std::int64_t length, const std::string& lengths,
                  std::vector<std::string> class_names) {
  const std::size_t channels = set.records.empty() ? 1 : set.records.front().size();
  Samples samples{.shape = {.width = length, .channels = static_cast<std::int64_t>(channels)},
                  .values = {},
                  .labels = std::move(set.labels),
                  .class_names = std::move(class_names)};
  const std::size_t sample_size = static_cast<std::size_t>(length) * channels;
  MemoryGuard(set.name).Take(
      static_cast<std::int64_t>(sample_size * set.records.size() * sizeof(float)));
  samples.values.resize(sample_size * set.records.size());
  float* sample = samples.values.data();
  for (Channels& record : set.records) {
    for (std::size_t c = 0; c < channels; ++c) {
      const std::vector<float> values = Fit(std::move(record[c]), length, lengths == "resample");
      for (std::size_t i = 0; i < values.size(); ++i) sample[i * channels + c] = values[i];
    }
    record.clear();
    sample += sample_size;
  }
  return samples;
}

}  // namespace netsmith::data
