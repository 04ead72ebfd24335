#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/idx_files.h"

namespace netsmith::testing {

/// A web server on a free port of 127.0.0.1 that gives out files from memory, one connection after
/// the other, with as much of HTTP/1.1 as a download needs.
class LoopbackServer {
 public:
  struct Behaviour {
    bool knows_ranges = true;
    std::size_t cut_after = std::numeric_limits<std::size_t>::max();  // hangs up after such a body
    bool stalls = false;  // stays silent instead of hanging up
  };

  /// `files` by path: "/name.gz".
  explicit LoopbackServer(std::map<std::string, Bytes> files);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  void Behave(Behaviour behaviour);
  /// "/name.gz" or "/name.gz from 1000", in the order in which they came.
  std::vector<std::string> requests() const;

 private:
  void Serve(const std::stop_token& stop);
  void Answer(int connection, const std::stop_token& stop);

  std::map<std::string, Bytes> files_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  Behaviour behaviour_;                // guarded by mutex_
  std::vector<std::string> requests_;  // guarded by mutex_
  std::jthread thread_;                // last: ends before the rest is gone
};

}  // namespace netsmith::testing
