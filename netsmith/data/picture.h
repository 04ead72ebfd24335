#pragma once

#include <span>
#include <string>

#include "netsmith/tensor/tensor.h"

/// Samples, drawn: images by their brightness, signals as a curve a channel.
namespace netsmith::data {

/// Lines of at most 64 characters, each with its end; of a signal the first channel.
/// Shapes   sample [height][width][channels]
std::string AsciiPicture(tensor::SampleShape shape, std::span<const float> sample);

/// A whole SVG file. Images are drawn with at most 64 pixels a side, in colour where there are 3
/// channels in [0, 1].
std::string SvgPicture(tensor::SampleShape shape, std::span<const float> sample);

}  // namespace netsmith::data
