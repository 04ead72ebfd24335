#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "netsmith/benchmark/table.h"
#include "netsmith/space/search_space.h"
#include "netsmith/study/strategy.h"

namespace netsmith::benchmark {

struct ReplayOptions {
  double budget_seconds = 12'000;  // spent until it is passed
  int num_runs = 500;              // each with a seed of its own
  int batch = 1;                   // genomes asked at once
  bool duplicates_pay = false;     // a genome that was evaluated before costs again
  int max_duplicates_in_row = 20;  // when they cost nothing: then one genome is drawn uniformly
  std::uint64_t seed = 0;
  int num_threads = 1;  // never changes the result
};

/// One search over the table. An evaluation counts when it began before the budget was spent.
struct RunResult {
  /// A genome that beat all rewards before it; of equal rewards the first one seen stays.
  struct Improvement {
    double spent = 0;  // seconds before its evaluation
    double reward = 0;
    double score = 0;
  };
  std::vector<Improvement> improvements;  // not empty
  std::int64_t num_evaluations = 0;       // that were paid for
  double strategy_seconds = 0;            // measured, in Ask and Tell together

  /// What the search had after `seconds` of its budget (more than 0).
  const Improvement& At(double seconds) const;
};

using MakeStrategy = std::function<std::unique_ptr<study::Strategy>(
    const std::vector<space::Decision>& decisions, std::uint64_t seed)>;

/// Searches the table `num_runs` times. A duplicate that costs nothing is told its reward again and
/// is no evaluation; a search that has seen the whole table then ends.
/// Errors   InvalidArgument: an option out of range; Interrupted when `stop` is requested.
std::vector<RunResult> Replay(const Table& table, const MakeStrategy& make_strategy,
                              const ReplayOptions& options, const std::stop_token& stop);

}  // namespace netsmith::benchmark
