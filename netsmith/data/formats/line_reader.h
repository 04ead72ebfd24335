#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "netsmith/data/formats/byte_source.h"

namespace netsmith::data {

/// The lines of a text file, without their ends (LF or CRLF) and the first one's byte order mark.
class LineReader {
 public:
  static constexpr std::size_t kMaxLineBytes = std::size_t{64} << 20;

  explicit LineReader(ByteSource& source) : source_(source) {}

  /// False at the end of the file. `line` may hold anything but an LF.
  /// Errors   DataError: as ByteSource; a line is longer than kMaxLineBytes.
  bool Next(std::string& line);
  /// Of the line read last, from 1; 0 before the first.
  std::int64_t number() const { return number_; }
  const std::string& file() const { return source_.name(); }
  /// Throws a DataError: "FILE: line N: MESSAGE".
  [[noreturn]] void Fail(std::string_view message) const;

 private:
  bool Refill();

  ByteSource& source_;
  std::array<std::uint8_t, 1 << 16> buffer_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::int64_t number_ = 0;
};

/// Without blanks at both ends.
std::string_view Trimmed(std::string_view text);

/// For a message: in quotes, cut to 40 bytes, control characters and bytes beyond ASCII as \xHH.
std::string Shown(std::string_view text);

enum class NumberKind { kNumber, kMissing, kWrong };
/// A decimal number. Missing: nothing, "?", "NA", "N/A", or any spelling of nan. Wrong: anything
/// else, infinite, or beyond what a float holds.
NumberKind ParseValue(std::string_view text, float& value);

}  // namespace netsmith::data
