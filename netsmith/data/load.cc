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
#include "netsmith/base/log.h"
#include "netsmith/base/random.h"
#include "netsmith/data/catalog_file.h"
#include "netsmith/data/float_dataset.h"
#include "netsmith/data/formats/format.h"
#include "netsmith/data/formats/idx_dataset.h"
#include "netsmith/data/memory_dataset.h"
#include "netsmith/data/split.h"

namespace netsmith::data {
namespace {

void CheckFraction(const char* what, double fraction) {
  if (fraction > 0 && fraction < 1) return;
  throw base::InvalidArgument(
      fmt::format("found {} fraction {}, expected more than 0 and less than 1", what, fraction));
}

/// Takes the test set out of the development records.
void SplitTestSet(Loaded& loaded, const LoadOptions& options) {
  CheckFraction("test", options.test_fraction);
  const auto whole = loaded.development;
  const std::int64_t wanted =
      std::llround(static_cast<double>(whole->size()) * options.test_fraction);
  const Split split = SplitGroups(*whole, loaded.groups, std::max<std::int64_t>(wanted, 1),
                                  base::RandomStreams(options.seed).SeedFor("test set"));
  loaded.development = std::make_shared<Subset>(whole, split.train);
  loaded.test = std::make_shared<Subset>(whole, split.validation);
  if (loaded.groups.empty()) return;
  std::vector<std::int64_t> groups;
  for (const std::int64_t record : split.train) {
    groups.push_back(loaded.groups[static_cast<std::size_t>(record)]);
  }
  loaded.groups = std::move(groups);
}

/// By `known`, where it fits, or as the development set has it.
void Standardise(Loaded& loaded, const std::optional<Scaling>& known) {
  const tensor::SampleShape shape = loaded.development->shape();
  const std::int64_t count =
      *loaded.standardise == ScaleBy::kColumn ? shape.size() : shape.channels;
  const bool fits = known && std::ssize(known->mean) == count;
  const Scaling scaling = fits ? *known : MeasureScaling(*loaded.development, *loaded.standardise);
  loaded.development = std::make_shared<Scaled>(loaded.development, scaling);
  loaded.test = std::make_shared<Scaled>(loaded.test, scaling);
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

/// Options that differ from their defaults, by their names.
std::vector<std::string> GivenOptions(const FormatOptions& options) {
  const FormatOptions defaults;
  std::vector<std::string> given;
  const auto add = [&](const char* name, bool is_given) {
    if (is_given) given.emplace_back(name);
  };
  add("label", options.label != defaults.label);
  add("group", options.group != defaults.group);
  add("shape", options.shape != defaults.shape);
  add("scale", options.scale != defaults.scale);
  add("lengths", options.lengths != defaults.lengths);
  add("image-size", options.image_size != defaults.image_size);
  add("colour", options.colour != defaults.colour);
  add("window", options.window_seconds != defaults.window_seconds);
  add("log-mel", options.log_mel != defaults.log_mel);
  return given;
}

void CheckOptions(const std::filesystem::path& path, const Format& format,
                  const FormatOptions& options) {
  for (const std::string& name : GivenOptions(options)) {
    if (std::ranges::find(format.options, name) != format.options.end()) continue;
    throw base::InvalidArgument(fmt::format(
        "--{}: {} is in the format {}, which has no such option, expected {}", name, path.string(),
        format.name,
        format.options.empty() ? "none" : fmt::format("--{}", fmt::join(format.options, ", --"))));
  }
}

Loaded LoadPath(const std::filesystem::path& path, const FormatOptions& options) {
  const Format& format = FormatOf(path);
  CheckOptions(path, format, options);
  return format.load(path, options);
}

Loaded LoadEntry(const CatalogEntry& entry, const LoadOptions& options) {
  for (const std::string& name : GivenOptions(options.format)) {
    throw base::InvalidArgument(fmt::format(
        "--{}: found it beside the data set {}, expected it only with a path", name, entry.name));
  }
  const auto [train_images, train_labels, test_images, test_labels] =
      CheckedFiles(entry, options.fetch);
  return {.development = LoadIdxPair(entry.name, train_images, train_labels, entry.num_classes),
          .test = LoadIdxPair(entry.name, test_images, test_labels, entry.num_classes)};
}

}  // namespace

Problem MakeProblem(Loaded loaded, const LoadOptions& options) {
  if (loaded.test == nullptr) SplitTestSet(loaded, options);
  if (loaded.standardise) Standardise(loaded, options.scaling);
  if (loaded.missing_values > 0) {
    base::LogInfo(fmt::format("{}: {} values are missing and {}", loaded.development->name(),
                              loaded.missing_values,
                              loaded.standardise == ScaleBy::kColumn ? "become their column's mean"
                                                                     : "are interpolated"));
  }
  const std::int64_t size = loaded.development->size();
  std::int64_t num_validation = UsualValidation(size);
  if (options.validation_fraction) {
    CheckFraction("validation", *options.validation_fraction);
    num_validation = std::llround(static_cast<double>(size) * *options.validation_fraction);
  }
  Split split = SplitGroups(*loaded.development, loaded.groups, num_validation, options.seed);
  Problem problem(std::move(loaded.development), std::move(loaded.test), std::move(split.train),
                  std::move(split.validation));
  problem.SetGroups(std::move(loaded.groups));
  problem.SetReading(std::move(loaded.reading));
  return problem;
}

Loaded LoadRecords(const std::string& name_or_path, const LoadOptions& options) {
  if (const CatalogEntry* entry = FindCatalogEntry(name_or_path)) {
    return LoadEntry(*entry, options);
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
  return LoadPath(name_or_path, options.format);
}

Problem LoadProblem(const CatalogEntry& entry, const LoadOptions& options) {
  return MakeProblem(LoadEntry(entry, options), options);
}

Problem LoadProblem(const std::string& name_or_path, const LoadOptions& options) {
  return MakeProblem(LoadRecords(name_or_path, options), options);
}

}  // namespace netsmith::data
