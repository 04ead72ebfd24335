#pragma once

#include <optional>
#include <string>
#include <vector>

#include "netsmith/train/recipe.h"

namespace netsmith::space {

/// What a genome decides about its network's training; what is not set is as the study's options
/// say.
struct Hyperparameters {
  std::optional<double> learning_rate = {};
  std::optional<double> weight_decay = {};
  std::optional<double> label_smoothing = {};
  std::optional<double> augment_strength = {};
  bool operator==(const Hyperparameters&) const = default;
};

/// "learning_rate", …
std::vector<std::string> HyperparameterNames();
/// Errors   InvalidArgument naming the hyperparameter: unknown, or a value out of its range.
void SetHyperparameter(Hyperparameters& hyperparameters, const std::string& name, double value);
/// " learning_rate=0.001 …" of those that are set, nothing where none is.
std::string ToString(const Hyperparameters& hyperparameters);
/// `recipe` with what was decided of it in place of its own. A decided strength of augmentation is
/// one of "auto" where the recipe has none.
train::Recipe WithDecided(train::Recipe recipe, const Hyperparameters& decided);

}  // namespace netsmith::space
