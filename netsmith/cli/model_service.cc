#include "netsmith/cli/model_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <mutex>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/json_depth.h"
#include "netsmith/model/file.h"

namespace netsmith::cli {
namespace {

using nlohmann::ordered_json;

std::vector<float> ParseValues(std::string_view request, std::size_t expected) {
  if (base::JsonDepth(request) > base::kMaxJsonDepth) {
    throw base::InvalidArgument("classify: found deeply nested JSON, expected an object");
  }
  const auto json = ordered_json::parse(request, nullptr, /*allow_exceptions=*/false);
  const auto values = json.is_object() ? json.find("values") : json.end();
  if (!json.is_object() || values == json.end() || !values->is_array() ||
      values->size() != expected) {
    throw base::InvalidArgument(
        fmt::format("classify: expected a JSON object whose \"values\" are {} numbers", expected));
  }
  std::vector<float> numbers;
  for (const auto& value : *values) {
    const double number = value.is_number() ? value.get<double>() : std::nan("");
    constexpr double kLargest = 1e6;
    if (!(std::abs(number) <= kLargest)) {
      throw base::InvalidArgument(
          fmt::format("classify: value {}: expected a number from -{} to {}", numbers.size(),
                      kLargest, kLargest));
    }
    numbers.push_back(static_cast<float>(number));
  }
  return numbers;
}

}  // namespace

ModelService::ModelService(const std::string& file)
    : model_(model::Load(file)), predictor_(model_) {}

std::string ModelService::Describe() const {
  const auto& sample = model_.preprocessing.sample;
  return ordered_json{
      {"sample", {sample.height, sample.width, sample.channels}},
      {"classes", model_.class_names},
      {"training", ordered_json::parse(model_.training_json, nullptr, /*allow_exceptions=*/false)}}
      .dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string ModelService::Classify(std::string_view request) {
  const auto values = ParseValues(request, static_cast<std::size_t>(predictor_.sample_size()));
  std::vector<float> probabilities(model_.class_names.size());
  {
    const std::scoped_lock lock(mutex_);
    predictor_.Predict(values, probabilities);
  }
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](std::size_t i) { return probabilities[i]; });
  ordered_json classes = ordered_json::array();
  for (const std::size_t i : order) {
    classes.push_back({{"name", model_.class_names[i]}, {"probability", probabilities[i]}});
  }
  return ordered_json{{"classes", classes}}.dump(-1, ' ', false,
                                                 ordered_json::error_handler_t::replace);
}

}  // namespace netsmith::cli
