#pragma once

#include <filesystem>

#include "netsmith/data/catalog.h"

namespace netsmith::data {

/// Checks that a file, plain or gzip, has the content that the catalogue knows. One pass; reads no
/// more than the expected size, however much the file unpacks to.
/// Errors   DataError: file, offset, found, expected; the SHA-256 where the format is right.
void CheckFile(const std::filesystem::path& path, const CatalogFile& file);

/// The same; then the unpacked content is in folder/file.name, or, after an error, nothing is.
/// Errors   also CacheError, when it cannot be written.
void InstallFile(const std::filesystem::path& path, const CatalogFile& file,
                 const std::filesystem::path& folder);

}  // namespace netsmith::data
