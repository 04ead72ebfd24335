#include "netsmith/cli/connection_threads.h"

#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace netsmith::cli {

void ConnectionThreads::Add(std::function<void()> connection) {
  const std::scoped_lock lock(mutex_);
  waiting_.push_back(std::move(connection));
  if (num_idle_ < waiting_.size() && threads_.size() < max_threads_) {
    try {
      threads_.emplace_back([this] { Work(); });
    } catch (const std::system_error&) {
      if (threads_.empty()) throw;  // else the connection waits for one of those that exist
    }
  }
  added_.notify_one();
}

void ConnectionThreads::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++num_idle_;
    added_.wait(lock, [this] { return joining_ || !waiting_.empty(); });
    --num_idle_;
    if (waiting_.empty()) return;
    const std::function<void()> connection = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    connection();
    lock.lock();
  }
}

void ConnectionThreads::Join() {
  std::vector<std::thread> threads;
  {
    const std::scoped_lock lock(mutex_);
    joining_ = true;
    threads.swap(threads_);
  }
  added_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace netsmith::cli
