#include "netsmith/base/thread_pool.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "netsmith/base/check.h"

namespace netsmith::base {

struct ThreadPool::Shared {
  std::mutex mutex;
  std::condition_variable work_arrived;
  std::condition_variable work_done;
  // Guarded by the mutex.
  TaskRef task;
  std::int64_t num_tasks = 0;
  std::int64_t batch = 0;  // counts calls of Run; a thread joins each batch once
  int threads_busy = 0;
  bool stopping = false;
  std::exception_ptr failure;
  std::atomic<std::int64_t> next_task{0};
  std::vector<std::jthread> threads;  // last: joined before the rest is destroyed

  void Drain(TaskRef work, std::int64_t count, int thread) {
    for (std::int64_t i = next_task++; i < count; i = next_task++) {
      try {
        work.call(work.object, i, thread);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
      }
    }
  }

  void Loop(int thread) {
    std::int64_t batches_seen = 0;
    std::unique_lock lock(mutex);
    while (true) {
      work_arrived.wait(lock, [&] { return stopping || batch != batches_seen; });
      if (stopping) return;
      batches_seen = batch;
      const TaskRef work = task;
      const auto count = num_tasks;
      lock.unlock();
      Drain(work, count, thread);
      lock.lock();
      if (--threads_busy == 0) work_done.notify_one();
    }
  }
};

ThreadPool::ThreadPool(int num_threads) : shared_(std::make_unique<Shared>()) {
  NETSMITH_CHECK_GE(num_threads, 1);
  for (int i = 1; i < num_threads; ++i) {
    shared_->threads.emplace_back([shared = shared_.get(), i] { shared->Loop(i); });
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopping = true;
  }
  shared_->work_arrived.notify_all();
}

int ThreadPool::num_threads() const { return static_cast<int>(shared_->threads.size()) + 1; }

void ThreadPool::RunAll(std::int64_t num_tasks, TaskRef task) {
  Shared& shared = *shared_;
  {
    const std::lock_guard lock(shared.mutex);
    shared.task = task;
    shared.num_tasks = num_tasks;
    shared.next_task = 0;
    shared.failure = nullptr;
    shared.threads_busy = static_cast<int>(shared.threads.size());
    ++shared.batch;
  }
  shared.work_arrived.notify_all();
  shared.Drain(task, num_tasks, 0);
  std::unique_lock lock(shared.mutex);
  shared.work_done.wait(lock, [&] { return shared.threads_busy == 0; });
  if (shared.failure) std::rethrow_exception(shared.failure);
}

}  // namespace netsmith::base
