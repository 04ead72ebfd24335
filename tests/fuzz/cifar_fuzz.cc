// Whatever the bytes, CIFAR's records are either read whole with labels in range, or refused with
// DataError. The first byte chooses between 10 and 100 classes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/cifar.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netsmith::data;
  if (size == 0) return 0;
  const int num_classes = data[0] % 2 == 0 ? 10 : 100;
  CifarRecords records;
  try {
    ParseCifar(*OpenBytes("fuzz", std::span(data, size).subspan(1)), num_classes, records);
  } catch (const netsmith::base::DataError&) {
  }
  if (records.samples.size() != records.labels.size() * 3072) std::abort();
  for (const std::int32_t label : records.labels) {
    if (label < 0 || label >= num_classes) std::abort();
  }
  return 0;
}
