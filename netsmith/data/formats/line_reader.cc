#include "netsmith/data/formats/line_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <system_error>

#include "netsmith/base/error.h"

namespace netsmith::data {
namespace {

bool IsNan(std::string_view text) {
  if (text.size() != 3) return false;
  const auto is = [&](std::size_t i, char letter) { return (text[i] | 0x20) == letter; };
  return is(0, 'n') && is(1, 'a') && is(2, 'n');
}

}  // namespace

bool LineReader::Refill() {
  begin_ = 0;
  end_ = source_.Read(buffer_);
  return end_ > 0;
}

bool LineReader::Next(std::string& line) {
  line.clear();
  if (begin_ == end_ && !Refill()) return false;
  ++number_;
  while (true) {
    const auto first = std::next(buffer_.begin(), static_cast<std::ptrdiff_t>(begin_));
    const auto last = std::next(buffer_.begin(), static_cast<std::ptrdiff_t>(end_));
    const auto newline = std::find(first, last, '\n');
    line.append(first, newline);
    if (line.size() > kMaxLineBytes) {
      Fail(fmt::format("found more than {} bytes, expected the end of the line", kMaxLineBytes));
    }
    begin_ += static_cast<std::size_t>(newline - first);
    if (newline != last) {
      ++begin_;
      break;
    }
    if (!Refill()) break;
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (number_ == 1 && line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
  return true;
}

void LineReader::Fail(std::string_view message) const {
  throw base::DataError(fmt::format("{}: line {}: {}", file(), number_, message));
}

std::string_view Trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string Shown(std::string_view text) {
  constexpr std::size_t kMostShown = 40;
  std::string shown = "\"";
  for (const char c : text.substr(0, kMostShown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7e) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += c;
    }
  }
  return shown + (text.size() > kMostShown ? "…\"" : "\"");
}

NumberKind ParseValue(std::string_view text, float& value) {
  text = Trimmed(text);
  if (text.empty() || text == "?" || text == "NA" || text == "N/A" || IsNan(text))
    return NumberKind::kMissing;
  if (text.front() == '+') text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) {
    return NumberKind::kWrong;
  }
  // Out of range is also what is too small; that is 0.
  if (error == std::errc::result_out_of_range) {
    const std::size_t exponent = text.find_first_of("eE");
    if (exponent == std::string_view::npos || text.substr(exponent + 1, 1) != "-") {
      return NumberKind::kWrong;
    }
    number = 0;
  }
  value = static_cast<float>(number);
  return std::isfinite(value) ? NumberKind::kNumber : NumberKind::kWrong;
}

}  // namespace netsmith::data
