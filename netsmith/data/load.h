#pragma once

#include <cstdint>
#include <string>

#include "netsmith/data/catalog.h"
#include "netsmith/data/dataset.h"
#include "netsmith/data/fetch.h"

namespace netsmith::data {

struct LoadOptions {
  FetchOptions fetch = {};
  std::uint64_t seed = 0;  // of the split
  /// Share of the training files' records that validate, rounded: 5,000 of MNIST's 60,000.
  double validation_fraction = 1.0 / 12;
};

/// The data of a study: `name_or_path` is a name of the catalogue, whose files are fetched when the
/// cache lacks them, or the path of a folder in one of the known formats.
///
/// What is checked when: files of the catalogue against their SHA-256 at every load, which is one
/// more pass over bytes that are read anyway; so a damaged cache never becomes a strange accuracy.
/// With fetch.data_dir its files are checked and used where they are; the cache is not touched.
///
/// Errors   InvalidArgument: unknown name, or a fraction that leaves one part empty. DataError: as
///          Fetch; a path that does not exist, or that no format recognises; the format's own.
Problem LoadProblem(const std::string& name_or_path, const LoadOptions& options);
Problem LoadProblem(const CatalogEntry& entry, const LoadOptions& options);

}  // namespace netsmith::data
