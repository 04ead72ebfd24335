#include "tests/support/text_files.h"

#include <cstddef>
#include <cstdint>
#include <numeric>

#include "tests/support/idx_files.h"

namespace netsmith::testing {

void WriteText(const std::filesystem::path& path, const std::string& text) {
  WriteBytes(path, Bytes(text.begin(), text.end()));
}

std::vector<float> ReadAll(const data::Dataset& dataset) {
  std::vector<std::int64_t> records(static_cast<std::size_t>(dataset.size()));
  std::iota(records.begin(), records.end(), std::int64_t{0});
  std::vector<float> values(records.size() * static_cast<std::size_t>(dataset.shape().size()));
  dataset.Read(records, values);
  return values;
}

}  // namespace netsmith::testing
