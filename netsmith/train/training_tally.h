#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace netsmith::train {

/// How many of several trainings are done, and how long the rest takes if it goes on as fast. The
/// clock starts when the tally is made.
class TrainingTally {
 public:
  /// `work` of one training, in any unit.
  void Expect(std::int64_t count, double work) {
    num_all_ += count;
    work_left_ += static_cast<double>(count) * work;
  }
  void Finish(double work) {
    ++num_done_;
    work_done_ += work;
    work_left_ -= work;
  }

  std::int64_t num_all() const { return num_all_; }
  std::int64_t num_done() const { return num_done_; }
  double SecondsLeft() const {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    return work_done_ > 0 ? elapsed.count() * std::max(0.0, work_left_) / work_done_ : 0;
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::int64_t num_all_ = 0;
  std::int64_t num_done_ = 0;
  double work_done_ = 0;
  double work_left_ = 0;
};

}  // namespace netsmith::train
