#include "netsmith/base/toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/base/error.h"

namespace netsmith::base {
namespace {

bool IsBeyondAscii(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool IsDigit(char c) { return '0' <= c && c <= '9'; }

/// Of UTF-8, all bytes of a character but its first.
bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

[[noreturn]] void Fail(const std::string& path, toml::source_position place,
                       std::string_view what) {
  throw ConfigError(fmt::format("{}:{}:{}: {}", path, place.line, place.column, what));
}

/// Knows of a document where its strings, comments and keys are, up to its first mistake, which is
/// for toml++ to find. Refuses what toml++ 3.3 must not see:
///
/// - characters beyond ASCII outside strings and comments, where TOML 1.0 has none
///   (is_non_ascii_horizontal_whitespace takes a branch for them that it declares unreachable);
/// - a date with one digit behind it, from which it reads on whatever comes;
/// - keys of so many parts that its tables nest deeper than the stack.
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
    if (IsBeyondAscii(c)) FailStray();
    if (c == ' ' && !in_key_ && !string_may_begin_ && IsOneDigit(text_.substr(at_ + 1))) {
      FailHere("found one digit behind a value, expected a time to have two");
    }
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

  static bool IsOneDigit(std::string_view rest) {
    return !rest.empty() && IsDigit(rest[0]) && (rest.size() == 1 || !IsDigit(rest[1]));
  }

  /// Anything but white space, strings and comments.
  void Take(char c) {
    const bool may_begin = string_may_begin_;
    string_may_begin_ = false;
    if (c == ',' && !open_.empty()) {
      BeginIn(open_.back());
    } else if ((c == ']' || c == '}') && !open_.empty()) {
      open_.pop_back();
      in_key_ = false;
    } else if (in_key_) {
      if (c == '.' && ++key_parts_ > kMaxKeyParts) {
        FailHere(fmt::format("found a key of more than {} parts", kMaxKeyParts));
      }
      if (c == '=') {
        BeginValue();
      } else {
        string_may_begin_ = c == '.' || (c == '[' && may_begin);
      }
    } else if (may_begin && (c == '[' || c == '{')) {
      open_.push_back(c);
      BeginIn(c);
    }
  }

  void BeginIn(char bracket) {
    if (bracket == '[') {
      BeginValue();
    } else {
      BeginKey();
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

  /// To its last character. Behind a backslash in a string of many lines toml++ looks for white
  /// space, and behind that for more, with is_non_ascii_horizontal_whitespace.
  void SkipEscape(bool many_lines) {
    const std::size_t next = many_lines ? text_.find_first_not_of(" \t\r\n", at_ + 1) : at_ + 1;
    at_ = std::min(next, text_.size());
    if (many_lines && at_ < text_.size() && IsBeyondAscii(text_[at_])) {
      FailHere("found a character beyond ASCII behind a backslash, expected it as \\uXXXX");
    }
    // Behind white space, it is no part of the escape.
    if (many_lines && at_ > 0 && text_[at_ - 1] != '\\') --at_;
  }

  toml::source_position Here() const {
    const std::string_view read = text_.substr(0, at_);
    const std::string_view line = read.substr(read.rfind('\n') + 1);
    const auto begins = [](char c) { return !ContinuesCharacter(c); };
    return {static_cast<toml::source_index>(1 + std::ranges::count(read, '\n')),
            static_cast<toml::source_index>(1 + std::ranges::count_if(line, begins))};
  }

  [[noreturn]] void FailHere(std::string_view what) const { Fail(path_, Here(), what); }

  /// Where toml++ finds a mistake before, it may be in a string that the scanner does not see.
  [[noreturn]] void FailStray() const {
    try {
      static_cast<void>(toml::parse(text_.substr(0, at_)));
    } catch (const toml::parse_error& error) {
      const bool is_cut = error.description().find("end-of-file") != std::string_view::npos;
      if (!is_cut) Fail(path_, error.source().begin, error.description());
    }
    FailHere("found a character beyond ASCII outside strings and comments");
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
    Fail(path, error.source().begin, error.description());
  }
}

}  // namespace netsmith::base
