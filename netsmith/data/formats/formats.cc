#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/cifar.h"
#include "netsmith/data/formats/csv_dataset.h"
#include "netsmith/data/formats/format.h"
#include "netsmith/data/formats/idx_dataset.h"
#include "netsmith/data/formats/image_folder.h"
#include "netsmith/data/formats/numpy_dataset.h"
#include "netsmith/data/formats/ts_dataset.h"
#include "netsmith/data/formats/wav_folder.h"

namespace netsmith::data {

const std::vector<Format>& Formats() {
  // A table may lie beside class folders, and say what is known of their files: it comes last.
  static const std::vector<Format> formats = {
      IdxFolderFormat(),   TsFormat(),        NumpyFormat(), CifarFormat(),
      ImageFolderFormat(), WavFolderFormat(), CsvFormat(),
  };
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
