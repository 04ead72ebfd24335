#include "netsmith/strategy/controller/optimizer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"

namespace netsmith::strategy::controller {
namespace {

/// One matrix of zeros for each parameter, made at the first call.
void EnsureSlots(std::span<Parameter* const> parameters, std::vector<Matrix>& slots) {
  if (slots.empty()) {
    for (const Parameter* p : parameters) {
      slots.push_back(Matrix::Zero(p->value.rows(), p->value.cols()));
    }
  }
  NETSMITH_CHECK_EQ(slots.size(), parameters.size());
}

/// Tieleman & Hinton 2012 (Coursera lecture 6.5), with the classic's staircase decay.
///
///   s ← 0.9 s + 0.1 g²;  w ← w − lr · 0.96^⌊updates/500⌋ · g / √(s + 1e-10)
///
/// s starts at 0, where TensorFlow's starts at 1: rewards differ by hundredths, so that it would
/// take a hundred updates to forget the 1.
class RmsProp : public Optimizer {
 public:
  explicit RmsProp(double learning_rate) : initial_rate_(learning_rate) {}

  void Step(std::span<Parameter* const> parameters) override {
    EnsureSlots(parameters, squares_);
    const double rate = learning_rate();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      auto g = parameters[i]->gradient.array();
      auto s = squares_[i].array();
      s = kKeep * s + (1 - kKeep) * g.square();
      parameters[i]->value.array() -= rate * g / (s + 1e-10).sqrt();
      g.setZero();
    }
    ++updates_;
  }

  double learning_rate() const override {
    double rate = initial_rate_;
    for (std::int64_t i = kDecayUpdates; i <= updates_; i += kDecayUpdates) rate *= kDecay;
    return rate;
  }

 private:
  static constexpr double kKeep = 0.9;
  static constexpr double kDecay = 0.96;
  static constexpr std::int64_t kDecayUpdates = 500;

  double initial_rate_;
  std::int64_t updates_ = 0;
  std::vector<Matrix> squares_;
};

/// Kingma & Ba 2015 (arXiv:1412.6980, algorithm 1; the form at the end of section 2).
///
///   m ← 0.9 m + 0.1 g;  v ← 0.999 v + 0.001 g²
///   w ← w − lr · √(1 − 0.999^t) / (1 − 0.9^t) · m / (√v + 1e-8)
class Adam : public Optimizer {
 public:
  explicit Adam(double learning_rate) : rate_(learning_rate) {}

  void Step(std::span<Parameter* const> parameters) override {
    EnsureSlots(parameters, means_);
    EnsureSlots(parameters, squares_);
    power1_ *= kBeta1;
    power2_ *= kBeta2;
    const double rate = rate_ * std::sqrt(1 - power2_) / (1 - power1_);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      auto g = parameters[i]->gradient.array();
      auto m = means_[i].array();
      auto v = squares_[i].array();
      m = kBeta1 * m + (1 - kBeta1) * g;
      v = kBeta2 * v + (1 - kBeta2) * g.square();
      parameters[i]->value.array() -= rate * m / (v.sqrt() + 1e-8);
      g.setZero();
    }
  }

  double learning_rate() const override { return rate_; }

 private:
  static constexpr double kBeta1 = 0.9;
  static constexpr double kBeta2 = 0.999;

  double rate_;
  double power1_ = 1;  // beta1^t
  double power2_ = 1;  // beta2^t
  std::vector<Matrix> means_;
  std::vector<Matrix> squares_;
};

}  // namespace

std::vector<std::string> OptimizerNames() { return {"adam", "rmsprop"}; }

std::unique_ptr<Optimizer> MakeOptimizer(const std::string& name, double learning_rate) {
  if (name == "adam") return std::make_unique<Adam>(learning_rate);
  if (name == "rmsprop") return std::make_unique<RmsProp>(learning_rate);
  throw base::InvalidArgument(fmt::format("unknown optimizer '{}', expected one of: {}", name,
                                          fmt::join(OptimizerNames(), ", ")));
}

}  // namespace netsmith::strategy::controller
