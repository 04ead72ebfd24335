#include "netsmith/strategy/controller/reinforce.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/strategy/controller/optimizer.h"
#include "netsmith/strategy/controller/policy.h"
#include "netsmith/strategy/controller/policy_gradient.h"
#include "netsmith/strategy/controller/tape.h"

namespace netsmith::strategy::controller {
namespace {

void CheckOption(bool holds, const char* name, double found, const char* expected) {
  if (holds) return;
  throw base::InvalidArgument(fmt::format("{}: found {}, expected {}", name, found, expected));
}

/// Written so that NaN fails.
void CheckOptions(const ReinforceOptions& o) {
  const auto finite = [](double x) { return std::isfinite(x); };
  CheckOption(o.learning_rate > 0 && o.learning_rate <= 10, "learning_rate", o.learning_rate,
              "more than 0, at most 10");
  CheckOption(o.exploration >= 0 && o.exploration <= 1, "exploration", o.exploration, "0 to 1");
  CheckOption(o.discount_factor > 0 && o.discount_factor <= 1, "discount_factor", o.discount_factor,
              "more than 0, at most 1");
  CheckOption(o.reg_param >= 0 && finite(o.reg_param), "reg_param", o.reg_param, "0 or more");
  CheckOption(o.entropy_weight >= 0 && finite(o.entropy_weight), "entropy_weight", o.entropy_weight,
              "0 or more");
  CheckOption(o.baseline_decay >= 0 && o.baseline_decay < 1, "baseline_decay", o.baseline_decay,
              "0 or more, less than 1");
  CheckOption(o.initial_range > 0 && finite(o.initial_range), "initial_range", o.initial_range,
              "more than 0");
  CheckOption(o.ppo_steps >= 1 && o.ppo_steps <= 1000, "ppo_steps", o.ppo_steps, "1 to 1000");
  CheckOption(o.ppo_clip > 0 && finite(o.ppo_clip), "ppo_clip", o.ppo_clip, "more than 0");
  CheckOption(o.units >= 1 && o.units <= 4096, "units", o.units, "1 to 4096");
  CheckOption(o.embedding >= 1 && o.embedding <= 4096, "embedding", o.embedding, "1 to 4096");
  CheckOption(o.division_rate > 0 && finite(o.division_rate), "division_rate", o.division_rate,
              "more than 0");
  CheckOption(o.sigma > 0 && finite(o.sigma), "sigma", o.sigma, "more than 0");
  for (const double x : o.first_state) CheckOption(finite(x), "first_state", x, "finite numbers");
  CheckOption(!o.first_state.empty(), "first_state", 0, "at least one number");
}

/// Rollouts of reward 0 that an action stores at most: an update's memory is proportional to them.
constexpr int kMaxRefused = 16;

double MeanReward(const std::vector<Episode>& episodes) {
  double sum = 0;
  for (const Episode& episode : episodes) sum += episode.reward;
  return sum / static_cast<double>(episodes.size());
}

}  // namespace

Reinforce::Reinforce(std::vector<space::Decision> decisions, const ReinforceOptions& options,
                     std::uint64_t seed, Allowed allowed)
    : decisions_(std::move(decisions)),
      options_(options),
      streams_(seed),
      allowed_(std::move(allowed)),
      tape_(std::make_unique<Tape>()) {
  CheckOptions(options_);
  CheckDecisions("controller", decisions_);
  policy_ = MakePolicy(decisions_, options_, streams_);
  behaviour_ = std::make_unique<Behaviour>(decisions_, options_.exploration);
  optimizer_ = MakeOptimizer(options_.optimizer, options_.learning_rate);
  for (std::size_t i = 0; i < decisions_.size(); ++i) {
    state_.push_back(options_.first_state[i % options_.first_state.size()]);
  }
}

Reinforce::~Reinforce() = default;

space::Genome Reinforce::GetAction() {
  space::Genome action = Draw();
  for (int i = 1; i < kMaxDraws && !MayPropose(allowed_, action); ++i) {
    if (i <= kMaxRefused) stored_.push_back({.state = state_, .action = action});
    action = Draw();
  }
  open_.push_back({.state = std::exchange(state_, ValuesOf(action)), .action = action});
  return action;
}

std::vector<space::Genome> Reinforce::Propose(int count) {
  std::vector<space::Genome> proposals;
  for (int i = 0; i < count; ++i) proposals.push_back(Draw());
  return proposals;
}

space::Genome Reinforce::Draw() {
  base::Generator generator = streams_.For("controller.action", num_actions_++);
  if (generator.Uniform() < options_.exploration) return DrawUniformly(decisions_, generator);
  return policy_->Sample(state_, generator);
}

void Reinforce::StoreRollout(const space::Genome& evaluated, double reward) {
  space::CheckGenome(decisions_, evaluated);
  if (open_.empty()) {
    throw base::InvalidArgument("controller: a reward came for an action that was not asked for");
  }
  if (!std::isfinite(reward)) {
    base::LogWarning(fmt::format("controller: a reward is {}; it counts as 0", reward));
    reward = 0;
  }
  Episode episode = std::move(open_.front());
  open_.pop_front();
  episode.replaced = episode.action != evaluated;
  episode.action = evaluated;
  episode.reward = reward;
  stored_.push_back(std::move(episode));
  if (open_.empty()) state_ = ValuesOf(evaluated);
}

double Reinforce::TrainStep() {
  if (stored_.empty()) return 0;
  const double present_baseline = PresentBaseline();
  const double loss = Update(stored_, present_baseline);
  last_advantage_ = MeanReward(stored_) - present_baseline;
  UpdateBaseline();
  stored_.clear();
  return loss;
}

double Reinforce::TrainOn(std::span<const space::Genome> genomes, std::span<const double> rewards) {
  if (genomes.size() != rewards.size()) {
    throw base::InvalidArgument(
        fmt::format("controller: found {} rewards for {} genomes", rewards.size(), genomes.size()));
  }
  if (genomes.empty()) return 0;
  std::vector<Episode> episodes;
  for (std::size_t i = 0; i < genomes.size(); ++i) {
    episodes.push_back({.state = state_, .action = genomes[i], .reward = rewards[i]});
  }
  return Update(episodes, MeanReward(episodes));
}

double Reinforce::Update(std::vector<Episode>& episodes, double baseline) {
  if (options_.ppo_steps > 1) {
    const std::vector<double> drawn = LogBehaviours(*policy_, *behaviour_, episodes, *tape_);
    for (std::size_t i = 0; i < episodes.size(); ++i) episodes[i].log_behaviour = drawn[i];
  }
  double loss = 0;
  for (int step = 0; step < options_.ppo_steps; ++step) {
    const double present =
        AddLossGradient(*policy_, *behaviour_, episodes, baseline, options_, *tape_);
    if (step == 0) loss = present;
    optimizer_->Step(policy_->parameters());
  }
  ++num_updates_;
  return loss;
}

double Reinforce::PresentBaseline() const {
  return average_weight_ > 0 ? baseline() : MeanReward(stored_);
}

void Reinforce::UpdateBaseline() {
  const double keep = options_.baseline_decay;
  for (const Episode& episode : stored_) {
    if (episode.replaced) continue;
    reward_average_ = keep * reward_average_ + (1 - keep) * episode.reward;
    average_weight_ = keep * average_weight_ + (1 - keep);
  }
}

double Reinforce::baseline() const {
  return average_weight_ > 0 ? reward_average_ / average_weight_ : 0;
}

std::size_t Reinforce::num_open() const { return open_.size(); }

double Reinforce::learning_rate() const { return optimizer_->learning_rate(); }

std::vector<std::vector<double>> Reinforce::OptionProbabilities() const {
  return policy_->OptionProbabilities(state_);
}

double Reinforce::LogLikelihood(const space::Genome& action) const {
  space::CheckGenome(decisions_, action);
  return behaviour_->LogProbability(LogPolicy(*policy_, {.state = state_, .action = action}));
}

std::vector<double> Reinforce::ValuesOf(const space::Genome& genome) const {
  std::vector<double> values;
  for (std::size_t i = 0; i < genome.size(); ++i) {
    values.push_back(
        static_cast<double>(decisions_[i].options[static_cast<std::size_t>(genome[i])]));
  }
  return values;
}

}  // namespace netsmith::strategy::controller
