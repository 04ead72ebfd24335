#include "netsmith/optim/optimizer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/optim/adam.h"
#include "netsmith/optim/rmsprop.h"
#include "netsmith/optim/sgd.h"

namespace netsmith::optim {
namespace {

constexpr std::int64_t kSlice = 1 << 15;

void AddSlices(std::int64_t first, std::int64_t end, double weight_decay,
               std::vector<Slice>& slices) {
  for (; first < end; first += kSlice) {
    slices.push_back(
        {.first = first, .count = std::min(kSlice, end - first), .weight_decay = weight_decay});
  }
}

std::vector<Slice> CutIntoSlices(std::int64_t num_params, double weight_decay,
                                 std::span<const Range> decayed) {
  std::vector<Slice> slices;
  std::int64_t done = 0;
  if (weight_decay != 0) {
    for (const Range& range : decayed) {
      NETSMITH_CHECK_LE(done, range.first);
      NETSMITH_CHECK_LE(range.first + range.count, num_params);
      AddSlices(done, range.first, 0, slices);
      done = range.first + range.count;
      AddSlices(range.first, done, weight_decay, slices);
    }
  }
  AddSlices(done, num_params, 0, slices);
  return slices;
}

}  // namespace

Optimizer::Optimizer(std::int64_t num_params, double weight_decay, std::span<const Range> decayed)
    : num_params_(num_params), slices_(CutIntoSlices(num_params, weight_decay, decayed)) {}

void Optimizer::Update(std::span<float> params, std::span<const float> gradients,
                       double learning_rate, base::ThreadPool& pool, double gradient_scale) {
  NETSMITH_CHECK_EQ(std::ssize(params), num_params_);
  NETSMITH_CHECK_EQ(std::ssize(gradients), num_params_);
  ++updates_;
  pool.Run(std::ssize(slices_), [&](std::int64_t i, int) {
    const Slice& slice = slices_[static_cast<std::size_t>(i)];
    UpdateSlice(slice, learning_rate, static_cast<float>(gradient_scale),
                gradients.data() + slice.first, params.data() + slice.first);
  });
}

const std::vector<std::string>& OptimizerNames() {
  static const std::vector<std::string> names = {"adam", "adamw", "rmsprop", "sgd"};
  return names;
}

void CheckOptions(const OptimizerOptions& options) {
  if (std::ranges::find(OptimizerNames(), options.name) == OptimizerNames().end()) {
    throw base::InvalidArgument(fmt::format("optimizer is '{}', expected one of {}", options.name,
                                            fmt::join(OptimizerNames(), ", ")));
  }
  const auto require = [](bool holds, const char* name, double found, const char* expected) {
    if (!holds) {
      throw base::InvalidArgument(fmt::format("{} is {}, expected {}", name, found, expected));
    }
  };
  const auto is_decay = [](double value) { return value >= 0 && value < 1; };
  const char* const decay = "at least 0 and below 1";
  require(is_decay(options.beta1), "beta1", options.beta1, decay);
  require(is_decay(options.beta2), "beta2", options.beta2, decay);
  require(is_decay(options.momentum), "momentum", options.momentum, decay);
  require(is_decay(options.rho), "rho", options.rho, decay);
  require(options.epsilon > 0 && std::isfinite(options.epsilon), "epsilon", options.epsilon,
          "a positive number");
  require(options.weight_decay >= 0 && std::isfinite(options.weight_decay), "weight_decay",
          options.weight_decay, "a number of at least 0");
  require(!(options.nesterov && options.name == "sgd" && options.momentum == 0), "momentum",
          options.momentum, "more than 0 beside nesterov");
}

std::unique_ptr<Optimizer> MakeOptimizer(const OptimizerOptions& options, std::int64_t num_params,
                                         std::span<const Range> decayed) {
  CheckOptions(options);
  if (options.name == "sgd") return std::make_unique<Sgd>(options, num_params, decayed);
  if (options.name == "rmsprop") return std::make_unique<RmsProp>(options, num_params, decayed);
  return std::make_unique<Adam>(options, num_params, decayed);
}

std::int64_t StateBytes(const OptimizerOptions& options, std::int64_t num_params) {
  const bool is_adam = options.name == "adam" || options.name == "adamw";
  const bool plain_sgd = options.name == "sgd" && options.momentum == 0;
  const std::int64_t buffers = is_adam ? 2 : plain_sgd ? 0 : 1;
  return buffers * num_params * static_cast<std::int64_t>(sizeof(float));
}

}  // namespace netsmith::optim
