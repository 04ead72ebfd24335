#include "netsmith/cli/recipe_flags.h"

#include <fmt/format.h>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/data/augment.h"
#include "netsmith/engine/precision.h"
#include "netsmith/optim/schedule.h"

namespace netsmith::cli {

void RecipeFlags::Declare(OptionTable& options, const std::string& prefix) {
  table_ = &options;
  prefix_ = prefix;
  options.Choice(prefix + "recipe", &name, train::RecipeNames(),
                 "Where the following come from unless they are given: classic is Adam alone, "
                 "strong is for the best accuracy in tens of epochs");
  optim::OptimizerOptions& o = recipe.optimizer;
  options.Choice(prefix + "optimizer", &o.name, optim::OptimizerNames(), "The update rule");
  options.Real(prefix + "momentum", &o.momentum, {0, 0.999999}, "Decay of the velocity, for sgd");
  options.Flag(prefix + "nesterov", &o.nesterov, "Look ahead along the velocity, for sgd");
  options.Real(prefix + "weight-decay", &o.weight_decay, {0, 1000},
               "Decay of weights, but not of biases and norms; with adamw apart from the gradient");
  options.Choice(prefix + "schedule", &recipe.schedule, optim::ScheduleNames(),
                 "How the learning rate goes over the training");
  options.Real(prefix + "warmup-epochs", &recipe.warmup_epochs, {0, 100'000},
               "Epochs in which the learning rate rises; 0 means none, for one-cycle 30 % of all");
  options.Real(prefix + "ema", &recipe.ema, {0, 0.999999},
               "Decay of a moving average of the weights, which is what is measured and kept; 0 "
               "means none");
  options.Real(prefix + "clip-norm", &recipe.clip_norm, {0, 1e30},
               "Longest gradient; 0 means no limit");
  options.Real(prefix + "label-smoothing", &recipe.label_smoothing, {0, 1},
               "Share of the target that goes to all classes alike");
  options.Text(prefix + "augment", "LIST", &recipe.augment,
               "Changes of training samples: none, auto, image, signal, or NAME[:STRENGTH],… of "
               "shift, rotate, zoom, flip, cutout, jitter, gain, time-shift, crop");
  options.Real(prefix + "augment-strength", &recipe.augment_strength, {0, 100},
               "Multiplies all strengths of the augmentation");
  options.Choice(prefix + "class-weights", &recipe.class_weights, train::ClassWeightNames(),
                 "Weight of each class in the loss; balanced: all classes weigh the same");
  options.Choice(prefix + "precision", &recipe.precision, engine::PrecisionNames(),
                 "Operands of the convolutions' products; bf16: 8 significant bits where that is "
                 "faster, with sums and weights in f32");
}

void RecipeFlags::Resolve() {
  NETSMITH_CHECK(table_ != nullptr);
  RecipeFlags named;
  named.recipe = train::NamedRecipe(name);
  OptionTable defaults;
  named.Declare(defaults, prefix_);
  for (const Option& option : defaults.options()) {
    Option* const own = table_->Find(option.name);
    if (own->given || option.name == prefix_ + "recipe") continue;
    for (const std::string& text : option.get()) own->set(text);
  }
  Explaining([&] { train::CheckRecipe(recipe); });
}

void RecipeFlags::Check(tensor::SampleShape samples) const {
  Explaining([&] { data::ParseAugment(recipe.augment, samples, recipe.augment_strength); });
}

void RecipeFlags::Explaining(const std::function<void()>& check) const {
  try {
    check();
  } catch (const base::InvalidArgument& error) {
    throw base::ConfigError(
        fmt::format("{}: {}", prefix_.empty() ? "training" : "children", error.what()));
  }
}

std::string RecipeText(const train::Recipe& recipe) {
  const std::string text = train::Describe(recipe);
  return text.empty() ? "" : "; " + text;
}

}  // namespace netsmith::cli
