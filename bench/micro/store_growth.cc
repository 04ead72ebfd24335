// What the store costs a trial, as a study grows.
//
// usage: bench_store_growth [TRIALS] [URL]      100000 trials in a new file in the temporary folder
//
// Each trial has 8 decisions of 64 options and a curve of one epoch; it is added in a generation of
// one, claimed and delivered, each in its own transaction, as a sequential search does. A line for
// each tenth of the trials; a file of the bench's own is removed in the end.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include "netsmith/store/open.h"
#include "netsmith/study/store.h"
#include "netsmith/study/trial.h"

namespace {

using namespace netsmith;
using Clock = std::chrono::steady_clock;

constexpr int kNumDecisions = 8;
constexpr int kNumOptions = 64;

double Milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

study::StudySpec Spec() {
  study::StudySpec spec{.name = "growth", .space_signature = "growth", .decisions = {}};
  for (int i = 0; i < kNumDecisions; ++i) {
    std::vector<std::int64_t> options(kNumOptions);
    std::iota(options.begin(), options.end(), 1);
    spec.decisions.push_back({.name = fmt::format("decision{}", i), .options = options});
  }
  return spec;
}

study::Trial NewTrial(std::int64_t number) {
  study::Trial trial;
  trial.number = number;
  for (int i = 0; i < kNumDecisions; ++i) {
    trial.genome.push_back(static_cast<int>((number * (i + 3)) % kNumOptions));
  }
  trial.network = "5,32,2,3;5,64,2,3";
  trial.graph_hash = fmt::format("{:032x}", number);
  return trial;
}

struct Cost {
  std::vector<double> wall_ms;  // of each trial: disk and other programs included
  double cpu_ms = 0;            // a trial, on average
};

// Adds and finishes the trials of [begin, end).
Cost Grow(study::Store& store, std::int64_t begin, std::int64_t end) {
  const study::Evaluation evaluation{
      .reward = 0.97, .reason = "", .params = 50'000, .macs = 8'000'000, .curve = {0.97}};
  Cost cost;
  const std::clock_t cpu_start = std::clock();
  for (std::int64_t number = begin; number < end; ++number) {
    const Clock::time_point start = Clock::now();
    store.AddTrials("growth", {NewTrial(number)});
    const study::Claim claim = store.ClaimTrials("growth", "bench", 1, 60).at(0);
    store.DeliverTrial("growth", claim.trial, claim.attempt, evaluation);
    cost.wall_ms.push_back(Milliseconds(Clock::now() - start));
  }
  const double cpu_seconds = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
  cost.cpu_ms = 1e3 * cpu_seconds / static_cast<double>(end - begin);
  return cost;
}

void Print(std::int64_t num_trials, Cost cost) {
  std::vector<double>& ms = cost.wall_ms;
  const double mean = std::accumulate(ms.begin(), ms.end(), 0.0) / static_cast<double>(ms.size());
  std::sort(ms.begin(), ms.end());
  fmt::print("{:>8} trials: {:.3f} ms a trial (median {:.3f}, worst {:.1f}; CPU {:.3f})\n",
             num_trials, mean, ms[ms.size() / 2], ms.back(), cost.cpu_ms);
}

void Run(std::int64_t num_trials, const std::string& url) {
  const auto store = store::OpenStore(url);
  store->CreateStudy(Spec());
  for (int tenth = 1; tenth <= 10; ++tenth) {
    const std::int64_t end = num_trials * tenth / 10;
    Print(end, Grow(*store, num_trials * (tenth - 1) / 10, end));
  }
  const Clock::time_point start = Clock::now();
  const std::size_t num_read = store->Trials("growth").size();
  fmt::print("reading all {} trials: {:.0f} ms\n", num_read, Milliseconds(Clock::now() - start));
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t num_trials = std::max(10LL, argc > 1 ? std::stoll(argv[1]) : 100'000LL);
  if (argc > 2) {
    Run(num_trials, argv[2]);
    return 0;
  }
  const std::string file = (std::filesystem::temp_directory_path() / "store_growth.db").string();
  if (std::filesystem::exists(file)) {
    fmt::print(stderr, "{} exists already\n", file);
    return 1;
  }
  Run(num_trials, "sqlite:///" + file);
  fmt::print("file {:.0f} MB\n", std::filesystem::file_size(file) / 1e6);
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file + suffix);
}
