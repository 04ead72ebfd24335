#include "netsmith/data/formats/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "netsmith/base/error.h"

namespace netsmith::data {
namespace {

std::int64_t CountOutsideQuotes(std::string_view text, char wanted) {
  std::int64_t count = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    count += !quoted && c == wanted ? 1 : 0;
  }
  return count;
}

}  // namespace

CsvReader::CsvReader(std::unique_ptr<ByteSource> source)
    : source_(std::move(source)), lines_(*source_) {}

void CsvReader::Fail(std::string_view message) const {
  throw base::DataError(fmt::format("{}: line {}: {}", file(), line_, message));
}

void CsvReader::ChooseSeparator(std::string_view first_line) {
  constexpr std::array kSeparators = {'\t', ';', ','};
  std::int64_t most = -1;
  for (const char candidate : kSeparators) {
    const std::int64_t count = CountOutsideQuotes(first_line, candidate);
    if (count > most) {
      most = count;
      separator_ = candidate;
    }
  }
}

bool CsvReader::Next(std::vector<std::string>& cells) {
  do {
    if (!lines_.Next(text_)) return false;
  } while (Trimmed(text_).empty());
  line_ = lines_.number();
  if (separator_ == 0) ChooseSeparator(text_);
  std::string more;
  while (!Cut(cells)) {
    if (!lines_.Next(more))
      Fail("found a quote that does not end, expected \" before the file's end");
    text_ += '\n';
    text_ += more;
    if (text_.size() > LineReader::kMaxLineBytes) {
      Fail(fmt::format("found more than {} bytes, expected the end of the quote",
                       LineReader::kMaxLineBytes));
    }
  }
  if (num_cells_ == 0) num_cells_ = cells.size();
  if (cells.size() != num_cells_) {
    Fail(fmt::format("found {} cells, expected {} as in the first record", cells.size(),
                     num_cells_));
  }
  return true;
}

bool CsvReader::Cut(std::vector<std::string>& cells) const {
  cells.clear();
  const std::string_view text = text_;
  std::size_t at = 0;
  while (true) {
    std::string cell;
    if (at < text.size() && text[at] == '"') {
      for (++at;; ++at) {
        const std::size_t quote = text.find('"', at);
        if (quote == std::string_view::npos) return false;
        cell.append(text.substr(at, quote - at));
        at = quote + 1;
        if (at >= text.size() || text[at] != '"') break;
        cell += '"';
      }
      if (at < text.size() && text[at] != separator_) {
        Fail(fmt::format("cell {}: found {} after a quote, expected the separator {}",
                         cells.size() + 1, Shown(text.substr(at, 1)),
                         Shown(std::string_view(&separator_, 1))));
      }
    } else {
      const std::size_t end = std::min(text.find(separator_, at), text.size());
      cell = text.substr(at, end - at);
      at = end;
    }
    cells.push_back(std::move(cell));
    if (at >= text.size()) return true;
    ++at;
  }
}

std::string NoNumber(std::string_view cell) {
  const std::size_t comma = cell.find(',');
  std::string with_point(Trimmed(cell));
  std::ranges::replace(with_point, ',', '.');
  float ignored = 0;
  const bool has_decimal_comma = comma != cell.npos && cell.find(',', comma + 1) == cell.npos &&
                                 ParseValue(with_point, ignored) == NumberKind::kNumber;
  return fmt::format("found {}, expected a number{}", Shown(cell),
                     has_decimal_comma ? " with a decimal point" : "");
}

}  // namespace netsmith::data
