#include "netsmith/space/hyperparameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::space {
namespace {

struct Known {
  const char* name;
  std::optional<double> Hyperparameters::*member;
  double lowest;
  double highest;
  bool above_lowest;
};

constexpr std::array kKnown = {
    Known{"learning_rate", &Hyperparameters::learning_rate, 0, 10, true},
    Known{"weight_decay", &Hyperparameters::weight_decay, 0, 1, false},
    Known{"label_smoothing", &Hyperparameters::label_smoothing, 0, 1, false},
    Known{"augment_strength", &Hyperparameters::augment_strength, 0, 100, false},
};

const Known& Find(const std::string& name) {
  const auto known =
      std::ranges::find_if(kKnown, [&](const Known& each) { return name == each.name; });
  if (known != kKnown.end()) return *known;
  throw base::InvalidArgument(fmt::format("found the hyperparameter {}, known: {}", Quoted(name),
                                          fmt::join(HyperparameterNames(), ", ")));
}

}  // namespace

std::vector<std::string> HyperparameterNames() {
  std::vector<std::string> names;
  for (const Known& known : kKnown) names.emplace_back(known.name);
  return names;
}

void SetHyperparameter(Hyperparameters& hyperparameters, const std::string& name, double value) {
  const Known& known = Find(name);
  const bool fits = value >= known.lowest && value <= known.highest &&
                    !(known.above_lowest && value == known.lowest);
  if (!fits) {
    throw base::InvalidArgument(fmt::format("{} is {}, expected {} {} to {}", name, value,
                                            known.above_lowest ? "above" : "from", known.lowest,
                                            known.highest));
  }
  hyperparameters.*known.member = value;
}

std::string ToString(const Hyperparameters& hyperparameters) {
  std::string text;
  for (const Known& known : kKnown) {
    const std::optional<double>& value = hyperparameters.*known.member;
    if (value) text += fmt::format(" {}={}", known.name, *value);
  }
  return text;
}

train::Recipe WithDecided(train::Recipe recipe, const Hyperparameters& decided) {
  recipe.optimizer.weight_decay = decided.weight_decay.value_or(recipe.optimizer.weight_decay);
  recipe.label_smoothing = decided.label_smoothing.value_or(recipe.label_smoothing);
  recipe.augment_strength = decided.augment_strength.value_or(recipe.augment_strength);
  if (decided.augment_strength && recipe.augment == "none") recipe.augment = "auto";
  return recipe;
}

}  // namespace netsmith::space
