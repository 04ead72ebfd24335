#include "netsmith/engine/weights.h"

#include "netsmith/base/check.h"

namespace netsmith::engine {

Weights ReadWeights(const Program& program) {
  Weights weights;
  for (int i = 0; i < std::ssize(program.params()); ++i) {
    weights.params.push_back(program.ReadParam(i));
  }
  for (int i = 0; i < std::ssize(program.running_averages()); ++i) {
    weights.running_averages.push_back(program.ReadRunningAverage(i));
  }
  return weights;
}

void WriteWeights(const Weights& weights, Program& program) {
  NETSMITH_CHECK_EQ(weights.params.size(), program.params().size());
  NETSMITH_CHECK_EQ(weights.running_averages.size(), program.running_averages().size());
  for (int i = 0; i < std::ssize(weights.params); ++i) {
    program.WriteParam(i, weights.params[i]);
  }
  for (int i = 0; i < std::ssize(weights.running_averages); ++i) {
    program.WriteRunningAverage(i, weights.running_averages[i]);
  }
}

}  // namespace netsmith::engine
