#include "netsmith/data/cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "netsmith/base/log.h"

namespace netsmith::data {
namespace {

constexpr const char* kLeftoverPrefix = ".tmp-";

[[noreturn]] void Fail(const std::filesystem::path& path, const std::string& what, int error) {
  throw CacheError(path.string() + ": cannot be " + what + ": " + std::strerror(error));
}

std::filesystem::path AbsolutePathFrom(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr || value[0] != '/') return {};
  return value;
}

void RemoveLeftovers(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (const auto& item : std::filesystem::directory_iterator(folder, ignored)) {
    if (item.path().filename().string().rfind(kLeftoverPrefix, 0) == 0) {
      std::filesystem::remove_all(item.path(), ignored);
    }
  }
}

void WaitForLock(int file, const std::filesystem::path& path, const std::stop_token& stop) {
  bool told = false;
  while (flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) Fail(path, "locked", errno);
    if (stop.stop_requested())
      throw base::Interrupted("interrupted while waiting for " + path.string());
    if (!std::exchange(told, true)) {
      base::LogInfo("waiting for another process that fetches to " + path.parent_path().string());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

/// "FOLDER/.tmp-XXXXXX", to be completed by mkstemp or mkdtemp.
std::string LeftoverPattern(const std::filesystem::path& folder) {
  return (folder / kLeftoverPrefix).string() + "XXXXXX";
}

void SyncFolder(const std::filesystem::path& folder) {
  const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;  // the file itself is safe; only its name could be lost with the power
  fsync(file);
  close(file);
}

}  // namespace

std::filesystem::path DefaultCacheFolder() {
  if (const auto xdg = AbsolutePathFrom("XDG_CACHE_HOME"); !xdg.empty()) return xdg / "netsmith";
  if (const auto home = AbsolutePathFrom("HOME"); !home.empty()) return home / ".cache/netsmith";
  throw base::DataError(
      "no cache folder: found neither XDG_CACHE_HOME nor HOME, expected one with an "
      "absolute path");
}

CacheLock::CacheLock(const std::filesystem::path& folder, const std::stop_token& stop) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) Fail(folder, "made", error.value());
  const std::filesystem::path path = folder / ".lock";
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file_ < 0) Fail(path, "made", errno);
  try {
    WaitForLock(file_, path, stop);
  } catch (...) {
    close(file_);
    throw;
  }
  RemoveLeftovers(folder);
}

CacheLock::~CacheLock() { close(file_); }

AtomicFile::AtomicFile(std::filesystem::path target) : target_(std::move(target)) {
  std::string name = LeftoverPattern(target_.parent_path());
  const int file = mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) Fail(target_, "written", errno);
  aside_ = name;
  fchmod(file, 0644);
  file_.reset(fdopen(file, "wb"));
  if (!file_) {
    close(file);
    throw std::bad_alloc();
  }
}

AtomicFile::~AtomicFile() {
  std::error_code ignored;
  if (!aside_.empty()) std::filesystem::remove(aside_, ignored);
}

void AtomicFile::Write(std::span<const std::uint8_t> bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) {
    Fail(target_, "written", errno);
  }
}

void AtomicFile::Commit() {
  if (std::fflush(file_.get()) != 0 || fsync(fileno(file_.get())) != 0) {
    Fail(target_, "written", errno);
  }
  if (std::fclose(file_.release()) != 0) Fail(target_, "written", errno);
  if (std::rename(aside_.c_str(), target_.c_str()) != 0) Fail(target_, "written", errno);
  aside_.clear();
  SyncFolder(target_.parent_path());
}

ScratchFolder::ScratchFolder(const std::filesystem::path& parent) {
  std::string name = LeftoverPattern(parent);
  if (mkdtemp(name.data()) == nullptr) Fail(parent, "written", errno);
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace netsmith::data
