#pragma once

#include <chrono>
#include <string>

#include "netsmith/study/store.h"

namespace netsmith::search {

/// A search's hold on its study, from here to the end of this object, so that no second one runs.
class Hold {
 public:
  /// Errors   StoreError: another search has the study, and lives as far as can be told
  Hold(study::Store& store, std::string study, std::string name, double seconds);
  /// Leaves the study, if the store can be reached.
  ~Hold();
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

  /// Keeps the study, when that is due. Errors   StoreError: another search has taken it since
  void Renew();

 private:
  void Take();

  study::Store& store_;
  std::string study_;
  std::string name_;
  double seconds_;
  std::chrono::steady_clock::time_point renewed_;
};

}  // namespace netsmith::search
