// Whatever the bytes, the table reader either returns a whole table or throws DataError.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "netsmith/base/error.h"
#include "netsmith/benchmark/table.h"
#include "netsmith/data/formats/byte_source.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto source = netsmith::data::OpenBytes("fuzz", std::span(data, size));
  try {
    const auto table = netsmith::benchmark::ReadTable(
        *source, {.ops = "o", .reward = "r", .score = "s", .cost = "c"});
    std::size_t genomes = 1;
    for (const auto& decision : table.decisions) genomes *= decision.options.size();
    if (table.rows.size() != genomes) std::abort();
    for (const auto& row : table.rows) {
      if (!(row.cost > 0) || !(row.reward >= 0 && row.reward <= 1)) std::abort();
    }
  } catch (const netsmith::base::DataError&) {
  }
  return 0;
}
