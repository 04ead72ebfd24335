#include "netsmith/strategy/surrogate/kernel.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/strategy/controller/scalar_math.h"

namespace netsmith::strategy::surrogate {
namespace {

constexpr std::size_t kMaxCounted = 64;

/// Genomes of so many decisions, or fewer, are compared as KernelOptions has it.
constexpr double kFewDecisions = 6;

/// What one decision that differs says of a genome of many: the more there are, the less.
double ShareOfOne(const std::vector<space::Decision>& decisions) {
  const auto open = std::ranges::count_if(
      decisions, [](const space::Decision& decision) { return decision.options.size() > 1; });
  return kFewDecisions / std::max(kFewDecisions, static_cast<double>(open));
}

std::string KindOf(const space::Decision& decision) {
  std::string kind;
  std::ranges::copy_if(decision.name, std::back_inserter(kind),
                       [](char c) { return c < '0' || c > '9'; });
  return kind;
}

}  // namespace

PointMaker::PointMaker(const std::vector<space::Decision>& decisions) {
  std::map<std::pair<std::string, std::int64_t>, int> slots;
  for (const space::Decision& decision : decisions) {
    const std::string kind = KindOf(decision);
    std::vector<int>& own = slots_.emplace_back();
    if (decision.options.size() > kMaxCounted) continue;
    for (const std::int64_t option : decision.options) {
      own.push_back(slots.try_emplace({kind, option}, num_slots_).first->second);
      num_slots_ = static_cast<int>(slots.size());
    }
  }
}

Point PointMaker::operator()(space::Genome genome) const {
  Point point{.genome = std::move(genome), .counts = {}};
  point.counts.resize(static_cast<std::size_t>(num_slots_));
  for (std::size_t d = 0; d < slots_.size(); ++d) {
    if (slots_[d].empty()) continue;
    const int slot = slots_[d][static_cast<std::size_t>(point.genome[d])];
    ++point.counts[static_cast<std::size_t>(slot)];
  }
  return point;
}

Kernel::Kernel(const std::vector<space::Decision>& decisions, const KernelOptions& options)
    : options_(options) {
  const double decay = options.hamming_decay * ShareOfOne(decisions);
  for (const space::Decision& decision : decisions) {
    std::vector<double>& factors = factors_.emplace_back();
    const auto count = static_cast<double>(decision.options.size());
    for (std::size_t distance = 0; distance < decision.options.size(); ++distance) {
      const double share = distance == 0 ? 0 : static_cast<double>(distance) / (count - 1);
      const double delta =
          (1 - options.order_share) * (distance == 0 ? 0 : 1) + options.order_share * share;
      factors.push_back(controller::Exp(-decay * delta));
    }
  }
  for (std::size_t s = 0; s <= decisions.size(); ++s) {
    by_exchanges_.push_back(options.count_weight *
                            controller::Exp(-options.count_decay * static_cast<double>(s)));
  }
}

double Kernel::operator()(const Point& a, const Point& b) const {
  double product = options_.hamming_weight;
  for (std::size_t d = 0; d < factors_.size(); ++d) {
    product *= factors_[d][static_cast<std::size_t>(std::abs(a.genome[d] - b.genome[d]))];
  }
  if (options_.count_weight == 0) return product;
  int difference = 0;  // each exchange changes two counts
  for (std::size_t i = 0; i < a.counts.size(); ++i) {
    difference += std::abs(a.counts[i] - b.counts[i]);
  }
  return product + by_exchanges_[static_cast<std::size_t>(difference / 2)];
}

}  // namespace netsmith::strategy::surrogate
