#include "netsmith/strategy/reinforce.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"

namespace netsmith::strategy {

ReinforceStrategy::ReinforceStrategy(std::vector<space::Decision> decisions,
                                     const controller::ReinforceOptions& options,
                                     std::uint64_t seed, Allowed allowed)
    : decisions_(std::move(decisions)),
      controller_(decisions_, options, seed, std::move(allowed)) {}

std::vector<space::Genome> ReinforceStrategy::Ask(int count) {
  NETSMITH_CHECK_GE(count, 0);
  NETSMITH_CHECK_EQ(controller_.num_open(), 0u);  // the last generation has been told
  std::vector<space::Genome> generation;
  for (int i = 0; i < count; ++i) generation.push_back(controller_.GetAction());
  return generation;
}

void ReinforceStrategy::Tell(std::span<const study::Told> generation) {
  if (generation.size() != controller_.num_open()) {
    throw base::InvalidArgument(fmt::format("reinforce: {} genomes were asked for, {} told",
                                            controller_.num_open(), generation.size()));
  }
  for (const study::Told& told : generation) space::CheckGenome(decisions_, told.genome);
  for (const study::Told& told : generation) controller_.StoreRollout(told.genome, told.reward);
  last_loss_ = controller_.TrainStep();
}

std::map<std::string, double> ReinforceStrategy::Diagnostics() const {
  std::map<std::string, double> figures = PolicyDiagnostics(decisions_, controller_);
  figures["baseline"] = controller_.baseline();
  figures["advantage"] = controller_.last_advantage();
  figures["loss"] = last_loss_;
  return figures;
}

std::map<std::string, double> PolicyDiagnostics(const std::vector<space::Decision>& decisions,
                                                const controller::Reinforce& controller) {
  std::map<std::string, double> figures = {
      {"learning_rate", controller.learning_rate()},
      {"updates", static_cast<double>(controller.num_updates())},
  };
  double entropy = 0;
  const std::vector<std::vector<double>> probabilities = controller.OptionProbabilities();
  for (std::size_t d = 0; d < decisions.size(); ++d) {
    for (std::size_t k = 0; k < probabilities[d].size(); ++k) {
      const double p = probabilities[d][k];
      if (p > 0) entropy -= p * std::log(p);
      figures[fmt::format("prob/{}/{}", decisions[d].name, decisions[d].options[k])] = p;
    }
  }
  figures["entropy"] = entropy;
  return figures;
}

}  // namespace netsmith::strategy
