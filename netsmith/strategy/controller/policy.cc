#include "netsmith/strategy/controller/policy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <Eigen/Core>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/base/error.h"

namespace netsmith::strategy::controller {

std::vector<std::string> PolicyNames() { return {"sequence", "state", "independent"}; }

std::unique_ptr<Policy> MakePolicy(const std::vector<space::Decision>& decisions,
                                   const ReinforceOptions& options,
                                   const base::RandomStreams& streams) {
  if (options.policy == "sequence") return MakeSequencePolicy(decisions, options, streams);
  if (options.policy == "state") return MakeStatePolicy(decisions, options, streams);
  if (options.policy == "independent") return MakeIndependentPolicy(decisions);
  throw base::InvalidArgument(fmt::format("unknown policy '{}', expected one of: {}",
                                          options.policy, fmt::join(PolicyNames(), ", ")));
}

void InitializeUniform(std::span<Parameter* const> parameters, double range,
                       const base::RandomStreams& streams) {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    base::Generator generator = streams.For("controller.weights", i);
    Matrix& w = parameters[i]->value;
    for (Eigen::Index k = 0; k < w.size(); ++k) {
      w.data()[k] = range * (2 * generator.Uniform() - 1);
    }
  }
}

}  // namespace netsmith::strategy::controller
