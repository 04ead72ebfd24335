#include "netsmith/train/training_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/log.h"
#include "netsmith/base/thread_pool.h"
#include "netsmith/engine/weights.h"
#include "netsmith/graph/graph.h"

namespace netsmith::train {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

TrainingRunner::TrainingRunner(std::span<const NamedNetwork> networks, const data::Problem& test,
                               const FullTrainingOptions& options, std::stop_token stop)
    : networks_(networks),
      test_(test),
      options_(options),
      passes_on_(std::move(stop), [this] { stop_.request_stop(); }),
      tally_(options.num_cores) {
  for (const NamedNetwork& network : networks) {
    macs_.push_back(static_cast<double>(graph::TotalCosts(network.graph).macs));
  }
}

void TrainingRunner::Expect(std::size_t network, std::int64_t count) {
  tally_.Expect(count, macs_[network]);
}

void TrainingRunner::Run(std::span<TrainingJob> jobs,
                         const std::function<void(std::size_t, FinishedTraining)>& finish) {
  std::vector<std::size_t> to_train;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    TrainingJob& job = jobs[i];
    const bool was_known = job.known.has_value();
    std::optional<Training> training = was_known ? std::exchange(job.known, {}) : Remembered(job);
    if (!training || !IsEnough(job, *training)) {
      if (was_known) Expect(job.network, 1);
      to_train.push_back(i);
      continue;
    }
    if (!was_known) tally_.Skip(macs_[job.network]);
    if (job.is_chosen) Measure(job, options_.num_cores, *training);
    using Origin = FinishedTraining::Origin;
    finish(i, {*std::move(training), was_known ? Origin::kKnown : Origin::kRemembered,
               options_.num_cores});
  }
  const std::size_t cores = static_cast<std::size_t>(options_.num_cores);
  const std::size_t even = to_train.size() - to_train.size() % cores;
  RunSideBySide(jobs, std::span(to_train).first(even), finish);
  RunSideBySide(jobs, std::span(to_train).subspan(even), finish);  // several cores for each
}

void TrainingRunner::RunSideBySide(
    std::span<const TrainingJob> jobs, std::span<const std::size_t> places,
    const std::function<void(std::size_t, FinishedTraining)>& finish) {
  if (places.empty()) return;
  const int at_once = std::min(options_.num_cores, static_cast<int>(places.size()));
  const int threads = options_.num_cores / at_once;
  std::exception_ptr first_failure;
  base::ThreadPool(at_once).Run(std::ssize(places), [&](std::int64_t i, int) {
    const std::size_t place = places[static_cast<std::size_t>(i)];
    try {
      finish(place, {.training = Train(jobs[place], threads), .num_threads = threads});
    } catch (...) {
      {
        const std::lock_guard lock(mutex_);
        if (!first_failure) first_failure = std::current_exception();
      }
      stop_.request_stop();
    }
  });
  if (first_failure) std::rethrow_exception(first_failure);
}

TrainingTask TrainingRunner::TaskOf(const TrainingJob& job) const {
  return {.network = networks_[job.network],
          .problem = *job.problem,
          .epochs = options_.epochs,
          .mb = options_.mb,
          .max_samples = options_.max_samples,
          .learning_rate = job.learning_rate,
          .seed = job.seed};
}

TrainOptions TrainingRunner::OptionsOf(const TrainingJob& job, int num_threads) const {
  return {.epochs = options_.epochs,
          .mb = options_.mb,
          .max_samples = options_.max_samples,
          .learning_rate = job.learning_rate,
          .recipe = networks_[job.network].recipe,
          .seed = job.seed,
          .num_threads = num_threads};
}

/// A training that was remembered without its weights is not, where they are asked for.
bool TrainingRunner::IsEnough(const TrainingJob& job, const Training& training) const {
  if (training.diverged || !training.weights.params.empty()) return true;
  if (networks_[job.network].keeps_weights && !job.is_candidate) return false;
  return !job.is_chosen || training.test_accuracy.has_value();
}

std::optional<Training> TrainingRunner::Remembered(const TrainingJob& job) {
  if (!options_.memory) return std::nullopt;
  return options_.memory->Find(TaskOf(job));
}

/// Once the memory has failed nobody waits for it again: the run ends.
void TrainingRunner::Remember(const TrainingJob& job, const Training& training) {
  if (!options_.memory) return;
  const std::lock_guard lock(memory_mutex_);
  if (memory_failed_) return;
  Training kept{.standing = training.standing,
                .diverged = training.diverged,
                .test_accuracy = training.test_accuracy,
                .seconds = training.seconds};
  if (networks_[job.network].keeps_weights) kept.weights = training.weights;
  try {
    options_.memory->Keep(TaskOf(job), kept);
  } catch (...) {
    memory_failed_ = true;
    throw;
  }
}

Training TrainingRunner::Train(const TrainingJob& job, int num_threads) {
  const double macs = macs_[job.network];
  {
    const std::lock_guard lock(mutex_);
    tally_.Start(macs);
  }
  const Clock::time_point start = Clock::now();
  const std::string label = Label(job);
  const bool validates = !job.problem->validation().empty();
  Clock::time_point last_line = start;
  TrainOptions options = OptionsOf(job, num_threads);
  options.on_epoch = [&](int epoch, double accuracy) {
    LogEpoch(label, validates, epoch, accuracy, last_line);
  };
  Child child(networks_[job.network].graph, *job.problem, options);
  const TrainResult result = child.Train(stop_.get_token());
  Training training;
  training.seconds = result.seconds;
  training.diverged = result.diverged || result.validation_accuracy.empty();
  if (training.diverged) {
    base::LogWarning(fmt::format("{}: diverged: {}", label, result.reason));
  } else {
    training.standing = {.accuracy = result.validation_accuracy.back(),
                         .loss = result.validation_loss.back()};
    training.weights = engine::ReadWeights(child.program());
    if (job.is_chosen) training.test_accuracy = child.Accuracy(TestSet(job));
  }
  const std::chrono::duration<double> elapsed = Clock::now() - start;
  Remember(job, training);
  const std::lock_guard lock(mutex_);
  tally_.Finish(macs, elapsed.count() * num_threads);
  ReportProgress(job, training);
  return training;
}

void TrainingRunner::Measure(const TrainingJob& job, int num_threads, Training& training) {
  if (training.test_accuracy || training.weights.params.empty()) return;
  Child child(networks_[job.network].graph, *job.problem, OptionsOf(job, num_threads));
  engine::WriteWeights(training.weights, child.program());
  training.test_accuracy = child.Accuracy(TestSet(job));
  Remember(job, training);
}

std::string TrainingRunner::Label(const TrainingJob& job) const {
  return fmt::format("{}, learning rate {}, seed {}{}{}", networks_[job.network].name,
                     job.learning_rate, job.seed, job.part.empty() ? "" : ", ", job.part);
}

const data::Dataset& TrainingRunner::TestSet(const TrainingJob& job) const {
  return test_.OpenTestSet(fmt::format("full training of {}", networks_[job.network].name));
}

/// The first of a run, which shows how long one takes, and of a long training one now and then:
/// small data take hundreds of epochs.
void TrainingRunner::LogEpoch(const std::string& label, bool validates, int epoch, double accuracy,
                              Clock::time_point& last_line) {
  const std::lock_guard lock(mutex_);
  const std::chrono::seconds pause(std::min<std::int64_t>(20, 2 * tally_.num_all()));
  const bool is_first = epoch == 1 && !tally_.has_timed();
  if (!is_first && (epoch == options_.epochs || Clock::now() - last_line < pause)) return;
  last_line = Clock::now();
  base::LogInfo(fmt::format(
      "{}: epoch {} of {}{}", label, epoch, options_.epochs,
      validates ? fmt::format(", validation accuracy {:.4f}", accuracy) : std::string()));
}

void TrainingRunner::ReportProgress(const TrainingJob& job, const Training& training) {
  if (!options_.on_training) return;
  const bool validates = !training.diverged && !job.problem->validation().empty();
  options_.on_training(
      {.num_done = tally_.num_done(),
       .num_all = tally_.num_all(),
       .training = Label(job),
       .validation_accuracy = validates ? std::optional(training.standing.accuracy) : std::nullopt,
       .seconds_left = tally_.SecondsLeft()});
}

}  // namespace netsmith::train
