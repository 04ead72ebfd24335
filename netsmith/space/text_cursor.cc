#include "netsmith/space/text_cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include "netsmith/base/error.h"
#include "netsmith/base/printable.h"

namespace netsmith::space {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t'; }
bool IsPartOfNumber(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == '_' ||
         (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Bytes of the character, or of the byte that is no UTF-8, that stands at `position`.
std::size_t BytesAt(std::string_view text, std::size_t position) {
  return std::max<std::size_t>(1, base::CharacterBytes(text.substr(position)));
}

}  // namespace

std::string Quoted(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::size_t end = 0;
  while (end < text.size() && end + BytesAt(text, end) <= kLongest) end += BytesAt(text, end);
  return '"' + base::Printable(text.substr(0, end)) + (end < text.size() ? "…\"" : "\"");
}

void TextCursor::SkipSpaces() {
  while (position_ < text_.size() && IsSpace(text_[position_])) ++position_;
}

bool TextCursor::AtEnd() {
  SkipSpaces();
  return position_ == text_.size();
}

void TextCursor::Expect(char c, std::string_view meaning) {
  SkipSpaces();
  if (position_ == text_.size() || text_[position_] != c) {
    Fail(fmt::format("'{}' {}", c, meaning));
  }
  ++position_;
}

std::int64_t TextCursor::Integer(std::string_view meaning, std::int64_t lowest,
                                 std::int64_t highest) {
  SkipSpaces();
  const char* first = text_.data() + position_;
  std::size_t end = position_;
  while (end < text_.size() && IsPartOfNumber(text_[end])) ++end;
  const char* last = text_.data() + end;
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(first, last, value);
  if (error != std::errc() || stop != last || value < lowest || value > highest) {
    Fail(fmt::format("the {}, a whole number from {} to {}", meaning, lowest, highest));
  }
  position_ = end;
  return value;
}

std::string TextCursor::Found() const {
  if (position_ >= text_.size()) return "the end";
  std::size_t end = position_;
  while (end < text_.size() && IsPartOfNumber(text_[end])) ++end;
  if (end == position_) end += BytesAt(text_, end);
  return Quoted(text_.substr(position_, end - position_));
}

void TextCursor::Fail(std::string_view expected) {
  SkipSpaces();
  throw base::ConfigError(fmt::format("{} {}, column {}: found {}, expected {}", what_,
                                      Quoted(text_), position_ + 1, Found(), expected));
}

}  // namespace netsmith::space
