#include "netsmith/benchmark/replay.h"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/base/thread_pool.h"

namespace netsmith::benchmark {
namespace {

using Clock = std::chrono::steady_clock;

class Simulation {
 public:
  Simulation(const Table& table, study::Strategy& strategy, const ReplayOptions& options,
             std::uint64_t seed)
      : table_(table),
        strategy_(strategy),
        options_(options),
        streams_(seed),
        seen_(table.rows.size(), false) {}

  RunResult Finish(const std::stop_token& stop) {
    while (!Ended()) {
      if (stop.stop_requested()) throw base::Interrupted("the benchmark was interrupted");
      RunGeneration();
    }
    return std::move(run_);
  }

 private:
  bool Ended() const {
    return spent_ >= options_.budget_seconds ||
           (!options_.duplicates_pay && num_seen_ == seen_.size());
  }

  void RunGeneration() {
    const auto start = Clock::now();
    std::vector<space::Genome> genomes = strategy_.Ask(options_.batch);
    run_.strategy_seconds += std::chrono::duration<double>(Clock::now() - start).count();
    NETSMITH_CHECK_EQ(genomes.size(), static_cast<std::size_t>(options_.batch));
    std::vector<study::Told> told;
    for (space::Genome& genome : genomes) {
      if (Ended()) return;  // the strategy is told whole generations only
      told.push_back(Evaluate(std::move(genome)));
    }
    const auto told_start = Clock::now();
    strategy_.Tell(told);
    run_.strategy_seconds += std::chrono::duration<double>(Clock::now() - told_start).count();
  }

  study::Told Evaluate(space::Genome genome) {
    std::size_t index = table_.IndexOf(genome);
    if (!options_.duplicates_pay && seen_[index]) {
      if (++duplicates_in_row_ > options_.max_duplicates_in_row) {
        genome = DrawUniformly();
        index = table_.IndexOf(genome);
        duplicates_in_row_ = 0;
      }
    }
    if (options_.duplicates_pay || !seen_[index]) {
      duplicates_in_row_ = 0;
      Pay(table_.rows[index]);
    }
    if (!seen_[index]) {
      seen_[index] = true;
      ++num_seen_;
    }
    return {.genome = std::move(genome), .reward = table_.rows[index].reward};
  }

  void Pay(const Table::Row& row) {
    if (run_.improvements.empty() || row.reward > run_.improvements.back().reward) {
      run_.improvements.push_back({.spent = spent_, .reward = row.reward, .score = row.score});
    }
    ++run_.num_evaluations;
    spent_ += row.cost;
  }

  space::Genome DrawUniformly() {
    base::Generator generator = streams_.For("bench.forced", num_forced_++);
    return space::DrawUniformly(table_.decisions, generator);
  }

  const Table& table_;
  study::Strategy& strategy_;
  const ReplayOptions& options_;
  base::RandomStreams streams_;
  std::vector<bool> seen_;  // by row
  std::size_t num_seen_ = 0;
  int duplicates_in_row_ = 0;
  std::uint64_t num_forced_ = 0;
  double spent_ = 0;
  RunResult run_;
};

void CheckOptions(const ReplayOptions& options) {
  const auto check = [](bool holds, const char* name, double found) {
    if (holds) return;
    throw base::InvalidArgument(
        fmt::format("benchmark: {} is {}, expected more than 0", name, found));
  };
  check(options.budget_seconds > 0, "budget_seconds", options.budget_seconds);
  check(options.num_runs > 0, "num_runs", options.num_runs);
  check(options.batch > 0, "batch", options.batch);
}

}  // namespace

const RunResult::Improvement& RunResult::At(double seconds) const {
  NETSMITH_CHECK(!improvements.empty());
  std::size_t last = 0;
  while (last + 1 < improvements.size() && improvements[last + 1].spent < seconds) ++last;
  return improvements[last];
}

std::vector<RunResult> Replay(const Table& table, const MakeStrategy& make_strategy,
                              const ReplayOptions& options, const std::stop_token& stop) {
  CheckOptions(options);
  const base::RandomStreams streams(options.seed);
  std::vector<RunResult> runs(static_cast<std::size_t>(options.num_runs));
  base::ThreadPool pool(options.num_threads);
  pool.Run(options.num_runs, [&](std::int64_t task, int) {
    const std::uint64_t seed = streams.SeedFor("bench.run", static_cast<std::uint64_t>(task));
    const auto strategy = make_strategy(table.decisions, seed);
    runs[static_cast<std::size_t>(task)] = Simulation(table, *strategy, options, seed).Finish(stop);
  });
  return runs;
}

}  // namespace netsmith::benchmark
