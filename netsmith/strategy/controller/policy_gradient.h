#pragma once

#include <span>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/strategy/controller/episode.h"
#include "netsmith/strategy/controller/options.h"
#include "netsmith/strategy/controller/policy.h"
#include "netsmith/strategy/controller/tape.h"

namespace netsmith::strategy::controller {

/// What actions are drawn from: the policy π mixed with the uniform distribution u over all
/// genomes, b(a) = (1-e)·π(a) + e·u(a).
class Behaviour {
 public:
  /// `exploration` e is in [0, 1].
  Behaviour(std::span<const space::Decision> decisions, double exploration);

  /// log u, the same for every genome.
  double log_uniform() const { return log_uniform_; }
  /// log b(a) for log π(a).
  double LogProbability(double log_policy) const;
  /// q(a) = (1-e)·π(a) / b(a), the probability that an action drawn from b came from the policy;
  /// ∇ log b = q · ∇ log π.
  double PolicyShare(double log_policy) const;

 private:
  double exploration_;
  double log_uniform_ = 0;
};

/// log b of each episode's action.
std::vector<double> LogBehaviours(Policy& policy, const Behaviour& behaviour,
                                  std::span<const Episode> episodes, Tape& tape);

/// The loss of reinforce.h for B >= 1 episodes; adds its gradient to the policy's parameters.
///
/// Where an episode says how likely it was when it was drawn, log b is replaced by PPO's clipped
/// ratio: min(r·A, clip(r, 1 ± ppo_clip)·A), r = b(a) / b_drawn(a), whose gradient is r·∇ log b·A
/// or, where the clip holds, 0. Source: Schulman et al. 2017, arXiv:1707.06347, eq. 7
double AddLossGradient(Policy& policy, const Behaviour& behaviour,
                       std::span<const Episode> episodes, double baseline,
                       const ReinforceOptions& options, Tape& tape);

/// log π of the action given the state.
double LogPolicy(Policy& policy, const Episode& episode);

}  // namespace netsmith::strategy::controller
