#include "netsmith/base/file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "netsmith/base/error.h"

namespace netsmith::base {
namespace {

[[noreturn]] void FailToWrite(const std::string& path, int error) {
  throw IoError(
      fmt::format("{}: cannot be written: {}", path, std::generic_category().message(error)));
}

void WriteThrough(const std::string& path, std::string_view content, const std::string& name) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) FailToWrite(name, errno);
  const bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size() &&
                       std::fflush(file) == 0 &&
                       (fsync(fileno(file)) == 0 || errno == EINVAL || errno == EROFS);
  const int error = errno;
  if (std::fclose(file) != 0 || !written) FailToWrite(name, written ? errno : error);
}

}  // namespace

std::optional<std::string> ReadFile(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (file == nullptr) return std::nullopt;
  constexpr std::size_t kMaxBytes = std::size_t{64} << 20;
  std::string content;
  std::string part(1 << 16, '\0');
  while (const std::size_t count = std::fread(part.data(), 1, part.size(), file.get())) {
    content.append(part, 0, count);
    if (content.size() > kMaxBytes) {
      errno = EFBIG;
      return std::nullopt;
    }
  }
  if (std::ferror(file.get()) != 0) return std::nullopt;
  return content;
}

void WriteFile(const std::string& path, std::string_view content) {
  namespace fs = std::filesystem;
  std::error_code trouble;
  const fs::file_status status = fs::status(path, trouble);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    if (fs::is_directory(status)) FailToWrite(path, EISDIR);
    WriteThrough(path, content, path);  // a pipe or a device
    return;
  }
  const std::string part = path + ".part";
  try {
    WriteThrough(part, content, path);
    fs::rename(part, path, trouble);
    if (trouble) FailToWrite(path, trouble.value());
  } catch (...) {
    fs::remove(part, trouble);
    throw;
  }
}

}  // namespace netsmith::base
