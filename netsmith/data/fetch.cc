#include "netsmith/data/fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <system_error>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/data/cache.h"
#include "netsmith/data/catalog_file.h"
#include "netsmith/data/sources.h"

namespace netsmith::data {
namespace {

using OnDamage = std::function<void(const std::string&)>;

bool IsCached(const CatalogFile& file, const std::filesystem::path& cache,
              const OnDamage& on_damage) {
  std::error_code ignored;
  if (!std::filesystem::exists(cache / file.name, ignored)) return false;
  try {
    CheckFile(cache / file.name, file);
    return true;
  } catch (const base::DataError& damage) {
    on_damage(damage.what());
    return false;
  }
}

std::vector<CatalogFile> MissingFiles(const CatalogEntry& entry, const std::filesystem::path& cache,
                                      const OnDamage& on_damage) {
  std::vector<CatalogFile> files = entry.files();
  std::erase_if(files, [&](const CatalogFile& file) { return IsCached(file, cache, on_damage); });
  return files;
}

void WarnOfDamage(const std::string& damage) {
  base::LogWarning(damage + "; the file is fetched again");
}

/// Takes from `source` what is missing, and out of `missing` what came.
void Take(Source& source, std::vector<CatalogFile>& missing, const std::filesystem::path& cache) {
  while (!missing.empty()) {
    source.Obtain(missing.front(), cache);
    std::error_code ignored;
    std::filesystem::remove(cache / (".part-" + missing.front().name + ".gz"), ignored);
    missing.erase(missing.begin());
  }
}

[[noreturn]] void FailOnAll(const CatalogEntry& entry, const std::vector<CatalogFile>& missing,
                            const std::vector<std::string>& reasons) {
  std::vector<std::string> names;
  names.reserve(missing.size());
  for (const CatalogFile& file : missing) names.push_back(file.name);
  const std::string advice =
      entry.package.empty() ? "" : "install Debian's package " + entry.package + ", or ";
  throw base::DataError(fmt::format(
      "{}: no source has {}: {}; {}put the files into a folder and give it as --data-dir",
      entry.name, fmt::join(names, ", "), fmt::join(reasons, "; "), advice));
}

void TakeFromPublicSources(const CatalogEntry& entry, std::vector<CatalogFile> missing,
                           const FetchOptions& options, const std::filesystem::path& cache) {
  std::vector<std::string> reasons;
  for (const auto& source : PublicSources(entry, options.stop)) {
    if (missing.empty()) return;
    base::LogInfo(fmt::format("{}: trying {}", entry.name, source->Label()));
    try {
      Take(*source, missing, cache);
    } catch (const CacheError&) {
      throw;
    } catch (const base::DataError& error) {
      reasons.emplace_back(error.what());
    }
  }
  if (!missing.empty()) FailOnAll(entry, missing, reasons);
}

}  // namespace

const CatalogEntry& RequireCatalogEntry(const std::string& name) {
  const CatalogEntry* entry = FindCatalogEntry(name);
  if (entry == nullptr) {
    throw base::InvalidArgument(
        fmt::format("found data set \"{}\", expected one of {}", name, CatalogNames()));
  }
  return *entry;
}

std::filesystem::path CacheFolderOf(const CatalogEntry& entry, const FetchOptions& options) {
  return (options.cache_dir.empty() ? DefaultCacheFolder() : options.cache_dir) / entry.name;
}

std::filesystem::path Fetch(const std::string& name, const FetchOptions& options) {
  return Fetch(RequireCatalogEntry(name), options);
}

std::filesystem::path Fetch(const CatalogEntry& entry, const FetchOptions& options) {
  std::filesystem::path cache = CacheFolderOf(entry, options);
  if (!options.data_dir.empty()) {
    const CacheLock lock(cache, options.stop);
    std::vector<CatalogFile> all = entry.files();
    Take(*FolderSource(options.data_dir), all, cache);
    return cache;
  }
  // Without the lock at first: a cache that is complete may be read-only.
  if (MissingFiles(entry, cache, [](const std::string&) {}).empty()) return cache;
  const CacheLock lock(cache, options.stop);
  TakeFromPublicSources(entry, MissingFiles(entry, cache, WarnOfDamage), options, cache);
  return cache;
}

}  // namespace netsmith::data
