#include "netsmith/space/catalog/listed_space.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"

namespace netsmith::space {

ListedDecision Words(std::string name, std::vector<std::string> words) {
  std::vector<std::int64_t> options(words.size());
  std::iota(options.begin(), options.end(), 0);
  return {.decision = {std::move(name), std::move(options)}, .words = std::move(words)};
}

Choices::Choices(std::span<const Decision> decisions, std::span<const int> genome)
    : decisions_(decisions), genome_(genome) {
  CheckGenome(decisions, genome);
}

std::int64_t Choices::operator[](std::string_view name) const {
  const auto found = std::ranges::find(decisions_, name, &Decision::name);
  NETSMITH_CHECK(found != decisions_.end());
  return found->options[static_cast<std::size_t>(genome_[found - decisions_.begin()])];
}

ListedSpace::ListedSpace(std::string name, std::vector<ListedDecision> decisions)
    : name_(std::move(name)) {
  for (ListedDecision& listed : decisions) {
    decisions_.push_back(std::move(listed.decision));
    words_.push_back(std::move(listed.words));
  }
}

/// Lists the options themselves, so that a study made with others is never mistaken for this one.
std::string ListedSpace::Signature() const {
  std::string signature = name_;
  for (std::size_t i = 0; i < decisions_.size(); ++i) {
    signature += fmt::format(" {}=", decisions_[i].name);
    signature += words_[i].empty() ? fmt::format("{}", fmt::join(decisions_[i].options, ","))
                                   : fmt::format("{}", fmt::join(words_[i], ","));
  }
  return signature;
}

std::string ListedSpace::NetworkText(std::span<const int> genome) const {
  CheckGenome(decisions_, genome);
  return fmt::format("{}:{}", name_, fmt::join(genome, ","));
}

std::string ListedSpace::OptionText(std::size_t decision, int option) const {
  if (words_.at(decision).empty()) return SearchSpace::OptionText(decision, option);
  return words_[decision].at(static_cast<std::size_t>(option));
}

}  // namespace netsmith::space
