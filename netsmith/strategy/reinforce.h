#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/strategy/controller/options.h"
#include "netsmith/strategy/controller/reinforce.h"
#include "netsmith/strategy/genomes.h"
#include "netsmith/study/strategy.h"

namespace netsmith::strategy {

/// "entropy" (nats, of all decisions together, along the most probable choices), "learning_rate",
/// "updates", and "prob/<decision>/<option>", the policy's probability of the option.
std::map<std::string, double> PolicyDiagnostics(const std::vector<space::Decision>& decisions,
                                                const controller::Reinforce& controller);

/// controller::Reinforce as a strategy: one update for each generation.
class ReinforceStrategy : public study::Strategy {
 public:
  /// Errors   as controller::Reinforce.
  ReinforceStrategy(std::vector<space::Decision> decisions,
                    const controller::ReinforceOptions& options, std::uint64_t seed,
                    Allowed allowed = {});

  std::vector<space::Genome> Ask(int count) override;
  /// Errors   InvalidArgument: not as many as were asked for, or a genome that does not fit.
  void Tell(std::span<const study::Told> generation) override;

  /// PolicyDiagnostics, "baseline", "advantage" (mean of the last update) and "loss".
  std::map<std::string, double> Diagnostics() const override;

 private:
  std::vector<space::Decision> decisions_;
  controller::Reinforce controller_;
  double last_loss_ = 0;
};

}  // namespace netsmith::strategy
