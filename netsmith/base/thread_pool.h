#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace netsmith::base {

/// Runs numbered tasks on a fixed number of threads, the caller's among them. Which thread runs
/// which task is not defined; callers whose result must not depend on the number of threads give
/// each task its own output and combine these in a fixed order.
class ThreadPool {
 public:
  /// `num_threads` >= 1, counting the caller: 1 starts no thread at all.
  explicit ThreadPool(int num_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int num_threads() const;
  /// A task is told its number and the thread, in [0, num_threads), that runs it.
  using Task = std::function<void(std::int64_t task, int thread)>;

  /// Calls task(0, …) … task(num_tasks - 1, …) and returns when all have returned. The first
  /// exception of a task is rethrown here after the others have ended. Not to be called from within
  /// a task.
  void Run(std::int64_t num_tasks, const Task& task);

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace netsmith::base
