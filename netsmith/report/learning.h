#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/study/objective.h"
#include "netsmith/study/store.h"
#include "netsmith/study/strategy.h"
#include "netsmith/study/trial.h"

/// What a strategy made of the rewards: how its preference for each option changed.
namespace netsmith::report {

/// A history at a number of points in time, evenly spaced but for the last.
struct Learning {
  enum class Source {
    kPolicy,     // the strategy's own probabilities
    kProposals,  // how often the last trials before the point chose each option
  };
  Source source = Source::kProposals;
  std::vector<std::int64_t> trials = {};  // how many had been told, or proposed, at each point
  /// [decision][option][point], each in [0, 1].
  std::vector<std::vector<std::vector<double>>> shares = {};
  std::vector<double> entropy = {};  // nats, of all decisions together, at each point
};

/// Whether a policy of that entropy (nats, of all decisions together) proposes one network over and
/// over: below a twentieth of the entropy of a uniform draw.
bool HasCollapsed(std::span<const space::Decision> decisions, double entropy);

/// Shares of each option among the proposals, in windows that follow each other.
Learning ProposalShares(std::span<const space::Decision> decisions,
                        std::span<const study::Trial> trials);

/// Takes a fresh strategy through a study's trials again, generation by generation, as RunSearch
/// did, and notes the probabilities that its diagnostics name (`prob/DECISION/OPTION`).
class LearningReplay {
 public:
  /// `strategy` must be made as the study's was; null for one that cannot be.
  LearningReplay(const study::StudySpec& spec, std::unique_ptr<study::Strategy> strategy,
                 int batch);

  /// Tells the whole generations of `trials` (all of the study's, by number) that are finished and
  /// were not told before.
  void Advance(std::span<const study::Trial> trials);
  /// True unless the strategy proposes something else than the trials, or tells no probabilities.
  bool is_faithful() const { return strategy_ != nullptr; }
  /// Of a faithful replay, up to its newest generation.
  Learning learning() const;

 private:
  bool TellGeneration(std::span<const study::Trial> trials);
  bool Note(Learning& learning) const;
  void ThinOut();

  std::vector<space::Decision> decisions_;
  std::vector<study::Objective> objectives_;
  std::unique_ptr<study::Strategy> strategy_;
  std::size_t batch_;
  std::size_t told_ = 0;    // trials
  std::size_t stride_ = 1;  // generations from point to point
  Learning learning_;
};

}  // namespace netsmith::report
