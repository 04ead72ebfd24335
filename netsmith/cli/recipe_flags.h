#pragma once

#include <functional>
#include <string>

#include "netsmith/cli/option_table.h"
#include "netsmith/tensor/tensor.h"
#include "netsmith/train/recipe.h"

namespace netsmith::cli {

/// How networks are trained: --optimizer, … for full trainings, --child-optimizer, … for children.
struct RecipeFlags {
  std::string name = "classic";  // what is not given comes from this recipe
  train::Recipe recipe;

  /// `prefix` stands before each name: "", or "child-".
  void Declare(OptionTable& options, const std::string& prefix);
  /// Fills in what was not given. The table of Declare must still exist.
  /// Errors   ConfigError: as train::CheckRecipe.
  void Resolve();
  /// What only the samples tell. Errors   ConfigError: their shape has no such augmentation.
  void Check(tensor::SampleShape samples) const;

 private:
  /// Whose options are wrong is said before what `check` says.
  void Explaining(const std::function<void()>& check) const;

  OptionTable* table_ = nullptr;
  std::string prefix_;
};

/// "; adamw, weight decay 0.05": to end a sentence with; empty for the classic recipe.
std::string RecipeText(const train::Recipe& recipe);

}  // namespace netsmith::cli
