#include "netsmith/space/search_space.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "netsmith/base/error.h"

namespace netsmith::space {

std::string SearchSpace::OptionText(std::size_t decision, int option) const {
  return fmt::format("{}", decisions().at(decision).options.at(static_cast<std::size_t>(option)));
}

Hyperparameters SearchSpace::Training(std::span<const int>) const { return {}; }

double Log10Size(std::span<const Decision> decisions) {
  double log10_size = 0;
  for (const Decision& decision : decisions) {
    log10_size += std::log10(static_cast<double>(decision.options.size()));
  }
  return log10_size;
}

Genome DrawUniformly(std::span<const Decision> decisions, base::Generator& generator) {
  Genome genome;
  genome.reserve(decisions.size());
  for (const Decision& decision : decisions) {
    genome.push_back(static_cast<int>(generator.Below(decision.options.size())));
  }
  return genome;
}

void CheckGenome(std::span<const Decision> decisions, std::span<const int> genome) {
  if (genome.size() != decisions.size()) {
    throw base::InvalidArgument(fmt::format("genome: found {} option indices, expected {}",
                                            genome.size(), decisions.size()));
  }
  for (std::size_t i = 0; i < genome.size(); ++i) {
    const auto count = static_cast<std::int64_t>(decisions[i].options.size());
    if (genome[i] < 0 || genome[i] >= count) {
      throw base::InvalidArgument(
          fmt::format("genome: found option index {} for {} (number {} of the genome), expected 0 "
                      "to {}",
                      genome[i], decisions[i].name, i + 1, count - 1));
    }
  }
}

}  // namespace netsmith::space
