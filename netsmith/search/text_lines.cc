#include "netsmith/search/text_lines.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "netsmith/base/error.h"

namespace netsmith::search {

std::optional<std::string> LineBuffer::Take() {
  const std::size_t end = text_.find('\n', searched_);
  if (std::min(end, text_.size()) > max_bytes_) {
    throw base::IoError(fmt::format("found a line of more than {} bytes", max_bytes_));
  }
  if (end == std::string::npos) {
    searched_ = text_.size();
    return std::nullopt;
  }
  std::string line = text_.substr(0, end);
  text_.erase(0, end + 1);
  searched_ = 0;
  return line;
}

std::optional<std::string> ReadLine(int fd, LineBuffer& buffer) {
  std::array<char, 4096> chunk;
  for (;;) {
    if (auto line = buffer.Take()) return line;
    const ssize_t count = read(fd, chunk.data(), chunk.size());
    if (count > 0) {
      buffer.Append({chunk.data(), static_cast<std::size_t>(count)});
    } else if (count == 0) {
      if (buffer.size() == 0) return std::nullopt;
      throw base::IoError(
          fmt::format("the stream ends within a line, after {} bytes of it", buffer.size()));
    } else if (errno != EINTR) {
      throw base::IoError(fmt::format("cannot read a line: {}", std::strerror(errno)));
    }
  }
}

std::ptrdiff_t WriteWithoutSignal(int fd, std::string_view bytes) {
  sigset_t pipe_signal;
  sigset_t before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  const ssize_t count = write(fd, bytes.data(), bytes.size());
  const int error = errno;
  if (count < 0 && error == EPIPE) {
    const timespec at_once{};
    sigtimedwait(&pipe_signal, nullptr, &at_once);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return count;
}

void WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::ptrdiff_t count = WriteWithoutSignal(fd, bytes);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      throw base::IoError(fmt::format("cannot write a line: {}", std::strerror(errno)));
    }
  }
}

std::string Printable(std::string_view text, std::size_t max_bytes) {
  std::string printable;
  for (const char c : text.substr(0, max_bytes + 1)) {
    if (c >= ' ' && c <= '~') {
      printable.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(printable), "\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  if (printable.size() > max_bytes) printable.replace(max_bytes - 3, std::string::npos, "...");
  return printable;
}

}  // namespace netsmith::search
