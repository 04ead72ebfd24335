#include <cstddef>
#include <cstdint>
#include <string_view>

#include "netsmith/base/error.h"
#include "netsmith/search/protocol.h"
#include "netsmith/search/spool.h"

namespace {

/// Any line is either refused with InvalidArgument, or an evaluation within its ranges that another
/// answer carries unchanged.
void TryAnswer(std::string_view line) {
  using netsmith::study::TrialState;
  try {
    const auto evaluation = netsmith::search::DecodeAnswer(line, 0);
    const bool complete = evaluation.state == TrialState::kComplete;
    const bool in_range = evaluation.reward >= 0 && evaluation.reward <= 1;
    const auto again =
        netsmith::search::DecodeAnswer(netsmith::search::EncodeAnswer(0, evaluation), 0);
    if (!in_range || (!complete && evaluation.reward != 0) || again.reward != evaluation.reward ||
        again.state != evaluation.state || again.curve != evaluation.curve) {
      __builtin_trap();
    }
  } catch (const netsmith::base::InvalidArgument&) {
  }
}

void TryRequest(std::string_view line) {
  try {
    const auto job = netsmith::search::DecodeRequest(line);
    if (job.trial < 0 || job.num_threads < 0) __builtin_trap();
  } catch (const netsmith::base::InvalidArgument&) {
  }
}

void TrySpooled(std::string_view line) {
  try {
    const auto result = netsmith::search::DecodeSpooled(line);
    const auto again = netsmith::search::DecodeSpooled(netsmith::search::EncodeSpooled(result));
    if (!(again == result)) __builtin_trap();
  } catch (const netsmith::base::InvalidArgument&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  TryAnswer(line);
  TryRequest(line);
  TrySpooled(line);
  return 0;
}
