#pragma once

#include <cstdint>
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

  /// Calls task(0, …) … task(num_tasks - 1, …) and returns when all have returned. A task is told
  /// its number and the thread, in [0, num_threads), that runs it. The first exception of a task is
  /// rethrown here after the others have ended. Nothing is allocated. Not to be called from within
  /// a task.
  template <typename Task>
  void Run(std::int64_t num_tasks, const Task& task) {
    RunAll(num_tasks, {&task, [](const void* object, std::int64_t number, int thread) {
                         (*static_cast<const Task*>(object))(number, thread);
                       }});
  }

 private:
  /// Any task, borrowed.
  struct TaskRef {
    const void* object = nullptr;
    void (*call)(const void* object, std::int64_t number, int thread) = nullptr;
  };
  void RunAll(std::int64_t num_tasks, TaskRef task);

  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace netsmith::base
