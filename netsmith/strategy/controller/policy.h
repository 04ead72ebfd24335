#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/space/search_space.h"
#include "netsmith/strategy/controller/episode.h"
#include "netsmith/strategy/controller/options.h"
#include "netsmith/strategy/controller/tape.h"

namespace netsmith::strategy::controller {

/// log π of a batch of episodes, on a tape.
struct LogLikelihood {
  std::vector<Value> steps;      // one [mb,1] per time step; their sum is log π(action | state)
  std::optional<Value> entropy;  // [1,1], mean over the batch, in nats; none where it is constant
};

/// A distribution over actions with weights that are learned.
class Policy {
 public:
  virtual ~Policy() = default;

  /// Draws an action from π(· | state).
  virtual space::Genome Sample(std::span<const double> state, base::Generator& generator) = 0;
  virtual LogLikelihood Evaluate(Tape& tape, std::span<const Episode> episodes) = 0;
  /// Probability of each option of each decision; where a decision depends on earlier ones, along
  /// the most probable choices so far.
  virtual std::vector<std::vector<double>> OptionProbabilities(std::span<const double> state) = 0;
  /// All weights, in a fixed order.
  virtual std::vector<Parameter*> parameters() = 0;
};

/// "sequence", "state", "independent".
std::vector<std::string> PolicyNames();

/// Weights drawn from the stream "controller.weights"; biases as each policy says.
/// Errors   InvalidArgument for an unknown policy, cell or controller input, listing the known.
std::unique_ptr<Policy> MakePolicy(const std::vector<space::Decision>& decisions,
                                   const ReinforceOptions& options,
                                   const base::RandomStreams& streams);

std::unique_ptr<Policy> MakeSequencePolicy(const std::vector<space::Decision>& decisions,
                                           const ReinforceOptions& options,
                                           const base::RandomStreams& streams);
std::unique_ptr<Policy> MakeIndependentPolicy(const std::vector<space::Decision>& decisions);
std::unique_ptr<Policy> MakeStatePolicy(const std::vector<space::Decision>& decisions,
                                        const ReinforceOptions& options,
                                        const base::RandomStreams& streams);

/// Fills each parameter uniformly in ± range, from a stream of its own.
void InitializeUniform(std::span<Parameter* const> parameters, double range,
                       const base::RandomStreams& streams);

}  // namespace netsmith::strategy::controller
