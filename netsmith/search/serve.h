#pragma once

#include <functional>
#include <memory>

#include "netsmith/study/evaluator.h"

/// The other side of ProcessEvaluator: an evaluator as a program of its own.
namespace netsmith::search {

/// Answers request lines from `input` on `output` until the input ends. An exception of the
/// evaluator is an answer too, an "error".
/// Errors   InvalidArgument: a line is no request; IoError: reading or writing fails.
void Serve(int input, int output, study::Evaluator& evaluator);

/// Serve on the standard streams. Before the evaluator is made, standard output becomes a second
/// standard error, so that nothing but answers can reach the other side.
void ServeStandardStreams(const std::function<std::unique_ptr<study::Evaluator>()>& make_evaluator);

}  // namespace netsmith::search
