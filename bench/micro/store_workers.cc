// How many workers a store serves: simulated ones, which train nothing.
//
// usage: bench_store_workers URL [WORKERS] [SECONDS] [TRIALS]        1000 workers, 10 s, 3000
// trials
//
// Each worker claims a trial, is busy for SECONDS times 0.5 to 1.5, delivers it and claims the
// next. Eight connections act for all of them. The trials are there from the start, so what is
// measured is the store, not the generations of a search.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <thread>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/store/open.h"
#include "netsmith/study/store.h"

namespace {

using namespace netsmith;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr const char* kStudy = "bench_workers";
constexpr int kNumConnections = 8;

struct Simulated {
  Clock::time_point due;
  std::optional<study::Claim> claim;
  bool operator>(const Simulated& other) const { return due > other.due; }
};

struct Totals {
  std::mutex mutex;
  double busy_s = 0;
  std::vector<double> exchange_ms;  // deliver and claim, together
  std::vector<double> late_ms;      // from the end of a training to its exchange's begin
};

/// Acts for `count` workers until no trial is left.
void Act(const std::string& url, int count, double mean_s, std::uint64_t seed, Totals& totals) {
  const auto store = store::OpenStore(url);
  base::Generator random = base::RandomStreams(seed).For("durations");
  std::priority_queue<Simulated, std::vector<Simulated>, std::greater<>> workers;
  for (int i = 0; i < count; ++i) workers.push({.due = Clock::now(), .claim = {}});
  double busy_s = 0;
  std::vector<double> exchange_ms, late_ms;
  while (!workers.empty()) {
    Simulated worker = workers.top();
    workers.pop();
    std::this_thread::sleep_until(worker.due);
    const auto start = Clock::now();
    if (worker.claim) {
      late_ms.push_back(1e3 * Seconds(start - worker.due).count());
      study::Evaluation evaluation;
      evaluation.reward = 0.5;
      store->DeliverTrial(kStudy, worker.claim->trial, worker.claim->attempt, evaluation);
    }
    const auto claims = store->ClaimTrials(kStudy, fmt::format("w{}", seed), 1, 3600);
    exchange_ms.push_back(1e3 * Seconds(Clock::now() - start).count());
    if (claims.empty()) continue;
    const double duration = mean_s * (0.5 + random.Uniform());
    busy_s += duration;
    worker.claim = claims[0];
    worker.due = Clock::now() + std::chrono::duration_cast<Clock::duration>(Seconds(duration));
    workers.push(worker);
  }
  const std::lock_guard lock(totals.mutex);
  totals.busy_s += busy_s;
  totals.exchange_ms.insert(totals.exchange_ms.end(), exchange_ms.begin(), exchange_ms.end());
  totals.late_ms.insert(totals.late_ms.end(), late_ms.begin(), late_ms.end());
}

void AddTrials(study::Store& store, int num_trials) {
  study::StudySpec spec{.name = kStudy, .space_signature = "bench", .decisions = {}};
  for (int i = 0; i < 8; ++i) {
    spec.decisions.push_back({.name = fmt::format("decision{}", i), .options = {1, 2, 3, 5, 8}});
  }
  store.CreateStudy(spec);
  std::vector<study::Trial> trials(static_cast<std::size_t>(num_trials));
  for (int i = 0; i < num_trials; ++i) {
    study::Trial& trial = trials[static_cast<std::size_t>(i)];
    trial.number = i;
    trial.genome = {0, 1, 2, 3, 4, 3, 2, 1};
    trial.network = "5,32,2,3";
    trial.graph_hash = fmt::format("{:032x}", i);
  }
  store.AddTrials(kStudy, trials);
}

double Quantile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: bench_store_workers URL [WORKERS] [SECONDS] [TRIALS]\n");
    return 2;
  }
  const std::string url = argv[1];
  const int num_workers = argc > 2 ? std::atoi(argv[2]) : 1000;
  const double mean_s = argc > 3 ? std::atof(argv[3]) : 10;
  const int num_trials = argc > 4 ? std::atoi(argv[4]) : 3000;
  AddTrials(*store::OpenStore(url), num_trials);
  Totals totals;
  const auto start = Clock::now();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kNumConnections; ++i) {
      const int share = num_workers * (i + 1) / kNumConnections - num_workers * i / kNumConnections;
      threads.emplace_back(
          [&, i, share] { Act(url, share, mean_s, static_cast<std::uint64_t>(i), totals); });
    }
  }
  const double wall_s = Seconds(Clock::now() - start).count();
  const auto num_exchanges = static_cast<double>(totals.exchange_ms.size());
  fmt::print("{} workers, {} trials of {} s: {:.1f} s, {:.0f} exchanges/s\n", num_workers,
             num_trials, mean_s, wall_s, num_exchanges / wall_s);
  fmt::print(
      "exchange: median {:.1f} ms, 99 % {:.1f} ms; begun late: median {:.1f} ms, 99 % {:.1f}\n",
      Quantile(totals.exchange_ms, 0.5), Quantile(totals.exchange_ms, 0.99),
      Quantile(totals.late_ms, 0.5), Quantile(totals.late_ms, 0.99));
  fmt::print("useful share of the workers' time: {:.3f}\n", totals.busy_s / (num_workers * wall_s));
}
