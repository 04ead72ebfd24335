#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/graph/graph.h"
#include "netsmith/space/search_space.h"

namespace netsmith::space {

/// The values of a hyperparameter that a search tries, ascending.
/// Errors   InvalidArgument: it is unknown.
std::vector<double> UsualValues(const std::string& hyperparameter);

/// Another space with decisions about training behind its own, one a hyperparameter, over its usual
/// values: "conv2d+learning_rate" decides learning_rate as well.
class TunedSpace : public SearchSpace {
 public:
  /// Errors   InvalidArgument for an unknown hyperparameter, one that is named twice, or one that
  ///          has the name of the space's own decision.
  TunedSpace(std::unique_ptr<SearchSpace> inner, std::vector<std::string> hyperparameters);

  const std::string& name() const override { return name_; }
  std::string Signature() const override;
  const std::vector<Decision>& decisions() const override { return decisions_; }
  graph::Graph Build(std::span<const int> genome, graph::SampleShape input,
                     int num_classes) const override;
  std::string NetworkText(std::span<const int> genome) const override;
  std::string OptionText(std::size_t decision, int option) const override;
  Hyperparameters Training(std::span<const int> genome) const override;

 private:
  /// The inner space's part of a genome. Errors   as CheckGenome.
  std::span<const int> Inner(std::span<const int> genome) const;

  std::unique_ptr<SearchSpace> inner_;
  std::vector<std::string> hyperparameters_;
  std::string name_;
  std::vector<Decision> decisions_;
};

/// "conv2d+learning_rate" taken apart.
struct TunedName {
  std::string inner;
  std::vector<std::string> hyperparameters;  // empty: not tuned
};
TunedName ParseTunedName(std::string_view name);

}  // namespace netsmith::space
