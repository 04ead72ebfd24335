#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "netsmith/data/catalog.h"
#include "netsmith/data/dataset.h"
#include "netsmith/data/fetch.h"
#include "netsmith/data/formats/format.h"

namespace netsmith::data {

struct LoadOptions {
  FetchOptions fetch = {};
  FormatOptions format = {};  // of a path's files
  std::uint64_t seed = 0;     // of the splits
  /// Share of the development records that validate, rounded; by default UsualValidation.
  std::optional<double> validation_fraction = std::nullopt;
  /// Share of a path's records that becomes the test set where its files have none.
  double test_fraction = 0.2;
  /// A model's, for what it is to be measured on, in place of that of the development records;
  /// for values that are standardised, and where it is of as many numbers.
  std::optional<Scaling> scaling = std::nullopt;
};

/// The data of a study: `name_or_path` is a name of the catalogue, whose files are fetched when the
/// cache lacks them, or the path of a folder or file in one of the known formats.
///
/// What is checked when: files of the catalogue against their SHA-256 at every load, which is one
/// more pass over bytes that are read anyway; so a damaged cache never becomes a strange accuracy.
/// With fetch.data_dir its files are checked and used where they are; the cache is not touched.
///
/// Errors   InvalidArgument: unknown name, a fraction that leaves one part empty, or an option that
///          the path's format does not have. DataError: as Fetch; a path that does not exist, or
///          that no format recognises; the format's own.
Problem LoadProblem(const std::string& name_or_path, const LoadOptions& options);
Problem LoadProblem(const CatalogEntry& entry, const LoadOptions& options);

/// The two steps of LoadProblem: what the files hold, and its division and scaling.
Loaded LoadRecords(const std::string& name_or_path, const LoadOptions& options);
Problem MakeProblem(Loaded loaded, const LoadOptions& options);

}  // namespace netsmith::data
