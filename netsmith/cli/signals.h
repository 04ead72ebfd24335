#pragma once

#include <stop_token>

namespace netsmith::cli {

/// Turns the first SIGINT or SIGTERM into a stop request; the second ends the program at once with
/// exit code 130. To be called once, before other threads start.
std::stop_token StopOnSignals();

}  // namespace netsmith::cli
