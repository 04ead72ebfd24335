#include "netsmith/strategy/controller/policy_gradient.h"

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "netsmith/strategy/controller/scalar_math.h"

namespace netsmith::strategy::controller {
namespace {

/// The logarithm of 0 is minus infinity.
double LogOf(double x) { return x > 0 ? Log(x) : -std::numeric_limits<double>::infinity(); }

double LogAddExp(double a, double b) {
  const double larger = std::max(a, b);
  return larger + Log(Exp(a - larger) + Exp(b - larger));
}

/// Σ_t step_t of one episode.
double Total(const Tape& tape, std::span<const Value> steps, Eigen::Index episode) {
  double sum = 0;
  for (const Value step : steps) sum += tape.value(step)(episode, 0);
  return sum;
}

/// Σ_t γ^(T-t) · step_t, [mb,1].
Value Discount(Tape& tape, std::span<const Value> steps, double discount_factor) {
  Value sum = steps.front();
  for (const Value step : steps.subspan(1)) {
    sum = tape.Add(tape.Scale(sum, discount_factor), step);
  }
  return sum;
}

/// What one episode adds to the expected reward, and its derivative by log b.
struct Objective {
  double value = 0;
  double slope = 0;
};

Objective ObjectiveOf(const Episode& episode, double log_behaviour, double advantage,
                      const ReinforceOptions& options) {
  if (!episode.log_behaviour) return {advantage * log_behaviour, advantage};
  const double ratio = Exp(log_behaviour - *episode.log_behaviour);
  const double clipped = std::clamp(ratio, 1 - options.ppo_clip, 1 + options.ppo_clip);
  if (clipped * advantage < ratio * advantage) return {clipped * advantage, 0};
  return {ratio * advantage, ratio * advantage};
}

/// Adds the gradient of reg_param · Σw² and returns that sum.
double Regularize(std::span<Parameter* const> parameters, double reg_param) {
  double squares = 0;
  for (Parameter* p : parameters) {
    squares += p->value.squaredNorm();
    p->gradient += 2 * reg_param * p->value;
  }
  return reg_param * squares;
}

}  // namespace

Behaviour::Behaviour(std::span<const space::Decision> decisions, double exploration)
    : exploration_(exploration) {
  for (const space::Decision& decision : decisions) {
    log_uniform_ -= Log(static_cast<double>(decision.options.size()));
  }
}

double Behaviour::LogProbability(double log_policy) const {
  return LogAddExp(LogOf(1 - exploration_) + log_policy, LogOf(exploration_) + log_uniform_);
}

double Behaviour::PolicyShare(double log_policy) const {
  return Exp(LogOf(1 - exploration_) + log_policy - LogProbability(log_policy));
}

std::vector<double> LogBehaviours(Policy& policy, const Behaviour& behaviour,
                                  std::span<const Episode> episodes, Tape& tape) {
  tape.Clear();
  const LogLikelihood likelihood = policy.Evaluate(tape, episodes);
  std::vector<double> result;
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    const double log_policy = Total(tape, likelihood.steps, static_cast<Eigen::Index>(i));
    result.push_back(behaviour.LogProbability(log_policy));
  }
  return result;
}

double AddLossGradient(Policy& policy, const Behaviour& behaviour,
                       std::span<const Episode> episodes, double baseline,
                       const ReinforceOptions& options, Tape& tape) {
  tape.Clear();
  const LogLikelihood likelihood = policy.Evaluate(tape, episodes);

  double loss = 0;
  Matrix weights(static_cast<Eigen::Index>(episodes.size()), 1);  // of each Σ_t log π
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    const double log_policy = Total(tape, likelihood.steps, row);
    const double log_behaviour = behaviour.LogProbability(log_policy);
    const double importance =
        episodes[i].replaced ? Exp(std::min(0.0, log_behaviour - behaviour.log_uniform())) : 1.0;
    const double advantage =
        importance * (episodes[i].reward - baseline) / static_cast<double>(episodes.size());
    const Objective objective = ObjectiveOf(episodes[i], log_behaviour, advantage, options);
    loss -= objective.value;
    weights(row, 0) = -objective.slope * behaviour.PolicyShare(log_policy);
  }

  // With the shares held constant this has the gradient of -1/B · Σ_i log b(a_i) · (R_i -
  // baseline).
  const Value discounted = Discount(tape, likelihood.steps, options.discount_factor);
  Value surrogate = tape.Sum(tape.Mul(discounted, tape.Constant(weights)));
  if (likelihood.entropy) {
    const Value bonus = tape.Scale(*likelihood.entropy, -options.entropy_weight);
    loss += tape.value(bonus)(0, 0);
    surrogate = tape.Add(surrogate, bonus);
  }
  tape.Backward(surrogate);
  return loss + Regularize(policy.parameters(), options.reg_param);
}

double LogPolicy(Policy& policy, const Episode& episode) {
  Tape tape;
  return Total(tape, policy.Evaluate(tape, {&episode, 1}).steps, 0);
}

}  // namespace netsmith::strategy::controller
