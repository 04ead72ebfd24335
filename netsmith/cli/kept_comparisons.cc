#include "netsmith/cli/kept_comparisons.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "netsmith/base/json_depth.h"
#include "netsmith/base/log.h"

namespace netsmith::cli {
namespace {

std::string EarlierComparisonKey(int number) {
  return fmt::format("{}.{}", kComparisonKey, number);
}

/// The comparison's figures; an object without networks for another text. A network that was
/// trained again for its weights took another time, which is no figure.
nlohmann::json FiguresOf(const std::string& comparison) {
  nlohmann::json figures = nlohmann::json::object();
  if (base::JsonDepth(comparison) > base::kMaxJsonDepth) return figures;
  const auto json = nlohmann::json::parse(comparison, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("networks")) return figures;
  figures = json;
  for (auto& network : figures["networks"]) {
    if (network.is_object()) network.erase("seconds");
  }
  return figures;
}

/// True when `later` has every network of `earlier`, with the same figures, and the same of random
/// search.
bool IsPartOf(const std::string& earlier, const std::string& later) {
  const nlohmann::json before = FiguresOf(earlier), after = FiguresOf(later);
  if (!before.contains("networks")) return false;
  if (before.contains("random") && before["random"] != after.value("random", nlohmann::json())) {
    return false;
  }
  return std::ranges::all_of(before["networks"], [&](const auto& network) {
    return std::ranges::find(after["networks"], network) != after["networks"].end();
  });
}

}  // namespace

void KeepComparison(study::Store& store, const std::string& study, const std::string& comparison) {
  const auto earlier = store.FindAttribute(study, kComparisonKey);
  if (earlier && !IsPartOf(*earlier, comparison)) {
    int number = 1;
    auto kept = store.FindAttribute(study, EarlierComparisonKey(number));
    while (kept && FiguresOf(*kept) != FiguresOf(*earlier)) {
      kept = store.FindAttribute(study, EarlierComparisonKey(++number));
    }
    if (!kept) {
      store.SetAttribute(study, EarlierComparisonKey(number), *earlier);
      base::LogInfo(fmt::format(
          "study {}: its comparison of before is kept as {}; `netsmith show` has what it found",
          study, EarlierComparisonKey(number)));
    }
  }
  store.SetAttribute(study, kComparisonKey, comparison);
}

std::vector<std::string> EarlierComparisons(study::Store& store, const std::string& study) {
  const auto last = store.FindAttribute(study, kComparisonKey);
  std::vector<std::string> earlier;
  for (int number = 1;; ++number) {
    auto kept = store.FindAttribute(study, EarlierComparisonKey(number));
    if (!kept) return earlier;
    if (!last || FiguresOf(*kept) != FiguresOf(*last)) earlier.push_back(*std::move(kept));
  }
}

}  // namespace netsmith::cli
