#pragma once

#include <stop_token>

namespace netsmith::cli {

/// Turns the first SIGINT or SIGTERM into a stop request; the second ends the program at once with
/// exit code 130. To be called once, before other threads start.
/// A SIGINT that was ignored from the start, as in a script's background job, stays ignored.
std::stop_token StopOnSignals();

/// Takes the place of standard streams that are closed, so that no file or pipe of the program gets
/// their numbers. Using them is still an error.
void KeepStandardStreams();

}  // namespace netsmith::cli
