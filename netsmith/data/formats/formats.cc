#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/csv_dataset.h"
#include "netsmith/data/formats/format.h"
#include "netsmith/data/formats/idx_dataset.h"
#include "netsmith/data/formats/numpy_dataset.h"
#include "netsmith/data/formats/ts_dataset.h"

namespace netsmith::data {

const std::vector<Format>& Formats() {
  static const std::vector<Format> formats = {IdxFolderFormat(), TsFormat(), NumpyFormat(),
                                              CsvFormat()};
  return formats;
}

const Format& FormatOf(const std::filesystem::path& path) {
  std::vector<std::string> known;
  for (const Format& format : Formats()) {
    if (format.recognises(path)) return format;
    known.push_back(fmt::format("{} ({})", format.name, format.files));
  }
  throw base::DataError(fmt::format("{}: found no data set, expected the files of one of: {}",
                                    path.string(), fmt::join(known, ", ")));
}

}  // namespace netsmith::data
