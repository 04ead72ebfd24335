#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/data/dataset.h"
#include "netsmith/train/full_training.h"
#include "netsmith/train/train.h"
#include "netsmith/train/training_tally.h"

namespace netsmith::train {

/// One training that is asked of a TrainingRunner.
struct TrainingJob {
  std::size_t network = 0;                 // of the runner's
  const data::Problem* problem = nullptr;  // borrowed
  double learning_rate = 0;
  std::uint64_t seed = 0;
  std::string part = {};               // in messages: "fold 2 of 5"; may be empty
  bool is_chosen = false;              // and therefore measured on the test set
  bool is_candidate = false;           // one of several rates: its weights may never be asked for
  std::optional<Training> known = {};  // done already, in this run
};

struct FinishedTraining {
  enum class Origin { kTrained, kRemembered, kKnown };

  Training training;
  Origin origin = Origin::kTrained;
  int num_threads = 1;  // that its job has
};

/// Trains networks side by side on several cores. What is remembered is not trained again, what was
/// trained is remembered at once, and each training that ends is reported.
class TrainingRunner {
 public:
  /// `networks` and what `options` refers to are borrowed; `test` is where test sets come from.
  TrainingRunner(std::span<const NamedNetwork> networks, const data::Problem& test,
                 const FullTrainingOptions& options, std::stop_token stop);

  /// So many trainings of a network are to come, remembered ones among them, known ones not.
  void Expect(std::size_t network, std::int64_t count);

  /// Calls `finish` with each job's place and training, as soon as there is one, on the thread that
  /// did it: several may be there at once. A job's `known` is taken from it. When one fails, the
  /// others end too, and the first exception is thrown on.
  /// Errors   Interrupted, when `stop` was requested. As Child, and as options.memory.
  void Run(std::span<TrainingJob> jobs,
           const std::function<void(std::size_t, FinishedTraining)>& finish);

  /// Measures a training with weights on the test set, if that was not done, and remembers it.
  void Measure(const TrainingJob& job, int num_threads, Training& training);

 private:
  void RunSideBySide(std::span<const TrainingJob> jobs, std::span<const std::size_t> places,
                     const std::function<void(std::size_t, FinishedTraining)>& finish);
  TrainingTask TaskOf(const TrainingJob& job) const;
  TrainOptions OptionsOf(const TrainingJob& job, int num_threads) const;
  bool IsEnough(const TrainingJob& job, const Training& training) const;
  std::optional<Training> Remembered(const TrainingJob& job);
  void Remember(const TrainingJob& job, const Training& training);
  Training Train(const TrainingJob& job, int num_threads);
  std::string Label(const TrainingJob& job) const;
  const data::Dataset& TestSet(const TrainingJob& job) const;
  void LogEpoch(const std::string& label, bool validates, int epoch, double accuracy,
                std::chrono::steady_clock::time_point& last_line);
  void ReportProgress(const TrainingJob& job, const Training& training);

  std::span<const NamedNetwork> networks_;
  const data::Problem& test_;
  const FullTrainingOptions& options_;
  std::vector<double> macs_;  // of each network
  std::stop_source stop_;     // requested from outside, or as one of the trainings failed
  std::stop_callback<std::function<void()>> passes_on_;
  std::mutex memory_mutex_;  // held for long where a store is away
  bool memory_failed_ = false;
  std::mutex mutex_;  // guards the tally and what is logged
  TrainingTally tally_;
};

}  // namespace netsmith::train
