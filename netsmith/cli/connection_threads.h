#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace netsmith::cli {

/// A thread for each connection, made when there is none to spare and kept for the next; beyond
/// `max_threads`, connections wait. A server whose connections are slow or silent needs as many
/// threads as connections.
class ConnectionThreads {
 public:
  explicit ConnectionThreads(std::size_t max_threads) : max_threads_(max_threads) {}
  ~ConnectionThreads() { Join(); }
  ConnectionThreads(const ConnectionThreads&) = delete;
  ConnectionThreads& operator=(const ConnectionThreads&) = delete;

  void Add(std::function<void()> connection);
  /// Returns when all that was added is done.
  void Join();

 private:
  void Work();

  std::size_t max_threads_;
  std::mutex mutex_;
  std::condition_variable added_;
  std::deque<std::function<void()>> waiting_;
  std::size_t num_idle_ = 0;
  bool joining_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace netsmith::cli
