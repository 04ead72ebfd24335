#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/strategy/controller/options.h"
#include "netsmith/strategy/controller/reinforce.h"
#include "netsmith/strategy/genomes.h"
#include "netsmith/study/strategy.h"

namespace netsmith::strategy {

namespace surrogate {
class Screen;
}

struct GuidedOptions {
  controller::ReinforceOptions controller = {
      .policy = "independent", .learning_rate = 0.1, .entropy_weight = 0.05};
  int warm_up = 20;       // genomes evaluated before the surrogate has a say, at least 1
  int proposals = 64;     // of the controller for each genome that is asked, at least 1
  int pool = 400;         // proposals kept for later generations, at least 1
  double optimism = 1.0;  // standard deviations above the mean, at least 0
};

/// REINFORCE guided by a surrogate: the controller proposes, a small ensemble of Gaussian processes
/// fitted to the study's own trials screens what it proposes, and supplies imagined episodes.
///
/// For each genome asked, the controller draws `proposals` genomes from its behaviour
/// (reinforce.h); the surrogate takes those of the highest upper confidence bound among them and
/// the proposals kept from before. All proposals are episodes of an update by REINFORCE at once:
/// their reward is the share of the trials so far that they are expected to beat, or did beat where
/// they were evaluated. What was evaluated takes part in the next update, too.
///
/// A proposal that is not allowed is no candidate, and an episode of reward 0.
///
/// Shares instead of rewards, and normal quantiles of ranks in the surrogate, make the options
/// independent of the rewards' scale. Every genome evaluated was drawn by the controller.
///
/// Source   imagined episodes: Sutton 1990 (Dyna); screening: Srinivas et al. 2010. docs/methods.md
class GuidedStrategy : public study::Strategy {
 public:
  /// Errors   InvalidArgument: an option out of range, and as controller::Reinforce.
  GuidedStrategy(std::vector<space::Decision> decisions, const GuidedOptions& options,
                 std::uint64_t seed, Allowed allowed = {});
  ~GuidedStrategy() override;

  std::vector<space::Genome> Ask(int count) override;
  void Tell(std::span<const study::Told> generation) override;
  /// Those of ReinforceStrategy that apply, "observed", "candidates", and "weight/<i>", the say of
  /// the surrogate's members.
  std::map<std::string, double> Diagnostics() const override;

 private:
  /// Moves those that are not allowed to refused_.
  std::vector<space::Genome> WithoutRefused(std::vector<space::Genome> proposals);
  space::Genome ProposeAllowed();
  void ImagineEpisodes(const std::vector<space::Genome>& proposals);

  std::vector<space::Decision> decisions_;
  GuidedOptions options_;
  controller::Reinforce controller_;
  std::unique_ptr<surrogate::Screen> screen_;
  Allowed allowed_;
  std::vector<space::Genome> last_told_;
  std::vector<space::Genome> refused_;  // since the last update
};

}  // namespace netsmith::strategy
