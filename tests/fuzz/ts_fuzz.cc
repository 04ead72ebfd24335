// Whatever the bytes, the .ts parser either returns records of one number of channels with labels
// in range, which become samples, or throws DataError.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/series.h"
#include "netsmith/data/formats/ts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netsmith::data;
  try {
    TsFile file = ParseTs(*OpenBytes("fuzz", std::span(data, size)));
    const auto num_classes = static_cast<std::int32_t>(file.class_names.size());
    const std::size_t channels = file.set.records.at(0).size();
    for (std::size_t i = 0; i < file.set.records.size(); ++i) {
      const std::int32_t label = file.set.labels.at(i);
      if (file.set.records[i].size() != channels || label < 0 || label >= num_classes) std::abort();
    }
    const std::int64_t length = LongestSeries(file.set);
    const std::size_t expected =
        file.set.records.size() * channels * static_cast<std::size_t>(length);
    if (expected > (1U << 24)) return 0;  // one long series and many short ones
    const char* lengths = size % 2 == 0 ? "pad" : "resample";
    if (ToSamples(std::move(file.set), length, lengths, {}).values.size() != expected) std::abort();
  } catch (const netsmith::base::DataError&) {
  }
  return 0;
}
