#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Lines of text over file descriptors.
namespace netsmith::search {

/// Cuts a stream of bytes into lines of at most `max_bytes`.
class LineBuffer {
 public:
  explicit LineBuffer(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  void Append(std::string_view bytes) { text_.append(bytes); }
  /// The next whole line without its end, if there is one. Errors   IoError: it is too long.
  std::optional<std::string> Take();
  /// Bytes that are no whole line yet.
  std::size_t size() const { return text_.size(); }

 private:
  std::size_t max_bytes_;
  std::string text_;
  std::size_t searched_ = 0;  // no line ends before this
};

/// The next line from a blocking `fd`; nothing at the end of the stream.
/// Errors   IoError: reading fails, the line is too long, or the stream ends within a line.
std::optional<std::string> ReadLine(int fd, LineBuffer& buffer);

/// write(2), but a reader that is gone gives EPIPE and never the signal. Returns the number of
/// bytes written, -1 with errno otherwise.
std::ptrdiff_t WriteWithoutSignal(int fd, std::string_view bytes);

/// Writes all of `bytes` to a blocking `fd`. Errors   IoError.
void WriteAll(int fd, std::string_view bytes);

/// `text` fit for one line of a message: control characters and bytes beyond ASCII as \xNN, and
/// with "..." as its end where that takes more than `max_bytes` (at least 3).
std::string Printable(std::string_view text, std::size_t max_bytes);

}  // namespace netsmith::search
