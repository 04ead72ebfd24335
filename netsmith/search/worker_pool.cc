#include "netsmith/search/worker_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/search/without_reward.h"

namespace netsmith::search {
namespace {

using study::Evaluation;
using study::TrialState;

/// What an evaluator said, or kFailed where that breaks its contract.
Evaluation Checked(Evaluation evaluation) {
  if (evaluation.state == TrialState::kRunning) return Failed("the evaluator gave no final state");
  for (const double accuracy : evaluation.curve) {
    if (!std::isfinite(accuracy)) return Failed("the evaluator gave a curve that is not finite");
  }
  evaluation.reason = ReasonLine(evaluation.reason);
  if (!(std::isfinite(evaluation.seconds) && evaluation.seconds >= 0)) evaluation.seconds = 0;
  if (!(std::isfinite(evaluation.latency_us) && evaluation.latency_us >= 0))
    evaluation.latency_us = 0;
  if (evaluation.loss && !(std::isfinite(*evaluation.loss) && *evaluation.loss >= 0))
    evaluation.loss.reset();
  if (evaluation.state == TrialState::kPruned) {
    if (evaluation.curve.empty()) return Failed("the evaluator pruned a trial without a curve");
    evaluation.reward = evaluation.curve.back();
  }
  if (!study::HasReward(evaluation.state)) {
    evaluation.reward = 0;
    evaluation.loss.reset();
  } else if (!(evaluation.reward >= 0 && evaluation.reward <= 1)) {
    return Failed(fmt::format("reward {}: expected 0 to 1", evaluation.reward));
  }
  return evaluation;
}

/// Nothing when the evaluation was cut short because `stop` was requested.
std::optional<Evaluation> EvaluateSafely(study::Evaluator& evaluator, const study::Job& job,
                                         const std::stop_token& stop) {
  try {
    return Checked(evaluator.Evaluate(job, stop));
  } catch (const base::Interrupted& interrupted) {
    if (stop.stop_requested()) return std::nullopt;
    return Failed(interrupted.what());
  } catch (const std::exception& error) {
    return Failed(error.what());
  } catch (...) {
    return Failed("the evaluator threw something that is no std::exception");
  }
}

}  // namespace

WorkerPool::WorkerPool(std::vector<std::unique_ptr<study::Evaluator>> evaluators, int num_cores,
                       std::stop_token stop)
    : num_cores_(num_cores),
      forward_stop_(std::move(stop), [this] { stop_.request_stop(); }),
      evaluators_(std::move(evaluators)) {
  try {
    for (const auto& evaluator : evaluators_) {
      threads_.emplace_back([this, &evaluator] { Work(*evaluator); });
    }
  } catch (...) {
    stop_.request_stop();  // else those that did start would be waited for without end
    throw;
  }
}

WorkerPool::~WorkerPool() { stop_.request_stop(); }

void WorkerPool::Submit(std::vector<study::Job> jobs) {
  const std::lock_guard lock(mutex_);
  std::move(jobs.begin(), jobs.end(), std::back_inserter(waiting_));
  changed_.notify_all();
}

std::optional<FinishedJob> WorkerPool::Next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] {
    const bool none_left = num_running_ == 0 && (waiting_.empty() || stop_.stop_requested());
    return !finished_.empty() || none_left;
  });
  return TakeFinished();
}

std::optional<FinishedJob> WorkerPool::Next(std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, most, [this] { return !finished_.empty(); });
  return TakeFinished();
}

std::optional<FinishedJob> WorkerPool::TakeFinished() {
  if (finished_.empty()) return std::nullopt;
  FinishedJob next = std::move(finished_.front());
  finished_.pop_front();
  return next;
}

void WorkerPool::Work(study::Evaluator& evaluator) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop_.get_token(), [this] { return !waiting_.empty(); }) &&
         !stop_.stop_requested()) {
    const study::Job job = TakeJob();
    lock.unlock();
    std::optional<Evaluation> evaluation = EvaluateSafely(evaluator, job, stop_.get_token());
    lock.lock();
    --num_running_;
    cores_in_use_ -= job.num_threads;
    if (evaluation) finished_.push_back({job.trial, *std::move(evaluation)});
    changed_.notify_all();
  }
  changed_.notify_all();
}

study::Job WorkerPool::TakeJob() {
  const int num_idle = static_cast<int>(evaluators_.size()) - num_running_;
  const int num_starting = std::min(num_idle, static_cast<int>(waiting_.size()));
  study::Job job = std::move(waiting_.front());
  waiting_.pop_front();
  job.num_threads = std::max(1, (num_cores_ - cores_in_use_) / num_starting);
  ++num_running_;
  cores_in_use_ += job.num_threads;
  return job;
}

}  // namespace netsmith::search
