#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/study/trial.h"

namespace netsmith::search {

/// The trials of one study, in the making: numbers, duplicates, uniform draws, the best so far.
/// What Add makes depends on the genomes added before only, never on their outcomes (but that a
/// duplicate of a finished trial comes finished), so it is the same when a study is resumed.
class Ledger {
 public:
  /// `max_duplicates_in_row` and `seed` as in SearchOptions.
  Ledger(const space::SearchSpace& space, graph::SampleShape input, int num_classes,
         int max_duplicates_in_row, std::uint64_t seed);

  /// Appends the trial of a genome that the strategy asked for.
  ///
  /// A genome whose graph another trial has becomes a duplicate of the first such trial. After
  /// `max_duplicates_in_row` of them in a row, one more is replaced by a uniform draw, whatever
  /// that finds, and a new row begins.
  /// Errors   InvalidArgument when the genome does not fit the decisions.
  const study::Trial& Add(space::Genome asked);
  /// Sets those of a running trial that is no duplicate.
  void SetRungs(std::int64_t number, std::vector<study::Rung> rungs);
  /// Multiply-adds and parameters of a trial's network; zeros where it has no valid graph.
  graph::Costs CostsOf(std::int64_t number) const;

  /// Ends a running trial and the duplicates that waited for it. Returns their numbers, ascending.
  std::vector<std::int64_t> Finish(std::int64_t number, const study::Evaluation& evaluation);

  const std::vector<study::Trial>& trials() const { return trials_; }
  const study::Trial& trial(std::int64_t number) const;
  std::int64_t size() const { return static_cast<std::int64_t>(trials_.size()); }
  std::int64_t num_finished() const { return num_finished_; }
  /// Complete and best (study::IsBetter), the first of equals.
  std::optional<study::Trial> best() const;

 private:
  std::string IdentityOf(const space::Genome& genome) const;
  space::Genome DrawUniformly(std::int64_t number) const;
  void Settle(study::Trial& trial, const study::Evaluation& evaluation);

  const space::SearchSpace& space_;
  graph::SampleShape input_;
  int num_classes_;
  int max_duplicates_in_row_;
  std::uint64_t seed_;
  int duplicates_in_row_ = 0;
  std::vector<study::Trial> trials_;
  std::unordered_map<std::string, std::int64_t> first_with_graph_;
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> waiting_;  // original -> duplicates
  std::int64_t num_finished_ = 0;
  std::optional<std::int64_t> best_;
};

}  // namespace netsmith::search
