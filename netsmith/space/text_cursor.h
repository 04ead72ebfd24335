#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace netsmith::space {

/// Reads a short text from left to right. Spaces and tabs between tokens are ignored. Every
/// complaint is a ConfigError that names the text, the column (in bytes, from 1), what was found
/// there and what was expected.
class TextCursor {
 public:
  /// `what` names the text in messages: "network". Both must outlive the cursor.
  TextCursor(std::string_view what, std::string_view text, std::size_t start = 0)
      : what_(what), text_(text), position_(start) {}

  /// True when only spaces are left.
  bool AtEnd();
  /// Consumes `c`; `meaning` completes the message: "expected ',' and the pool size".
  void Expect(char c, std::string_view meaning);
  /// Consumes a whole number in [lowest, highest].
  std::int64_t Integer(std::string_view meaning, std::int64_t lowest, std::int64_t highest);
  /// Throws: found is what stands at the cursor.
  [[noreturn]] void Fail(std::string_view expected);

 private:
  void SkipSpaces();
  /// The number or single character at the cursor, quoted, or "the end".
  std::string Found() const;

  std::string_view what_;
  std::string_view text_;
  std::size_t position_;
};

/// `text` in double quotes on one line: control characters escaped, cut after 60 bytes.
std::string Quoted(std::string_view text);

}  // namespace netsmith::space
