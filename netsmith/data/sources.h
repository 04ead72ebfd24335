#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/data/catalog.h"

namespace netsmith::data {

/// One place that the files of a data set can come from.
class Source {
 public:
  virtual ~Source() = default;
  /// For messages: a folder, a URL, "npm package …".
  virtual std::string Label() const = 0;
  /// Puts one file, checked, into `cache`, a locked folder.
  /// Errors   DataError: this source does not have it, or not as it should be. CacheError: the
  ///          cache cannot be written. Interrupted.
  virtual void Obtain(const CatalogFile& file, const std::filesystem::path& cache) = 0;
};

/// A folder with idx files, plain or gzip.
std::unique_ptr<Source> FolderSource(const std::filesystem::path& folder);

/// Where an entry's files can come from without the user's help, in the order of the catalogue.
std::vector<std::unique_ptr<Source>> PublicSources(const CatalogEntry& entry,
                                                   const std::stop_token& stop);

}  // namespace netsmith::data
