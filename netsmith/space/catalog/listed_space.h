#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/space/search_space.h"

namespace netsmith::space {

/// A decision and, where its options stand for words, these. Words' options are 0, 1, 2, …
struct ListedDecision {
  Decision decision;
  std::vector<std::string> words = {};
};
ListedDecision Words(std::string name, std::vector<std::string> words);

/// What a genome chooses, by the decisions' names.
class Choices {
 public:
  /// Both must outlive this. Errors   as CheckGenome.
  Choices(std::span<const Decision> decisions, std::span<const int> genome);

  /// The chosen option of the decision of that name, which must exist.
  std::int64_t operator[](std::string_view name) const;

 private:
  std::span<const Decision> decisions_;
  std::span<const int> genome_;
};

/// A space that is a list of decisions and the function Build: its networks' text is "NAME:genome".
class ListedSpace : public SearchSpace {
 public:
  const std::string& name() const override { return name_; }
  std::string Signature() const override;
  const std::vector<Decision>& decisions() const override { return decisions_; }
  std::string NetworkText(std::span<const int> genome) const override;
  std::string OptionText(std::size_t decision, int option) const override;

 protected:
  /// `name` as the registry reads it back, with the space's parameters.
  ListedSpace(std::string name, std::vector<ListedDecision> decisions);

 private:
  std::string name_;
  std::vector<Decision> decisions_;
  std::vector<std::vector<std::string>> words_;  // of each decision; empty for numbers
};

}  // namespace netsmith::space
