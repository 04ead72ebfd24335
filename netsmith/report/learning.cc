#include "netsmith/report/learning.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/search/told.h"
#include "netsmith/space/search_space.h"
#include "netsmith/study/strategy.h"
#include "netsmith/study/trial.h"

namespace netsmith::report {
namespace {

using study::Trial;

/// As many points as a chart can show, fewer where there are very many options.
std::size_t MostPoints(std::span<const space::Decision> decisions) {
  constexpr std::size_t kNumbers = 400'000;
  std::size_t num_options = 1;
  for (const auto& decision : decisions) num_options += decision.options.size();
  return std::clamp<std::size_t>(kNumbers / num_options, 16, 120);
}

std::vector<std::vector<std::vector<double>>> EmptyShares(
    std::span<const space::Decision> decisions) {
  std::vector<std::vector<std::vector<double>>> shares;
  for (const auto& decision : decisions) shares.emplace_back(decision.options.size());
  return shares;
}

/// In place: the first, third, … stay.
template <typename T>
void KeepEverySecond(std::vector<T>& values) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < values.size(); i += 2) values[kept++] = values[i];
  values.resize(kept);
}

}  // namespace

bool HasCollapsed(std::span<const space::Decision> decisions, double entropy) {
  double uniform = 0;
  for (const auto& decision : decisions) {
    uniform += std::log(static_cast<double>(decision.options.size()));
  }
  return entropy < 0.05 * uniform;
}

Learning ProposalShares(std::span<const space::Decision> decisions, std::span<const Trial> trials) {
  constexpr std::size_t kSmallestWindow = 8;  // fewer trials say little about a share
  Learning learning{.source = Learning::Source::kProposals, .shares = EmptyShares(decisions)};
  const std::size_t num_points =
      std::min(MostPoints(decisions), std::max<std::size_t>(trials.size() / kSmallestWindow, 1));
  for (std::size_t point = 0; point < num_points && !trials.empty(); ++point) {
    const std::size_t begin = trials.size() * point / num_points;
    const std::size_t end = trials.size() * (point + 1) / num_points;
    double entropy = 0;
    for (std::size_t d = 0; d < decisions.size(); ++d) {
      std::vector<double> counts(decisions[d].options.size());
      for (const Trial& trial : trials.subspan(begin, end - begin)) {
        ++counts.at(static_cast<std::size_t>(trial.genome.at(d)));
      }
      for (std::size_t k = 0; k < counts.size(); ++k) {
        const double share = counts[k] / static_cast<double>(end - begin);
        if (share > 0) entropy -= share * std::log(share);
        learning.shares[d][k].push_back(share);
      }
    }
    learning.trials.push_back(static_cast<std::int64_t>(end));
    learning.entropy.push_back(entropy);
  }
  return learning;
}

LearningReplay::LearningReplay(const study::StudySpec& spec,
                               std::unique_ptr<study::Strategy> strategy, int batch)
    : decisions_(spec.decisions),
      objectives_(spec.objectives),
      strategy_(std::move(strategy)),
      batch_(static_cast<std::size_t>(std::max(batch, 1))),
      learning_{.source = Learning::Source::kPolicy, .shares = EmptyShares(decisions_)} {
  if (strategy_ != nullptr && !Note(learning_)) strategy_.reset();
}

void LearningReplay::Advance(std::span<const Trial> trials) {
  while (strategy_ != nullptr && told_ + batch_ <= trials.size()) {
    const auto generation = trials.subspan(told_, batch_);
    const auto is_running = [](const Trial& t) { return t.state == study::TrialState::kRunning; };
    if (std::ranges::any_of(generation, is_running)) return;
    if (!TellGeneration(trials.first(told_ + batch_))) {
      strategy_.reset();
      return;
    }
    told_ += batch_;
    if (told_ / batch_ % stride_ == 0) Note(learning_);
    if (learning_.trials.size() > MostPoints(decisions_)) ThinOut();
  }
}

/// The last of `trials`. False when the strategy asks for something else.
bool LearningReplay::TellGeneration(std::span<const Trial> trials) {
  const auto asked = strategy_->Ask(static_cast<int>(batch_));
  for (std::size_t i = 0; i < batch_; ++i) {
    const Trial& trial = trials[told_ + i];
    if (!trial.forced_uniform && asked[i] != trial.genome) return false;
  }
  strategy_->Tell(search::ToldOf(objectives_, trials, told_));
  return true;
}

Learning LearningReplay::learning() const {
  Learning learning = learning_;
  if (learning.trials.back() != static_cast<std::int64_t>(told_)) Note(learning);
  return learning;
}

bool LearningReplay::Note(Learning& learning) const {
  const auto figures = strategy_->Diagnostics();
  for (std::size_t d = 0; d < decisions_.size(); ++d) {
    for (std::size_t k = 0; k < decisions_[d].options.size(); ++k) {
      const auto found =
          figures.find(fmt::format("prob/{}/{}", decisions_[d].name, decisions_[d].options[k]));
      if (found == figures.end()) return false;
      learning.shares[d][k].push_back(found->second);
    }
  }
  const auto entropy = figures.find("entropy");
  learning.entropy.push_back(entropy == figures.end() ? 0 : entropy->second);
  learning.trials.push_back(static_cast<std::int64_t>(told_));
  return true;
}

void LearningReplay::ThinOut() {
  stride_ *= 2;
  KeepEverySecond(learning_.trials);
  KeepEverySecond(learning_.entropy);
  for (auto& decision : learning_.shares) {
    for (auto& option : decision) KeepEverySecond(option);
  }
}

}  // namespace netsmith::report
