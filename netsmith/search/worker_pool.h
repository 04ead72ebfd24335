#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "netsmith/study/evaluator.h"
#include "netsmith/study/trial.h"

namespace netsmith::search {

struct FinishedJob {
  std::int64_t trial = 0;
  study::Evaluation evaluation;
};

/// Evaluates jobs on one thread an evaluator (there may be none), in the order in which they were
/// submitted.
///
/// An exception of an evaluator ends its job as kFailed. When `stop` is requested, running
/// evaluations are cancelled and waiting jobs are dropped; neither is returned by Next. Destruction
/// cancels what is running.
class WorkerPool {
 public:
  /// `num_cores` are shared out as threads among the jobs that run.
  WorkerPool(std::vector<std::unique_ptr<study::Evaluator>> evaluators, int num_cores,
             std::stop_token stop);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// All at once, so that the first to start knows how many others share the cores.
  void Submit(std::vector<study::Job> jobs);
  /// Waits for the next job to end; nothing when no job is left.
  std::optional<FinishedJob> Next();
  /// Likewise, or nothing when none has ended after so long; that long, too, where no job is left.
  std::optional<FinishedJob> Next(std::chrono::milliseconds most);
  std::int64_t num_workers() const { return std::ssize(evaluators_); }

 private:
  void Work(study::Evaluator& evaluator);
  std::optional<FinishedJob> TakeFinished();
  /// Takes the first waiting job and its share of the cores. Called under the mutex.
  study::Job TakeJob();

  int num_cores_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<study::Job> waiting_;
  std::deque<FinishedJob> finished_;
  int num_running_ = 0;
  int cores_in_use_ = 0;
  std::stop_source stop_;
  std::stop_callback<std::function<void()>> forward_stop_;
  std::vector<std::unique_ptr<study::Evaluator>> evaluators_;
  std::vector<std::jthread> threads_;
};

}  // namespace netsmith::search
