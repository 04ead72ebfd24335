#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "netsmith/data/float_dataset.h"

/// Series of any lengths, made samples of one shape.
namespace netsmith::data {

/// One record: its channels, each a value a position; NaN where a value is missing.
using Channels = std::vector<std::vector<float>>;

struct SeriesSet {
  std::string name;  // the file's path, for messages
  std::vector<Channels> records;
  std::vector<std::int32_t> labels;
};

/// Missing values become what lies on the line between their neighbours; at an end, the nearest
/// value. A channel without any value stays as it is.
void Interpolate(std::vector<float>& values);

/// The same within each channel of one sample, channels last.
void Interpolate(std::int64_t channels, std::span<float> sample);

/// `length` values: those of the piecewise linear curve through `values`, first and last kept.
std::vector<float> Resample(const std::vector<float>& values, std::int64_t length);

/// How many values are missing.
std::int64_t CountMissing(const std::vector<float>& values);
std::int64_t CountMissing(const SeriesSet& set);

std::int64_t LongestSeries(const SeriesSet& set);

/// Height 1, `length` positions, a channel each. Missing values are interpolated first. `lengths`
/// "pad": what is shorter ends in NaN, which Scaled makes the channel's mean, and what is longer is
/// cut; "resample": all are stretched. Errors   DataError: does not fit into memory.
Samples ToSamples(SeriesSet set, std::int64_t length, const std::string& lengths,
                  std::vector<std::string> class_names);

}  // namespace netsmith::data
