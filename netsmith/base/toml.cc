#include "netsmith/base/toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/base/error.h"

namespace netsmith::base {
namespace {

bool IsBeyondAscii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

/// Of UTF-8, all bytes of a character but its first.
bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Knows of a document where its strings, comments and keys are, up to its first mistake, which is
/// for toml++ to find. Refuses what toml++ 3.3 must not see: characters beyond ASCII outside
/// strings and comments (TOML 1.0 has none there; is_non_ascii_horizontal_whitespace takes a branch
/// for them that it declares unreachable), and keys of so many parts that its tables nest deeper
/// than the stack.
class Scanner {
 public:
  Scanner(std::string_view text, const std::string& path) : text_(text), path_(path) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  }

  void Scan() {
    while (at_ < text_.size()) Next();
  }

 private:
  static constexpr int kMaxKeyParts = 16;

  void Next() {
    const char c = text_[at_];
    if (IsBeyondAscii(c)) Fail("found a character beyond ASCII outside strings and comments");
    if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if ((c == '"' || c == '\'') && string_may_begin_) {
      SkipString(c);
      string_may_begin_ = false;
    } else {
      if (c == '\n' && open_.empty()) BeginKey();
      if (c != ' ' && c != '\t' && c != '\r' && c != '\n') Take(c);
      ++at_;
    }
  }

  /// Anything but white space, strings and comments.
  void Take(char c) {
    const bool may_begin = string_may_begin_;
    string_may_begin_ = false;
    if (c == ',' && !open_.empty()) {
      open_.back() == '[' ? BeginValue() : BeginKey();
    } else if ((c == ']' || c == '}') && !open_.empty()) {
      open_.pop_back();
      in_key_ = false;
    } else if (in_key_) {
      if (c == '.' && ++key_parts_ > kMaxKeyParts) {
        Fail(fmt::format("found a key of more than {} parts", kMaxKeyParts));
      }
      if (c == '=') {
        BeginValue();
      } else {
        string_may_begin_ = c == '.' || (c == '[' && may_begin);
      }
    } else if (may_begin && (c == '[' || c == '{')) {
      open_.push_back(c);
      c == '[' ? BeginValue() : BeginKey();
    }
  }

  void BeginKey() {
    in_key_ = string_may_begin_ = true;
    key_parts_ = 1;
  }
  void BeginValue() {
    in_key_ = false;
    string_may_begin_ = true;
  }

  /// To behind the string's end; one of one line ends with the line at the latest.
  void SkipString(char first) {
    const std::string_view triple = first == '"' ? "\"\"\"" : "'''";
    const bool many_lines = text_.substr(at_).starts_with(triple);
    const std::string_view quote = many_lines ? triple : triple.substr(0, 1);
    for (at_ += quote.size(); at_ < text_.size(); ++at_) {
      if (first == '"' && text_[at_] == '\\') {
        SkipEscape(many_lines);
      } else if (text_.substr(at_).starts_with(quote)) {
        at_ += quote.size();
        return;
      } else if (text_[at_] == '\n' && !many_lines) {
        return;
      }
    }
  }

  /// To its last character. A backslash that ends a line takes away the white space behind it,
  /// which toml++ looks for with the function above.
  void SkipEscape(bool many_lines) {
    const std::size_t next = text_.find_first_not_of(" \t\r\n", at_ + 1);
    if (!many_lines || next == at_ + 1) {
      ++at_;
    } else if (next < text_.size()) {
      at_ = next;
      if (IsBeyondAscii(text_[at_])) {
        Fail(
            "found a character beyond ASCII at the beginning of a continued line, expected it as "
            "\\uXXXX");
      }
      --at_;
    } else {
      at_ = text_.size();
    }
  }

  [[noreturn]] void Fail(std::string_view what) const {
    const std::string_view read = text_.substr(0, at_);
    const std::string_view line = read.substr(read.rfind('\n') + 1);
    throw ConfigError(fmt::format(
        "{}:{}:{}: {}", path_, 1 + std::ranges::count(read, '\n'),
        1 + std::ranges::count_if(line, [](char c) { return !ContinuesCharacter(c); }), what));
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t at_ = 0;
  std::vector<char> open_;  // brackets of the arrays and inline tables around
  bool in_key_ = true;      // or in the head of a table; else in a value
  bool string_may_begin_ = true;
  int key_parts_ = 1;
};

}  // namespace

toml::table ParseToml(std::string_view content, const std::string& path) {
  Scanner(content, path).Scan();
  try {
    return toml::parse(content);
  } catch (const toml::parse_error& error) {
    const toml::source_position begin = error.source().begin;
    throw ConfigError(
        fmt::format("{}:{}:{}: {}", path, begin.line, begin.column, error.description()));
  }
}

}  // namespace netsmith::base
