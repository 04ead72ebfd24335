#include "netsmith/strategy/surrogate/screen.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/strategy/controller/scalar_math.h"
#include "netsmith/strategy/surrogate/ranks.h"

namespace netsmith::strategy::surrogate {
namespace {

/// Options anywhere and how often; what stands where; the same with ordered options.
constexpr std::array kKernels = {
    KernelOptions{},
    KernelOptions{.hamming_weight = 1, .count_weight = 0},
    KernelOptions{.hamming_weight = 1, .hamming_decay = 1, .count_weight = 0, .order_share = 0.8},
};

}  // namespace

Screen::Screen(const std::vector<space::Decision>& decisions, const ScreenOptions& options)
    : decisions_(decisions), options_(options), ensemble_(NewEnsemble()) {}

Ensemble Screen::NewEnsemble() const {
  const auto kernels = std::span(kKernels).first(options_.one_kernel ? 1 : kKernels.size());
  return {decisions_, kernels, options_.noise};
}

void Screen::Tell(std::span<const space::Genome> genomes, std::span<const double> rewards) {
  NETSMITH_CHECK_EQ(genomes.size(), rewards.size());
  if (genomes.empty()) return;
  ensemble_.ForgetExpected();
  for (std::size_t i = 0; i < genomes.size(); ++i) {
    if (const auto place = places_.find(genomes[i]); place != places_.end()) Remove(place->second);
    if (!told_.try_emplace(genomes[i], rewards_.size()).second) continue;  // told again
    Observe(genomes[i], rewards[i]);
  }
  awaited_.clear();
  shares_ = RankShares(rewards_);
  ensemble_.Fit();
}

void Screen::Observe(const space::Genome& genome, double reward) {
  if (observed_.size() == options_.memory) ForgetHalf();
  observed_.push_back(rewards_.size());
  genomes_.push_back(genome);
  rewards_.push_back(reward);
  ensemble_.Observe(genome, reward);
}

void Screen::ForgetHalf() {
  const std::size_t quarter = options_.memory / 4;
  const auto latest = observed_.end() - static_cast<std::ptrdiff_t>(quarter);
  const auto end_of_best = observed_.begin() + static_cast<std::ptrdiff_t>(quarter);
  std::partial_sort(observed_.begin(), end_of_best, latest, [&](std::size_t a, std::size_t b) {
    return rewards_[a] != rewards_[b] ? rewards_[a] > rewards_[b] : a < b;
  });
  observed_.erase(end_of_best, latest);
  std::ranges::sort(observed_);
  std::vector<space::Genome> candidates;
  for (std::size_t i = 0; i < ensemble_.num_candidates(); ++i) {
    candidates.push_back(ensemble_.candidate(i));
  }
  ensemble_ = NewEnsemble();
  for (const std::size_t i : observed_) ensemble_.Observe(genomes_[i], rewards_[i]);
  ensemble_.AddCandidates(candidates);
}

void Screen::Offer(std::span<const space::Genome> genomes) {
  std::vector<space::Genome> added;
  for (const space::Genome& genome : genomes) {
    if (told_.contains(genome) || std::ranges::find(awaited_, genome) != awaited_.end()) continue;
    if (!places_.try_emplace(genome, ensemble_.num_candidates() + added.size()).second) continue;
    added.push_back(genome);
  }
  ensemble_.AddCandidates(added);
}

double Screen::Bound(std::size_t index) const {
  const Belief belief = ensemble_.Predict(index);
  return belief.mean + options_.optimism * belief.sd;
}

void Screen::Trim() {
  const std::size_t count = ensemble_.num_candidates();
  if (count <= options_.capacity) return;
  std::vector<double> bounds(count);
  for (std::size_t i = 0; i < count; ++i) bounds[i] = Bound(i);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return bounds[a] != bounds[b] ? bounds[a] > bounds[b] : a < b;
  });
  std::vector<std::size_t> dropped(order.begin() + static_cast<std::ptrdiff_t>(options_.capacity),
                                   order.end());
  std::ranges::sort(dropped, std::greater<>());  // removing from the back moves none of the others
  for (const std::size_t index : dropped) Remove(index);
}

std::vector<space::Genome> Screen::Choose(int count) {
  std::vector<space::Genome> chosen;
  while (std::ssize(chosen) < count && ensemble_.num_candidates() > 0) {
    if (!chosen.empty()) ensemble_.Expect(chosen.back());
    chosen.push_back(TakeBest());
  }
  return chosen;
}

space::Genome Screen::TakeBest() {
  std::size_t best = 0;
  double highest = Bound(0);
  for (std::size_t i = 1; i < ensemble_.num_candidates(); ++i) {
    const double bound = Bound(i);
    if (bound > highest) {
      highest = bound;
      best = i;
    }
  }
  space::Genome genome = ensemble_.candidate(best);
  Remove(best);
  awaited_.push_back(genome);
  return genome;
}

void Screen::Remove(std::size_t index) {
  places_.erase(ensemble_.candidate(index));
  ensemble_.RemoveCandidate(index);
  if (index < ensemble_.num_candidates()) places_[ensemble_.candidate(index)] = index;
}

double Screen::ExpectedShare(const space::Genome& genome) const {
  if (const auto told = told_.find(genome); told != told_.end()) return shares_[told->second];
  const auto place = places_.find(genome);
  if (place == places_.end()) return 0.5;
  // The logistic function with this slope is within 0.01 of the normal distribution's.
  return controller::Sigmoid(1.702 * ensemble_.Predict(place->second).mean);
}

}  // namespace netsmith::strategy::surrogate
