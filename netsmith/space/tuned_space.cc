#include "netsmith/space/tuned_space.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::space {

std::vector<double> UsualValues(const std::string& hyperparameter) {
  if (hyperparameter == "learning_rate") return {3e-4, 1e-3, 3e-3, 1e-2};
  if (hyperparameter == "weight_decay") return {0, 5e-4, 5e-3, 5e-2};
  if (hyperparameter == "label_smoothing") return {0, 0.05, 0.1, 0.2};
  if (hyperparameter == "augment_strength") return {0, 0.5, 1, 2};
  throw base::InvalidArgument(fmt::format("found the hyperparameter {}, known: {}",
                                          Quoted(hyperparameter),
                                          fmt::join(HyperparameterNames(), ", ")));
}

TunedSpace::TunedSpace(std::unique_ptr<SearchSpace> inner, std::vector<std::string> hyperparameters)
    : inner_(std::move(inner)),
      hyperparameters_(std::move(hyperparameters)),
      name_(fmt::format("{}+{}", inner_->name(), fmt::join(hyperparameters_, "+"))),
      decisions_(inner_->decisions()) {
  for (const std::string& name : hyperparameters_) {
    std::vector<std::int64_t> options(UsualValues(name).size());
    std::iota(options.begin(), options.end(), 0);
    if (std::ranges::find(decisions_, name, &Decision::name) != decisions_.end()) {
      throw base::InvalidArgument(fmt::format("space {}: {} is decided already", name_, name));
    }
    decisions_.push_back({name, std::move(options)});
  }
}

std::string TunedSpace::Signature() const {
  std::string signature = inner_->Signature();
  for (const std::string& name : hyperparameters_) {
    signature += fmt::format(" {}={}", name, fmt::join(UsualValues(name), ","));
  }
  return signature;
}

std::span<const int> TunedSpace::Inner(std::span<const int> genome) const {
  CheckGenome(decisions_, genome);
  return genome.first(genome.size() - hyperparameters_.size());
}

graph::Graph TunedSpace::Build(std::span<const int> genome, graph::SampleShape input,
                               int num_classes) const {
  return inner_->Build(Inner(genome), input, num_classes);
}

std::string TunedSpace::NetworkText(std::span<const int> genome) const {
  CheckGenome(decisions_, genome);
  return fmt::format("{}:{}", name_, fmt::join(genome, ","));
}

std::string TunedSpace::OptionText(std::size_t decision, int option) const {
  const std::size_t own = inner_->decisions().size();
  if (decision < own) return inner_->OptionText(decision, option);
  const std::string& name = hyperparameters_.at(decision - own);
  return fmt::format("{}", UsualValues(name).at(static_cast<std::size_t>(option)));
}

Hyperparameters TunedSpace::Training(std::span<const int> genome) const {
  const std::span<const int> inner = Inner(genome);
  Hyperparameters training = inner_->Training(inner);
  for (std::size_t i = 0; i < hyperparameters_.size(); ++i) {
    const auto option = static_cast<std::size_t>(genome[inner.size() + i]);
    SetHyperparameter(training, hyperparameters_[i], UsualValues(hyperparameters_[i])[option]);
  }
  return training;
}

TunedName ParseTunedName(std::string_view name) {
  const std::size_t file = name.rfind(".toml");  // whose path may have plus signs
  std::size_t plus = name.find('+', file == std::string_view::npos ? 0 : file);
  TunedName tuned{.inner = std::string(name.substr(0, plus)), .hyperparameters = {}};
  while (plus != std::string_view::npos) {
    const std::size_t next = name.find('+', plus + 1);
    tuned.hyperparameters.emplace_back(name.substr(plus + 1, next - plus - 1));
    plus = next;
  }
  return tuned;
}

}  // namespace netsmith::space
