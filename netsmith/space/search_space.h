#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/graph/graph.h"
#include "netsmith/space/hyperparameters.h"

namespace netsmith::space {

/// One choice with named options, e.g. layer1.kernel in {3, 5, 7}. Options are whole numbers, in
/// ascending order without repeats.
struct Decision {
  std::string name;
  std::vector<std::int64_t> options;
  bool operator==(const Decision&) const = default;
};

/// One option index per decision.
using Genome = std::vector<int>;

/// An ordered list of decisions and the rule that turns chosen options into a network graph.
class SearchSpace {
 public:
  virtual ~SearchSpace() = default;

  /// As the command line names it: "post".
  virtual const std::string& name() const = 0;
  /// Everything that decides what a genome means, in one line; equal for equal spaces.
  virtual std::string Signature() const = 0;
  virtual const std::vector<Decision>& decisions() const = 0;
  /// The network of a genome for samples of shape `input` and `num_classes` classes.
  /// Errors   InvalidArgument when the genome does not fit the decisions.
  virtual graph::Graph Build(std::span<const int> genome, graph::SampleShape input,
                             int num_classes) const = 0;
  /// How the command line writes that network; ParseNetwork (space/network.h) accepts it back.
  virtual std::string NetworkText(std::span<const int> genome) const = 0;
  /// What the genome decides about training. Equal graphs that are trained differently are
  /// different children. Errors   InvalidArgument as Build, or for a value out of its range.
  virtual Hyperparameters Training(std::span<const int> genome) const;
  /// What option number `option` of a decision stands for, where that is no number: "relu".
  virtual std::string OptionText(std::size_t decision, int option) const;
};

/// log10 of the number of genomes.
double Log10Size(std::span<const Decision> decisions);

/// Uniform over all genomes.
Genome DrawUniformly(std::span<const Decision> decisions, base::Generator& generator);

/// Throws InvalidArgument naming the first decision whose index is out of range, or the lengths.
void CheckGenome(std::span<const Decision> decisions, std::span<const int> genome);

}  // namespace netsmith::space
