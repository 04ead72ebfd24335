#include "netsmith/data/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace netsmith::data {
namespace {

constexpr std::int64_t kMaxSide = 64;
constexpr std::int64_t kCurveRows = 12;

std::pair<float, float> RangeOf(std::span<const float> values) {
  const auto [lowest, highest] = std::ranges::minmax_element(values);
  return {*lowest, *highest > *lowest ? *highest : *lowest + 1};
}

std::int64_t Fit(std::int64_t size, std::int64_t most) { return std::min(size, most); }

/// One value of an image that is `rows` x `columns` in the drawing.
class Pixels {
 public:
  Pixels(tensor::SampleShape shape, std::span<const float> sample, std::int64_t rows,
         std::int64_t columns)
      : shape_(shape), sample_(sample), rows_(rows), columns_(columns) {}

  float At(std::int64_t row, std::int64_t column, std::int64_t channel) const {
    const std::int64_t y = row * shape_.height / rows_;
    const std::int64_t x = column * shape_.width / columns_;
    return sample_[static_cast<std::size_t>((y * shape_.width + x) * shape_.channels + channel)];
  }
  /// The mean of all channels.
  float Brightness(std::int64_t row, std::int64_t column) const {
    float sum = 0;
    for (std::int64_t c = 0; c < shape_.channels; ++c) sum += At(row, column, c);
    return sum / static_cast<float>(shape_.channels);
  }

 private:
  tensor::SampleShape shape_;
  std::span<const float> sample_;
  std::int64_t rows_;
  std::int64_t columns_;
};

std::string AsciiImage(tensor::SampleShape shape, std::span<const float> sample) {
  constexpr std::string_view kShades = " .:-=+*#%@";
  const std::int64_t columns = Fit(shape.width, kMaxSide);
  // A character is about twice as high as wide.
  const std::int64_t rows =
      std::max<std::int64_t>(1, Fit(shape.height, kMaxSide) * columns / shape.width / 2);
  const auto [lowest, highest] = RangeOf(sample);
  const Pixels pixels(shape, sample, rows, columns);
  std::string text;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      const float part = (pixels.Brightness(row, column) - lowest) / (highest - lowest);
      const float darkest = static_cast<float>(kShades.size() - 1);
      text +=
          kShades[static_cast<std::size_t>(std::lround(std::clamp(part, 0.0f, 1.0f) * darkest))];
    }
    text += '\n';
  }
  return text;
}

/// A column has all rows between the lowest and the highest of the values that fall into it.
std::string AsciiCurve(tensor::SampleShape shape, std::span<const float> sample) {
  std::vector<float> curve;
  for (std::int64_t x = 0; x < shape.width; ++x) {
    curve.push_back(sample[static_cast<std::size_t>(x * shape.channels)]);
  }
  const auto [lowest, highest] = RangeOf(curve);
  const auto row_of = [low = lowest, high = highest](float value) {
    const float part = (high - value) / (high - low);
    return std::lround(part * static_cast<float>(kCurveRows - 1));
  };
  const std::int64_t columns = Fit(shape.width, kMaxSide);
  std::vector<std::string> rows(static_cast<std::size_t>(kCurveRows),
                                std::string(static_cast<std::size_t>(columns), ' '));
  for (std::int64_t column = 0; column < columns; ++column) {
    const auto begin = curve.begin() + column * shape.width / columns;
    const auto end = curve.begin() + (column + 1) * shape.width / columns;
    const auto [low, high] = std::minmax_element(begin, end);
    for (std::int64_t row = row_of(*high); row <= row_of(*low); ++row) {
      rows[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)] = '*';
    }
  }
  std::string text;
  for (const std::string& row : rows) text += row + '\n';
  return text;
}

std::uint8_t Byte(float part) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(part, 0.0f, 1.0f) * 255.0f));
}

std::string SvgImage(tensor::SampleShape shape, std::span<const float> sample) {
  const std::int64_t columns = Fit(shape.width, kMaxSide);
  const std::int64_t rows = Fit(shape.height, kMaxSide);
  const auto [lowest, highest] = RangeOf(sample);
  const bool colour = shape.channels == 3;
  const Pixels pixels(shape, sample, rows, columns);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{2}\" "
      "height=\"{3}\" shape-rendering=\"crispEdges\">\n",
      columns, rows, 4 * columns, 4 * rows);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      std::array<std::uint8_t, 3> rgb{};
      for (std::size_t c = 0; c < 3; ++c) {
        rgb[c] = colour ? Byte(pixels.At(row, column, static_cast<std::int64_t>(c)))
                        : Byte((pixels.Brightness(row, column) - lowest) / (highest - lowest));
      }
      fmt::format_to(std::back_inserter(svg),
                     "<rect x=\"{}\" y=\"{}\" width=\"1\" height=\"1\" "
                     "fill=\"#{:02x}{:02x}{:02x}\"/>\n",
                     column, row, rgb[0], rgb[1], rgb[2]);
    }
  }
  return svg + "</svg>\n";
}

std::string SvgCurves(tensor::SampleShape shape, std::span<const float> sample) {
  constexpr std::array kColours = {"#0072b2", "#d55e00", "#009e73",
                                   "#cc79a7", "#e69f00", "#56b4e9"};
  constexpr float kWidth = 400;
  constexpr float kHeight = 120;
  const auto [lowest, highest] = RangeOf(sample);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-4 -4 {0} {1}\" width=\"{0}\" "
      "height=\"{1}\">\n",
      kWidth + 8, kHeight + 8);
  const auto width = static_cast<float>(std::max<std::int64_t>(shape.width - 1, 1));
  for (std::int64_t c = 0; c < shape.channels; ++c) {
    svg += fmt::format("<polyline fill=\"none\" stroke=\"{}\" points=\"",
                       kColours[static_cast<std::size_t>(c) % kColours.size()]);
    for (std::int64_t x = 0; x < shape.width; ++x) {
      const float value = sample[static_cast<std::size_t>(x * shape.channels + c)];
      fmt::format_to(std::back_inserter(svg), "{:.1f},{:.1f} ",
                     kWidth * static_cast<float>(x) / width,
                     kHeight * (highest - value) / (highest - lowest));
    }
    svg += "\"/>\n";
  }
  return svg + "</svg>\n";
}

}  // namespace

std::string AsciiPicture(tensor::SampleShape shape, std::span<const float> sample) {
  return shape.height == 1 ? AsciiCurve(shape, sample) : AsciiImage(shape, sample);
}

std::string SvgPicture(tensor::SampleShape shape, std::span<const float> sample) {
  return shape.height == 1 ? SvgCurves(shape, sample) : SvgImage(shape, sample);
}

}  // namespace netsmith::data
