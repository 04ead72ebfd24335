#include "netsmith/strategy/local.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"

namespace netsmith::strategy {

LocalStrategy::LocalStrategy(std::vector<space::Decision> decisions, std::uint64_t seed,
                             Allowed allowed)
    : decisions_(std::move(decisions)), streams_(seed), allowed_(std::move(allowed)) {
  CheckDecisions("local search", decisions_);
}

std::vector<space::Genome> LocalStrategy::Ask(int count) {
  NETSMITH_CHECK_GE(count, 0);
  std::vector<space::Genome> generation;
  while (std::ssize(generation) < count && !neighbours_.empty()) {
    const auto [decision, option] = neighbours_.back();
    neighbours_.pop_back();
    space::Genome genome = present_->genome;
    genome[static_cast<std::size_t>(decision)] = option;
    if (!told_.contains(genome) && MayPropose(allowed_, genome)) {
      generation.push_back(std::move(genome));
    }
  }
  while (std::ssize(generation) < count) {
    base::Generator generator = streams_.For("local.start", num_draws_++);
    generation.push_back(
        DrawAllowed(allowed_, [&] { return DrawUniformly(decisions_, generator); }));
  }
  return generation;
}

void LocalStrategy::Tell(std::span<const study::Told> generation) {
  const study::Told* best = nullptr;
  for (const study::Told& told : generation) {
    space::CheckGenome(decisions_, told.genome);
    told_.insert(told.genome);
    if (best == nullptr || FiniteReward(told.reward) > FiniteReward(best->reward)) best = &told;
  }
  if (best == nullptr) return;
  if (!present_ || FiniteReward(best->reward) > present_->reward) {
    if (!present_) ++num_starts_;
    MoveTo({.genome = best->genome, .reward = FiniteReward(best->reward)});
  } else if (neighbours_.empty()) {
    present_.reset();
  }
}

void LocalStrategy::MoveTo(const study::Told& place) {
  present_ = place;
  neighbours_.clear();
  for (std::size_t d = 0; d < decisions_.size(); ++d) {
    for (std::size_t k = 0; k < decisions_[d].options.size(); ++k) {
      if (static_cast<int>(k) == place.genome[d]) continue;
      neighbours_.emplace_back(static_cast<int>(d), static_cast<int>(k));
    }
  }
  base::Generator generator = streams_.For("local.order", num_moves_++);
  for (std::size_t i = neighbours_.size(); i > 1; --i) {
    std::swap(neighbours_[i - 1], neighbours_[generator.Below(i)]);
  }
}

std::map<std::string, double> LocalStrategy::Diagnostics() const {
  return {{"starts", static_cast<double>(num_starts_)},
          {"neighbours", static_cast<double>(neighbours_.size())}};
}

}  // namespace netsmith::strategy
