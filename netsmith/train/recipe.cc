#include "netsmith/train/recipe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "netsmith/base/error.h"
#include "netsmith/data/augment.h"
#include "netsmith/data/class_balance.h"
#include "netsmith/engine/precision.h"
#include "netsmith/optim/schedule.h"

namespace netsmith::train {
namespace {

using base::InvalidArgument;

void RequireName(const char* what, const std::string& found,
                 const std::vector<std::string>& names) {
  if (std::ranges::find(names, found) != names.end()) return;
  throw InvalidArgument(
      fmt::format("{} is '{}', expected one of {}", what, found, fmt::join(names, ", ")));
}

void RequireNumber(const char* what, double found, double lowest, double highest) {
  if (found >= lowest && found <= highest) return;
  throw InvalidArgument(
      fmt::format("{} is {}, expected a number from {} to {}", what, found, lowest, highest));
}

}  // namespace

const std::vector<std::string>& RecipeNames() {
  static const std::vector<std::string> names = {"classic", "strong"};
  return names;
}

Recipe NamedRecipe(const std::string& name) {
  RequireName("recipe", name, RecipeNames());
  if (name == "classic") return {};
  return {.optimizer = {.name = "adamw", .weight_decay = 0.05},
          .schedule = "one-cycle",
          .ema = 0.998,
          .clip_norm = 5,
          .label_smoothing = 0.1,
          .augment = "auto"};
}

const std::vector<std::string>& ClassWeightNames() {
  static const std::vector<std::string> names = {"none", "balanced"};
  return names;
}

std::vector<float> ClassWeights(const std::string& name, const data::Problem& problem) {
  RequireName("class weights", name, ClassWeightNames());
  if (name == "none") return {};
  const std::vector<double> weights =
      data::BalancedClassWeights(data::ClassCounts(problem.development(), problem.train()));
  return {weights.begin(), weights.end()};
}

void CheckRecipe(const Recipe& recipe) {
  optim::CheckOptions(recipe.optimizer);
  RequireName("schedule", recipe.schedule, optim::ScheduleNames());
  RequireName("class weights", recipe.class_weights, ClassWeightNames());
  engine::NamedPrecision(recipe.precision);
  RequireNumber("warm-up epochs", recipe.warmup_epochs, 0, 100'000);
  RequireNumber("ema", recipe.ema, 0, 0.999999);
  RequireNumber("clip norm", recipe.clip_norm, 0, 1e30);
  RequireNumber("label smoothing", recipe.label_smoothing, 0, 1);
  RequireNumber("augment strength", recipe.augment_strength, 0, 100);
  data::CheckAugment(recipe.augment);
}

std::string Describe(const Recipe& recipe) {
  const Recipe classic;
  std::vector<std::string> parts;
  const auto add = [&](bool differs, const std::string& text) {
    if (differs) parts.push_back(text);
  };
  const auto add_number = [&](const char* name, double found, double usual) {
    add(found != usual, fmt::format("{} {}", name, found));
  };
  add(recipe.optimizer.name != classic.optimizer.name, recipe.optimizer.name);
  if (recipe.optimizer.name == "sgd") {
    parts.push_back(fmt::format("momentum {}", recipe.optimizer.momentum));
    add(recipe.optimizer.nesterov, "nesterov");
  }
  add_number("weight decay", recipe.optimizer.weight_decay, 0);
  add(recipe.schedule != classic.schedule, recipe.schedule);
  add_number("warm-up epochs", recipe.warmup_epochs, 0);
  add_number("ema", recipe.ema, 0);
  add_number("clip norm", recipe.clip_norm, 0);
  add_number("label smoothing", recipe.label_smoothing, 0);
  if (recipe.augment != "none") {
    parts.push_back("augment " + recipe.augment);
    add_number("augment strength", recipe.augment_strength, 1);
  }
  add(recipe.class_weights != "none", fmt::format("class weights {}", recipe.class_weights));
  add(recipe.precision != classic.precision, recipe.precision);
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace netsmith::train
