#pragma once

#include <cstdint>

namespace netsmith::train {

/// How many of several trainings are done, and how long the rest takes if it goes on as fast.
class TrainingTally {
 public:
  explicit TrainingTally(int num_cores) : num_cores_(num_cores) {}

  /// `work` of one training, in any unit.
  void Expect(std::int64_t count, double work) {
    num_all_ += count;
    work_waiting_ += static_cast<double>(count) * work;
  }
  /// One need not be done.
  void Skip(double work) {
    ++num_done_;
    work_waiting_ -= work;
  }
  void Start(double work) {
    work_waiting_ -= work;
    work_running_ += work;
  }
  /// `core_seconds`: its wall time, times the cores it had.
  void Finish(double work, double core_seconds) {
    ++num_done_;
    work_running_ -= work;
    work_done_ += work;
    core_seconds_ += core_seconds;
  }

  std::int64_t num_all() const { return num_all_; }
  std::int64_t num_done() const { return num_done_; }
  /// True when one was done, and not skipped.
  bool has_timed() const { return work_done_ > 0; }
  /// Those that run are taken to be halfway.
  double SecondsLeft() const {
    if (work_done_ <= 0) return 0;
    return core_seconds_ / work_done_ * (work_waiting_ + work_running_ / 2) / num_cores_;
  }

 private:
  int num_cores_;
  std::int64_t num_all_ = 0;
  std::int64_t num_done_ = 0;
  double work_waiting_ = 0;
  double work_running_ = 0;
  double work_done_ = 0;
  double core_seconds_ = 0;
};

}  // namespace netsmith::train
