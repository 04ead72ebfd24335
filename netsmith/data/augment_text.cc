#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <system_error>

#include "netsmith/base/error.h"
#include "netsmith/data/augment.h"

namespace netsmith::data {
namespace {

struct Kind {
  std::string_view name;
  bool of_images;
  double usual;
  double highest;
  bool in_preset;
};

constexpr std::array kKinds = {
    Kind{"shift", true, 0.1, 1, true},   Kind{"rotate", true, 10, 180, true},
    Kind{"zoom", true, 0.1, 0.9, true},  Kind{"flip", true, 0.5, 1, false},
    Kind{"cutout", true, 0.25, 1, true}, Kind{"jitter", false, 0.05, 10, true},
    Kind{"gain", false, 0.1, 1, true},   Kind{"time-shift", false, 0.1, 1, true},
    Kind{"crop", false, 0.1, 0.9, true},
};

/// Where in the text, and what was found there.
[[noreturn]] void Fail(std::size_t column, std::string_view found, const std::string& expected) {
  constexpr std::size_t kMaxQuote = 60;
  std::string quote;
  for (const char c : found.substr(0, kMaxQuote)) quote += c >= ' ' && c <= '~' ? c : '?';
  throw base::InvalidArgument(
      fmt::format("augment, column {}: found '{}', expected {}", column + 1, quote, expected));
}

std::string KnownNames() {
  std::string names = "none, auto, image, signal";
  for (const Kind& kind : kKinds) names += fmt::format(", {}", kind.name);
  return names;
}

void Put(const Kind& kind, double strength, std::vector<AugmentStep>& steps) {
  const auto place = std::ranges::find(steps, kind.name, &AugmentStep::name);
  if (place != steps.end()) {
    place->strength = strength;
  } else {
    steps.push_back({.name = std::string(kind.name), .strength = strength});
  }
}

void PutPreset(bool of_images, std::vector<AugmentStep>& steps) {
  for (const Kind& kind : kKinds) {
    if (kind.in_preset && kind.of_images == of_images) Put(kind, kind.usual, steps);
  }
}

double ParseStrength(const Kind& kind, std::string_view text, std::size_t column) {
  double strength = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, strength);
  if (error != std::errc() || stop != end || !(strength >= 0 && strength <= kind.highest)) {
    Fail(column, text, fmt::format("a number from 0 to {} for {}", kind.highest, kind.name));
  }
  return strength;
}

/// `is_image` null: unknown, so everything is accepted.
void ParseItem(std::string_view item, std::size_t column, const bool* is_image,
               std::vector<AugmentStep>& steps) {
  const auto reject_other_shape = [&](bool of_images) {
    if (is_image == nullptr || *is_image == of_images) return;
    Fail(column, item,
         of_images ? "a step for signals: the samples have a height of 1"
                   : "a step for images: the samples have a height above 1");
  };
  if (item == "none") return steps.clear();
  if (item == "auto") return PutPreset(is_image == nullptr || *is_image, steps);
  if (item == "image" || item == "signal") {
    reject_other_shape(item == "image");
    return PutPreset(item == "image", steps);
  }
  const std::size_t colon = item.find(':');
  const auto kind = std::ranges::find(kKinds, item.substr(0, colon), &Kind::name);
  if (kind == kKinds.end()) Fail(column, item, fmt::format("one of {}", KnownNames()));
  reject_other_shape(kind->of_images);
  Put(*kind,
      colon == std::string_view::npos
          ? kind->usual
          : ParseStrength(*kind, item.substr(colon + 1), column + colon + 1),
      steps);
}

std::vector<AugmentStep> Parse(std::string_view text, const bool* is_image) {
  std::vector<AugmentStep> steps;
  for (std::size_t start = 0;;) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    ParseItem(text.substr(start, comma - start), start, is_image, steps);
    if (comma == text.size()) return steps;
    start = comma + 1;
  }
}

}  // namespace

std::vector<AugmentStep> ParseAugment(const std::string& text, tensor::SampleShape shape,
                                      double strength) {
  if (!(strength >= 0)) {
    throw base::InvalidArgument(
        fmt::format("augment strength is {}, expected a number of at least 0", strength));
  }
  const bool is_image = shape.height > 1;
  std::vector<AugmentStep> steps = Parse(text, &is_image);
  for (AugmentStep& step : steps) {
    const auto kind = std::ranges::find(kKinds, step.name, &Kind::name);
    step.strength = std::min(step.strength * strength, kind->highest);
  }
  std::erase_if(steps, [](const AugmentStep& step) { return step.strength == 0; });
  return steps;
}

void CheckAugment(const std::string& text) { Parse(text, nullptr); }

}  // namespace netsmith::data
