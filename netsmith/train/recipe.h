#pragma once

#include <string>
#include <vector>

#include "netsmith/data/dataset.h"
#include "netsmith/optim/optimizer.h"

namespace netsmith::train {

/// How a network is trained, apart from how long and how fast.
struct Recipe {
  optim::OptimizerOptions optimizer = {};
  std::string schedule = "constant";   // one of optim::ScheduleNames()
  double warmup_epochs = 0;            // before the schedule; one-cycle: its rise
  double ema = 0;                      // decay of the moving average of weights; 0: none is kept
  double clip_norm = 0;                // longest gradient; 0: no limit
  double label_smoothing = 0;          // share of the target that goes to all classes alike
  std::string augment = "none";        // data/augment.h
  double augment_strength = 1;         // multiplies all its strengths
  std::string class_weights = "none";  // one of ClassWeightNames()
  std::string precision = "f32";       // of the products: one of engine::PrecisionNames()
};

/// classic, strong.
const std::vector<std::string>& RecipeNames();
/// "classic" is Recipe{}: Adam and nothing else. "strong" is for the best accuracy of 2-D networks
/// in tens of epochs. Errors   InvalidArgument: an unknown name.
Recipe NamedRecipe(const std::string& name);

/// none, balanced.
const std::vector<std::string>& ClassWeightNames();
/// Of each class. "none": nothing; "balanced": data::BalancedClassWeights of the training records.
std::vector<float> ClassWeights(const std::string& name, const data::Problem& problem);

/// Errors   InvalidArgument: what was found and expected.
void CheckRecipe(const Recipe& recipe);

/// What differs from Recipe{}, in one line: "adamw, weight decay 0.05, one-cycle"; else "".
std::string Describe(const Recipe& recipe);

}  // namespace netsmith::train
