#include "netsmith/data/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/catalog_file.h"
#include "netsmith/data/formats/format.h"
#include "netsmith/data/formats/idx_dataset.h"
#include "netsmith/data/split.h"

namespace netsmith::data {
namespace {

/// In the order in which they are asked whether a path is theirs.
const std::vector<Format>& Formats() {
  static const std::vector<Format> formats = {IdxFolderFormat()};
  return formats;
}

Problem MakeProblem(Loaded loaded, const LoadOptions& options) {
  if (!(options.validation_fraction > 0 && options.validation_fraction < 1)) {
    throw base::InvalidArgument(
        fmt::format("found validation fraction {}, expected more than 0 and less than 1",
                    options.validation_fraction));
  }
  const std::int64_t num_validation =
      std::llround(static_cast<double>(loaded.development->size()) * options.validation_fraction);
  Split split = SplitValidation(*loaded.development, num_validation, options.seed);
  return Problem(std::move(loaded.development), std::move(loaded.test), std::move(split.train),
                 std::move(split.validation));
}

/// The entry's four files in the order of CatalogEntry::files, each checked.
std::array<std::filesystem::path, 4> CheckedFiles(const CatalogEntry& entry,
                                                  const FetchOptions& options) {
  const bool own = !options.data_dir.empty();
  const std::filesystem::path folder = own ? options.data_dir : Fetch(entry, options);
  std::array<std::filesystem::path, 4> paths;
  const std::vector<CatalogFile> files = entry.files();
  for (std::size_t i = 0; i < paths.size(); ++i) {
    paths[i] = RequireIdxFile(folder, files[i].name);
    if (own) CheckFile(paths[i], files[i]);
  }
  return paths;
}

Loaded LoadPath(const std::filesystem::path& path) {
  std::vector<std::string> known;
  for (const Format& format : Formats()) {
    if (format.recognises(path)) return format.load(path);
    known.push_back(fmt::format("{} ({})", format.name, format.files));
  }
  throw base::DataError(fmt::format("{}: found no data set, expected the files of one of: {}",
                                    path.string(), fmt::join(known, ", ")));
}

}  // namespace

Problem LoadProblem(const CatalogEntry& entry, const LoadOptions& options) {
  const auto [train_images, train_labels, test_images, test_labels] =
      CheckedFiles(entry, options.fetch);
  return MakeProblem(
      {.development = LoadIdxPair(entry.name, train_images, train_labels, entry.num_classes),
       .test = LoadIdxPair(entry.name, test_images, test_labels, entry.num_classes)},
      options);
}

Problem LoadProblem(const std::string& name_or_path, const LoadOptions& options) {
  if (const CatalogEntry* entry = FindCatalogEntry(name_or_path)) {
    return LoadProblem(*entry, options);
  }
  std::error_code ignored;
  const bool is_path = name_or_path.find('/') != std::string::npos;
  if (!is_path && !std::filesystem::exists(name_or_path, ignored)) {
    throw base::InvalidArgument(fmt::format("found data set \"{}\", expected one of {}, or a path",
                                            name_or_path, CatalogNames()));
  }
  if (!std::filesystem::exists(name_or_path, ignored)) {
    throw base::DataError(name_or_path + ": not found");
  }
  if (!options.fetch.data_dir.empty()) {
    throw base::InvalidArgument(
        fmt::format("found a data folder for the path {}, expected one only for {}", name_or_path,
                    CatalogNames()));
  }
  return MakeProblem(LoadPath(name_or_path), options);
}

}  // namespace netsmith::data
