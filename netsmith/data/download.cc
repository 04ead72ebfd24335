#include "netsmith/data/download.h"

#include <curl/curl.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <system_error>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/data/cache.h"

namespace netsmith::data {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
struct CloseCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};

/// The file that a transfer writes to, and what went wrong locally.
struct Target {
  std::unique_ptr<std::FILE, CloseFile> file;
  std::int64_t size = 0;
  std::int64_t max_size = 0;
  bool too_large = false;
  int disk_error = 0;  // errno
};

std::size_t OnData(char* data, std::size_t, std::size_t count, void* user) {
  auto& target = *static_cast<Target*>(user);
  target.size += static_cast<std::int64_t>(count);
  target.too_large = target.size > target.max_size;
  if (target.too_large) return 0;
  if (std::fwrite(data, 1, count, target.file.get()) != count) {
    target.disk_error = errno;
    return 0;
  }
  return count;
}

int OnProgress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(user)->stop_requested() ? 1 : 0;
}

void InitializeCurlOnce() {
  static const CURLcode status = curl_global_init(CURL_GLOBAL_DEFAULT);
  NETSMITH_CHECK_EQ(static_cast<int>(status), static_cast<int>(CURLE_OK));
}

void Remove(const std::filesystem::path& path) {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
}

[[noreturn]] void FailOnDisk(const std::filesystem::path& path, int error) {
  Remove(path);
  throw CacheError(path.string() + ": cannot be written: " + std::strerror(error));
}

Target OpenTarget(const std::filesystem::path& path, std::int64_t max_size) {
  Target target;
  target.file.reset(std::fopen(path.c_str(), "ab"));
  if (!target.file) FailOnDisk(path, errno);
  std::error_code error;
  target.size = static_cast<std::int64_t>(std::filesystem::file_size(path, error));
  if (error) FailOnDisk(path, error.value());
  target.max_size = max_size;
  return target;
}

/// One attempt, from the end of `target`.
CURLcode Transfer(const std::string& url, const DownloadOptions& options, Target& target,
                  std::string& reason) {
  InitializeCurlOnce();
  const std::unique_ptr<CURL, CloseCurl> curl(curl_easy_init());
  if (!curl) throw std::bad_alloc();
  std::array<char, CURL_ERROR_SIZE> message{};
  const auto set = [&](CURLoption option, auto value) {
    NETSMITH_CHECK_EQ(static_cast<int>(curl_easy_setopt(curl.get(), option, value)), 0);
  };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_ERRORBUFFER, message.data());
  set(CURLOPT_FAILONERROR, 1L);
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_REDIR_PROTOCOLS_STR, "https");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_timeout.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, 1000L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_timeout.count()));
  set(CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(target.size));
  set(CURLOPT_WRITEFUNCTION, OnData);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&target));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, OnProgress);
  set(CURLOPT_XFERINFODATA, const_cast<void*>(static_cast<const void*>(&options.stop)));
  const CURLcode status = curl_easy_perform(curl.get());
  reason = message[0] != '\0' ? message.data() : curl_easy_strerror(status);
  if (std::fflush(target.file.get()) != 0 && target.disk_error == 0) target.disk_error = errno;
  return status;
}

bool CannotContinue(CURLcode status) {
  return status == CURLE_RANGE_ERROR || status == CURLE_BAD_DOWNLOAD_RESUME;
}

}  // namespace

void Download(const std::string& url, const std::filesystem::path& path,
              const DownloadOptions& options) {
  std::string reason;
  Target target = OpenTarget(path, options.max_bytes);
  CURLcode status = Transfer(url, options, target, reason);
  if (CannotContinue(status)) {
    target.file.reset();
    Remove(path);
    target = OpenTarget(path, options.max_bytes);
    status = Transfer(url, options, target, reason);
  }
  if (target.disk_error != 0) FailOnDisk(path, target.disk_error);
  if (status == CURLE_ABORTED_BY_CALLBACK) throw base::Interrupted(url + ": interrupted");
  if (target.too_large) {
    Remove(path);
    throw base::DataError(url + ": found more than the " + std::to_string(options.max_bytes) +
                          " bytes that were expected at most");
  }
  if (status == CURLE_OK) return;
  if (target.size == 0) Remove(path);
  throw base::DataError(url + ": " + reason);
}

}  // namespace netsmith::data
