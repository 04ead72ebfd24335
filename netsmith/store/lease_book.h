#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/study/store.h"

namespace netsmith::store {

/// The leases of one study and who holds it, in memory.
class LeaseBook {
 public:
  /// The new attempt's number, or nothing when somebody has the trial.
  std::optional<std::int64_t> Take(std::int64_t trial, const std::string& worker, double seconds);
  bool IsNewest(std::int64_t trial, std::int64_t attempt) const;
  void Renew(const std::vector<study::Lease>& leases, double seconds);
  void Release(const study::Lease& lease);
  std::vector<study::Lease> Live() const;
  /// As Store::HoldStudy, LeaveStudy, Holder.
  std::string Hold(const std::string& holder, double seconds);
  void Leave(const std::string& holder);
  std::string Holder() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Row {
    std::int64_t attempt = 0;
    std::string worker;
    Clock::time_point end{};
  };
  static Clock::time_point After(double seconds);

  std::map<std::int64_t, Row> rows_;
  std::string holder_;
  Clock::time_point hold_end_{};
};

}  // namespace netsmith::store
