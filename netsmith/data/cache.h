#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>

#include "netsmith/base/error.h"

/// The folder where fetched files stay. A file in it is whole or not there at all, whatever kills
/// the program or fills the disk.
namespace netsmith::data {

/// The cache cannot be written: a full disk, a missing permission. Trying another source is no use.
class CacheError : public base::DataError {
 public:
  using DataError::DataError;
};

/// $XDG_CACHE_HOME/netsmith, else $HOME/.cache/netsmith.
/// Errors   DataError: neither variable names an absolute path.
std::filesystem::path DefaultCacheFolder();

/// Makes a folder of data sets its own for as long as it lives, so that two processes never fetch
/// the same at once; then removes what a killed process left behind. Makes the folder first.
class CacheLock {
 public:
  /// Waits until the folder is free.
  /// Errors   CacheError: it cannot be made or locked. Interrupted: `stop` was requested.
  CacheLock(const std::filesystem::path& folder, const std::stop_token& stop);
  ~CacheLock();
  CacheLock(const CacheLock&) = delete;
  CacheLock& operator=(const CacheLock&) = delete;

 private:
  int file_;  // the system's descriptor; closing it unlocks
};

/// A file that is written aside, in the folder where it belongs, and appears there when Commit
/// returns; without that it vanishes. Only for folders that are locked.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path target);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Errors   CacheError.
  void Write(std::span<const std::uint8_t> bytes);
  /// On the disk (fsync), then renamed. Errors   CacheError.
  void Commit();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::filesystem::path target_;
  std::filesystem::path aside_;
  std::unique_ptr<std::FILE, Close> file_;
};

/// An empty folder inside a locked one, removed at the end with everything in it.
class ScratchFolder {
 public:
  explicit ScratchFolder(const std::filesystem::path& parent);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace netsmith::data
