#pragma once

#include <sys/types.h>

namespace netsmith::search {

/// The life of a process that was just forked from `parent`: runs argv (null-terminated) as its
/// own child, in a process group of its own, with `input` and `output` as standard streams, and
/// ends as that ends, by the same signal or exit code. Before that, it kills what is left of the
/// group, and it does so early when it gets SIGTERM or `parent` is gone.
///
/// The kernel tells a process of its parent's end (PR_SET_PDEATHSIG), but neither the parent's
/// other descendants nor only then: it also tells of the end of the *thread* that forked. So there
/// is one process between, which does nothing but wait for the one signal or the other.
///
/// Calls only what is safe after a fork of a program with threads.
[[noreturn]] void RunGuarded(char* const* argv, int input, int output, pid_t parent);

}  // namespace netsmith::search
