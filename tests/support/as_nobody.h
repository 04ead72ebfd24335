#pragma once

#include <unistd.h>

#include <cstdlib>

namespace netsmith::testing {

/// Another user, for the time of a test that root runs.
class AsNobody {
 public:
  AsNobody() : switched_(seteuid(65534) == 0) {}
  ~AsNobody() {
    if (switched_ && seteuid(0) != 0) abort();
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  bool switched_;
};

}  // namespace netsmith::testing
