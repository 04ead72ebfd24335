#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/search/pruning.h"
#include "netsmith/space/search_space.h"
#include "netsmith/study/evaluator.h"
#include "netsmith/study/store.h"
#include "netsmith/study/strategy.h"
#include "netsmith/study/trial.h"

/// The loop: ask, deduplicate, evaluate, tell, in generations.
namespace netsmith::search {

/// How a search stands, after each finished trial.
struct Progress {
  std::int64_t finished = 0;  // trials with an end, duplicates included
  std::int64_t num_trials = 0;
  study::Trial trial;                // the one that just finished
  std::optional<study::Trial> best;  // so far: study::IsBetter, the first of equals
};

struct SearchOptions {
  std::int64_t num_trials = 100;   // duplicates count
  int batch = 4;                   // genomes asked at once; part of the study's definition
  int num_workers = 1;             // in this process; never changes the result, 0: others work
  int num_cores = 1;               // shared out as threads among the children that run
  bool resume = false;             // continue an existing study of that name, or start one
  int max_duplicates_in_row = 20;  // then one genome is drawn uniformly, and that is logged
  std::uint64_t seed = 0;          // for those uniform draws
  Pruning pruning = {};            // a part of the study's definition, without latency in it
  /// Kept with the study, JSON by key; of a search that is refused nothing is written.
  std::map<std::string, std::string> attributes = {};
  /// Called once, when the study is held, before its stored trials are asked for and told again,
  /// which may take long, and may still end in a refusal. May be empty.
  std::function<void()> on_hold = {};
  /// Called once, when the study is held and its stored trials are checked: from here on the search
  /// is not refused. May be empty.
  std::function<void()> on_begin = {};
  /// Asked before each generation, and again until it says no; meanwhile the search keeps its
  /// study, and nothing new begins. Empty: it never pauses.
  std::function<bool()> is_paused = {};
  double lease_seconds = 60;      // a trial whose worker was not heard of for so long is free again
  double patience_seconds = 600;  // how long to go on without the store
  std::function<void(const Progress&)> on_progress = {};  // by one thread at a time; may be empty
};

struct SearchResult {
  study::StudySpec spec;
  std::vector<study::Trial> trials;  // by number
  std::optional<study::Trial> best;  // complete; study::IsBetter, the first of equals
  std::vector<std::map<std::string, double>> diagnostics;  // the strategy's, after each generation
  bool interrupted = false;  // `stop` was requested; the study can be resumed
};

/// Runs a study to its end, or until `stop`.
///
/// A generation is asked for as a whole; trials whose graph (CanonicalHash of the space's network
/// for samples of `input` and `num_classes`) was asked before are finished as duplicates; the
/// others are evaluated by `num_workers` threads, each with an evaluator of its own (made by the
/// calling thread before the study is opened), and by workers of other processes that claim trials
/// from the store; what an evaluator throws fails its trial; what ToldOf makes of the rewards
/// is told in trial order. So the study depends neither on the number of workers nor on who
/// finishes first.
///
/// The strategy is asked for `batch` genomes every time. Where `num_trials` cuts the last
/// generation, the rest of it is not used and the generation is not told: a study of 10 trials that
/// is resumed with 20 is the study that 20 would have given. A study that holds more trials than
/// `num_trials` is not cut.
///
/// A resumed study asks and tells its finished trials again to bring `strategy` (which must be
/// fresh) to where it was, then evaluates what was running.
///
/// Errors   StoreError: a study of that name exists and `resume` is not set, or it holds another
///          space or other options, or its trials are not what the strategy proposes; another
///          search runs it. StoreUnavailable: the store was away for longer than the patience.
SearchResult RunSearch(const study::StudySpec& spec, const space::SearchSpace& space,
                       graph::SampleShape input, int num_classes, study::Strategy& strategy,
                       study::Store& store,
                       const std::function<std::unique_ptr<study::Evaluator>()>& make_evaluator,
                       const SearchOptions& options, const std::stop_token& stop);

}  // namespace netsmith::search
