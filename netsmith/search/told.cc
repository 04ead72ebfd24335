#include "netsmith/search/told.h"

#include <cstddef>
#include <span>
#include <vector>

namespace netsmith::search {
namespace {

double ShareThatDoesNotDominate(std::span<const study::Objective> objectives,
                                std::span<const study::Trial> trials,
                                const study::Evaluation& evaluation) {
  int num_trials = 0, num_dominating = 0;
  for (const study::Trial& other : trials) {
    if (other.duplicate_of || !study::HasReward(other.state)) continue;
    ++num_trials;
    if (Dominates(objectives, other.evaluation, evaluation)) ++num_dominating;
  }
  return 1 - static_cast<double>(num_dominating) / num_trials;
}

}  // namespace

std::vector<study::Told> ToldOf(std::span<const study::Objective> objectives,
                                std::span<const study::Trial> trials, std::size_t first) {
  std::vector<study::Told> told;
  for (const study::Trial& trial : trials.subspan(first)) {
    told.push_back({trial.genome, trial.evaluation.reward});
    if (objectives.size() == 1 || !study::HasReward(trial.state)) continue;
    told.back().reward = ShareThatDoesNotDominate(objectives, trials, trial.evaluation);
  }
  return told;
}

}  // namespace netsmith::search
