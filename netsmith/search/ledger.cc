#include "netsmith/search/ledger.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/graph/graph.h"

namespace netsmith::search {

using study::Evaluation;
using study::Trial;
using study::TrialState;

Ledger::Ledger(const space::SearchSpace& space, graph::SampleShape input, int num_classes,
               int max_duplicates_in_row, std::uint64_t seed)
    : space_(space),
      input_(input),
      num_classes_(num_classes),
      max_duplicates_in_row_(max_duplicates_in_row),
      seed_(seed) {}

const Trial& Ledger::Add(space::Genome asked) {
  space::CheckGenome(space_.decisions(), asked);
  Trial trial;
  trial.number = size();
  trial.genome = std::move(asked);
  trial.graph_hash = IdentityOf(trial.genome);
  if (duplicates_in_row_ == max_duplicates_in_row_ &&
      first_with_graph_.contains(trial.graph_hash)) {
    trial.genome = DrawUniformly(trial.number);
    trial.graph_hash = IdentityOf(trial.genome);
    trial.forced_uniform = true;
  }
  trial.network = space_.NetworkText(trial.genome);
  const auto [first, is_new] = first_with_graph_.try_emplace(trial.graph_hash, trial.number);
  duplicates_in_row_ = is_new || trial.forced_uniform ? 0 : duplicates_in_row_ + 1;
  trials_.push_back(std::move(trial));
  if (!is_new) {
    trials_.back().duplicate_of = first->second;
    const Trial& original = this->trial(first->second);
    if (original.state == TrialState::kRunning) {
      waiting_[original.number].push_back(trials_.back().number);
    } else {
      Settle(trials_.back(), original.evaluation);
    }
  }
  return trials_.back();
}

void Ledger::SetRungs(std::int64_t number, std::vector<study::Rung> rungs) {
  NETSMITH_CHECK(!trial(number).duplicate_of);
  trials_[static_cast<std::size_t>(number)].rungs = std::move(rungs);
}

graph::Costs Ledger::CostsOf(std::int64_t number) const {
  try {
    return graph::TotalCosts(space_.Build(trial(number).genome, input_, num_classes_));
  } catch (const base::InvalidArgument&) {
    return {};
  }
}

std::vector<std::int64_t> Ledger::Finish(std::int64_t number, const Evaluation& evaluation) {
  std::vector<std::int64_t> finished{number};
  if (const auto waiting = waiting_.extract(number)) {
    finished.insert(finished.end(), waiting.mapped().begin(), waiting.mapped().end());
  }
  for (const std::int64_t each : finished) {
    Settle(trials_[static_cast<std::size_t>(each)], evaluation);
  }
  return finished;
}

const Trial& Ledger::trial(std::int64_t number) const {
  NETSMITH_CHECK_LE(0, number);
  NETSMITH_CHECK_LT(number, size());
  return trials_[static_cast<std::size_t>(number)];
}

std::optional<Trial> Ledger::best() const {
  if (!best_) return std::nullopt;
  return trial(*best_);
}

/// A graph that is valid is known by its hash and how it is to be trained; one that cannot be
/// built, by its text: it is the evaluator that refuses it, with a reason.
std::string Ledger::IdentityOf(const space::Genome& genome) const {
  try {
    return graph::CanonicalHash(space_.Build(genome, input_, num_classes_)) +
           ToString(space_.Training(genome));
  } catch (const base::InvalidArgument&) {
    return "invalid:" + space_.NetworkText(genome);
  }
}

space::Genome Ledger::DrawUniformly(std::int64_t number) const {
  auto generator =
      base::RandomStreams(seed_).For("forced_uniform", static_cast<std::uint64_t>(number));
  return space::DrawUniformly(space_.decisions(), generator);
}

/// A duplicate is told what its original was, but took no time.
void Ledger::Settle(Trial& trial, const Evaluation& evaluation) {
  NETSMITH_CHECK(trial.state == TrialState::kRunning);
  trial.state = evaluation.state;
  trial.evaluation = evaluation;
  if (trial.duplicate_of) trial.evaluation.seconds = 0;
  ++num_finished_;
  if (trial.state != TrialState::kComplete) return;
  if (!best_) {
    best_ = trial.number;
    return;
  }
  const Evaluation& best = this->trial(*best_).evaluation;
  const bool ties = !IsBetter(best, trial.evaluation) && trial.number < *best_;
  if (IsBetter(trial.evaluation, best) || ties) best_ = trial.number;
}

}  // namespace netsmith::search
