#include "netsmith/base/file.h"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>

namespace netsmith::base {

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

}  // namespace netsmith::base
