// Whatever the bytes, a table is either read whole, each row as many values and a label in range,
// or refused with DataError. The first byte chooses whether the label column is told.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/csv_dataset.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netsmith::data;
  if (size == 0) return 0;
  const std::span text = std::span(data, size).subspan(1);
  const OpenSource open = [&] { return OpenBytes("fuzz", text); };
  FormatOptions options;
  if (data[0] % 2 == 0) options.label = "1";
  if (data[0] % 4 == 1) options.group = "2";
  try {
    const CsvColumns columns = FindColumns(open, options);
    const CsvSamples read = ReadCsv(open, columns, options);
    const auto num_classes = static_cast<std::int32_t>(read.samples.class_names.size());
    const std::size_t rows = read.samples.labels.size();
    for (const std::int32_t label : read.samples.labels) {
      if (label < 0 || label >= num_classes) std::abort();
    }
    const bool whole =
        read.samples.values.size() == rows * static_cast<std::size_t>(read.samples.shape.size());
    if (!whole || (!read.groups.empty() && read.groups.size() != rows)) std::abort();
  } catch (const netsmith::base::DataError&) {
  }
  return 0;
}
