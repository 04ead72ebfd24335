#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/space/search_space.h"
#include "netsmith/strategy/controller/episode.h"
#include "netsmith/strategy/controller/options.h"
#include "netsmith/strategy/genomes.h"

namespace netsmith::strategy::controller {

class Behaviour;
class Optimizer;
class Policy;
class Tape;

/// The controller and its training by REINFORCE, in the classic's three steps:
///
///   action = GetAction();  StoreRollout(action, reward);  …  TrainStep();
///
/// An action is drawn from the behaviour b, a mixture of the policy and the uniform distribution u
/// over all genomes, with e = options.exploration:
///
///   b(a) = (1-e)·π(a) + e·u(a)
///
/// TrainStep takes one step of the optimizer down the loss of the B rollouts stored since the last:
///
///   L = -1/B · Σ_i log b(a_i) · (R_i - baseline) + reg_param · Σw² - entropy_weight · H
///   ∇ log b(a) = q(a) · Σ_t ∇ log π(a_t | a_<t),   q(a) = (1-e)·π(a) / b(a)
///
/// which is unbiased for the gradient of b's expected reward. A discount γ < 1 weighs decision t of
/// T by γ^(T-t), reward and baseline alike; it then is no longer that gradient. H is the entropy of
/// the softmaxes along the actions.
///
/// baseline: the moving average of the rewards of earlier updates, m ← d·m + (1-d)·R for each
/// reward in order, over 1 - d^n; for the first update, the mean of its own rewards.
///
/// A genome that was evaluated in place of the one proposed was drawn from u, not from b. Its
/// likelihood counts with the importance weight b/u, cut at 1, i.e. q becomes (1-e)·π/max(b, u);
/// the baseline leaves it out.
///
/// An action that is not allowed is never proposed: it is stored at once, as a rollout of reward 0
/// (the first 16 of an action, to bound an update), and the next is drawn.
///
/// With ppo_steps > 1, an update is so many steps of the optimizer on the same rollouts, with PPO's
/// clipped ratio of likelihoods in place of log b (policy_gradient.h).
///
/// Units    rewards are validation accuracies in [0, 1]; NaN or infinity counts as 0 and is logged
/// Cost     O(B·T·units²); buffers are kept from update to update
/// Source   Williams 1992; Zoph & Le 2017, arXiv:1611.01578, §3.2. Differs: the mixture, the
///          entropy bonus; docs/methods.md compares point by point
class Reinforce {
 public:
  /// Errors   InvalidArgument: no decisions, a decision without options, an option out of range.
  Reinforce(std::vector<space::Decision> decisions, const ReinforceOptions& options,
            std::uint64_t seed, Allowed allowed = {});
  ~Reinforce();

  /// Proposes an action; several may be proposed before their rewards are known. Policy `state`
  /// reads the action proposed before this one.
  space::Genome GetAction();

  /// The reward of the oldest action proposed and not yet stored. `evaluated` is that action, or
  /// what was evaluated in its place, which then also is the state that follows it.
  /// Errors   InvalidArgument: no action is open, or the genome does not fit the decisions.
  void StoreRollout(const space::Genome& evaluated, double reward);

  /// One update from the rollouts stored since the last; returns its loss. None stored: no update.
  double TrainStep();

  /// Draws genomes from b without opening them, whether they are allowed or not: nobody owes their
  /// rewards. Policy `state` reads its first state.
  std::vector<space::Genome> Propose(int count);
  /// One update from genomes that were proposed and rewards in [0, 1] of any source; the baseline
  /// is their mean. Returns its loss; no update without genomes. Errors   InvalidArgument: not as
  /// many rewards as genomes.
  double TrainOn(std::span<const space::Genome> genomes, std::span<const double> rewards);

  /// Actions proposed and not yet stored.
  std::size_t num_open() const;
  /// Of the next update; 0 before the first.
  double baseline() const;
  /// Mean of reward - baseline in the last update; 0 before the first.
  double last_advantage() const { return last_advantage_; }
  std::int64_t num_updates() const { return num_updates_; }
  double learning_rate() const;

  /// Probability of each option of each decision under π; where a decision depends on earlier
  /// ones, along the most probable choices so far.
  std::vector<std::vector<double>> OptionProbabilities() const;
  /// log b(action) at the present state.
  double LogLikelihood(const space::Genome& action) const;

 private:
  space::Genome Draw();
  /// One update; returns the loss of its first step.
  double Update(std::vector<Episode>& episodes, double baseline);
  std::vector<double> ValuesOf(const space::Genome& genome) const;
  /// What the stored rewards are compared with.
  double PresentBaseline() const;
  void UpdateBaseline();

  std::vector<space::Decision> decisions_;
  ReinforceOptions options_;
  base::RandomStreams streams_;
  Allowed allowed_;
  std::unique_ptr<Policy> policy_;
  std::unique_ptr<Behaviour> behaviour_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<Tape> tape_;  // of updates

  std::vector<double> state_;    // what the next action reads
  std::deque<Episode> open_;     // proposed and not yet stored
  std::vector<Episode> stored_;  // since the last update
  std::uint64_t num_actions_ = 0;

  double reward_average_ = 0;  // biased towards 0 by the factor average_weight_
  double average_weight_ = 0;  // 1 - d^n
  double last_advantage_ = 0;
  std::int64_t num_updates_ = 0;
};

}  // namespace netsmith::strategy::controller
