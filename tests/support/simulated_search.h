#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/graph/graph.h"
#include "netsmith/search/search.h"
#include "netsmith/space/search_space.h"
#include "netsmith/study/evaluator.h"
#include "netsmith/study/store.h"
#include "netsmith/study/strategy.h"

/// Small stand-ins for a search's parts; nothing is trained.
namespace netsmith::testing {

inline constexpr graph::SampleShape kTinySample{.height = 1, .width = 4, .channels = 1};
inline constexpr int kTinyClasses = 2;

/// One convolution. Its second decision has no effect, so two genomes share each graph.
class TinySpace : public space::SearchSpace {
 public:
  explicit TinySpace(std::vector<std::int64_t> kernels = {1, 2, 3, 4, 5, 6, 7, 8, 9});

  const std::string& name() const override { return name_; }
  std::string Signature() const override { return "tiny"; }
  const std::vector<space::Decision>& decisions() const override { return decisions_; }
  graph::Graph Build(std::span<const int> genome, graph::SampleShape input,
                     int num_classes) const override;
  std::string NetworkText(std::span<const int> genome) const override;

 private:
  std::string name_ = "tiny";
  std::vector<space::Decision> decisions_;
};

/// Draws genomes from a generator whose seed mixes in all that was told, so that a reward told
/// out of order, changed or left out changes all that follows.
class ChaoticStrategy : public study::Strategy {
 public:
  explicit ChaoticStrategy(std::vector<space::Decision> decisions, std::uint64_t seed = 1)
      : decisions_(std::move(decisions)), state_(seed) {}

  std::vector<space::Genome> Ask(int count) override;
  void Tell(std::span<const study::Told> generation) override;

 private:
  std::vector<space::Decision> decisions_;
  std::uint64_t state_;
};

/// Asks for given genomes, the last of them again and again; keeps what it is told.
class ScriptedStrategy : public study::Strategy {
 public:
  explicit ScriptedStrategy(std::vector<space::Genome> script) : script_(std::move(script)) {}

  std::vector<space::Genome> Ask(int count) override;
  void Tell(std::span<const study::Told> generation) override;
  const std::vector<std::vector<study::Told>>& told() const { return told_; }

 private:
  std::vector<space::Genome> script_;
  std::size_t next_ = 0;
  std::vector<std::vector<study::Told>> told_;
};

/// A reward that is a hash of trial and genome, after a while that is one of `shuffle` and trial.
/// Of ten trials, one is refused, one diverges and one throws. The curve has three values and heeds
/// rungs.
class SimulatedEvaluator : public study::Evaluator {
 public:
  explicit SimulatedEvaluator(int max_sleep_us = 0, std::uint64_t shuffle = 0)
      : max_sleep_us_(max_sleep_us), shuffle_(shuffle) {}

  study::Evaluation Evaluate(const study::Job& job, const std::stop_token& stop) override;

 private:
  int max_sleep_us_;
  std::uint64_t shuffle_;
};

/// The trials without measured seconds.
std::vector<study::Trial> WithoutSeconds(std::vector<study::Trial> trials);

/// A search over a TinySpace, with defaults to change.
struct TinySearch {
  search::SearchOptions options{.num_trials = 40};
  std::function<std::unique_ptr<study::Evaluator>()> make_evaluator = [] {
    return std::make_unique<SimulatedEvaluator>();
  };
  TinySpace space;
  std::vector<study::Objective> objectives = {study::Objective::kAccuracy};
  std::stop_token stop;

  study::StudySpec Spec() const;
  /// With a fresh ChaoticStrategy.
  search::SearchResult Run(study::Store& store);
  search::SearchResult Run(study::Store& store, study::Strategy& strategy);
};

}  // namespace netsmith::testing
