#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "netsmith/data/catalog.h"

namespace netsmith::data {

struct FetchOptions {
  /// The user's own folder with the files, plain or gzip. When given it decides: nothing else is
  /// tried, and a file that is missing or is not the catalogue's is an error.
  std::filesystem::path data_dir = {};
  /// Data sets are kept in a folder each under this one; empty: DefaultCacheFolder().
  std::filesystem::path cache_dir = {};
  std::stop_token stop = {};  // ends a download or a wait
};

/// Sees to it that the files of a data set are in its folder of the cache, unpacked, and returns
/// that folder. Files that are there already are checked by SHA-256 (about 40 ms for MNIST); one
/// that is damaged is reported and fetched again.
///
/// Any number of processes may fetch at once: one works, the others wait and use its result.
///
/// Errors   InvalidArgument: an unknown name (lists the known ones). DataError: no source has the
///          files (says what was tried, and why each failed), or the cache cannot be written.
///          Interrupted.
std::filesystem::path Fetch(const std::string& name, const FetchOptions& options);
std::filesystem::path Fetch(const CatalogEntry& entry, const FetchOptions& options);

/// The folder of a data set in the cache, there or not.
std::filesystem::path CacheFolderOf(const CatalogEntry& entry, const FetchOptions& options);

/// The entry of that name. Errors   InvalidArgument, listing the known names.
const CatalogEntry& RequireCatalogEntry(const std::string& name);

}  // namespace netsmith::data
