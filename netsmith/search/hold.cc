#include "netsmith/search/hold.h"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/search/identity.h"

namespace netsmith::search {

using Clock = std::chrono::steady_clock;

Hold::Hold(study::Store& store, std::string study, std::string name, double seconds)
    : store_(store), study_(std::move(study)), name_(std::move(name)), seconds_(seconds) {
  const std::string other = store_.Holder(study_);
  if (!other.empty() && HasEnded(other)) store_.LeaveStudy(study_, other);
  Take();
}

Hold::~Hold() {
  try {
    store_.LeaveStudy(study_, name_);
  } catch (const std::exception&) {
    // The hold lapses by itself.
  }
}

void Hold::Renew() {
  const std::chrono::duration<double> since = Clock::now() - renewed_;
  if (since.count() >= seconds_ / 4) Take();
}

void Hold::Take() {
  const std::string other = store_.HoldStudy(study_, name_, seconds_);
  if (!other.empty()) {
    const auto shown = other.substr(0, other.find('/', other.find('/') + 1));
    throw base::StoreError(
        fmt::format("study '{}': another search is running it (host/process {}), expected it to "
                    "end first, or {} s after it was last seen",
                    study_, shown, seconds_));
  }
  renewed_ = Clock::now();
}

}  // namespace netsmith::search
