#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "netsmith/space/search_space.h"
#include "netsmith/study/evaluator.h"
#include "netsmith/study/trial.h"

/// The lines between a search and the programs that evaluate for it: one JSON object a line, one
/// answer a request. docs/evaluators.md describes it for those who write such a program.
namespace netsmith::search {

/// A longer line is an error of who wrote it.
inline constexpr std::size_t kMaxLineBytes = std::size_t{1} << 20;

/// {"trial":0,"genome":[1,0],"params":{"layer1.kernel":5,…},"network":"5,32,2,3","threads":1}
/// and, where there are any, "rungs":[{"step":1,"least":0.5},…].
/// "params" are the chosen options by the names of `decisions`, which the genome fits.
std::string EncodeRequest(const study::Job& job, std::span<const space::Decision> decisions);
/// Errors   InvalidArgument saying what was found and expected.
study::Job DecodeRequest(std::string_view line);

/// {"trial":0,"state":"complete","reward":0.93,"params":…,"macs":…,"latency_us":…,"loss":…,
///  "curve":[…],"seconds":…}
/// Doubles survive to the bit. A reason is kept as printable text of limited length.
std::string EncodeAnswer(std::int64_t trial, const study::Evaluation& evaluation);
/// {"trial":0,"error":"…"}
std::string EncodeError(std::int64_t trial, std::string_view message);
/// The evaluation in an answer to trial number `trial`; an "error" is one that failed.
/// Errors   InvalidArgument saying what was found and expected.
study::Evaluation DecodeAnswer(std::string_view line, std::int64_t trial);

}  // namespace netsmith::search
