#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

namespace netsmith::data {

struct DownloadOptions {
  std::chrono::seconds connect_timeout{5};
  std::chrono::seconds stall_timeout{30};  // gives up after so long below 1 kB/s
  std::int64_t max_bytes = 0;              // of the whole file; more is an error
  std::stop_token stop = {};
};

/// Downloads `url` to `path`. A file that is already there is the beginning of an earlier attempt:
/// the download continues at its end, or starts again where the server cannot continue.
/// Errors   DataError: URL and reason; what has arrived stays for the next attempt.
///          CacheError: the disk; nothing stays. Interrupted: `stop` was requested.
void Download(const std::string& url, const std::filesystem::path& path,
              const DownloadOptions& options);

}  // namespace netsmith::data
