#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/csv.h"
#include "netsmith/data/formats/csv_dataset.h"
#include "netsmith/data/formats/folder.h"
#include "netsmith/data/formats/utf8.h"

namespace netsmith::data {
namespace {

constexpr std::size_t kMostClasses = 1000;  // of numbers that are taken for labels

/// What a column holds.
struct Column {
  bool has_words = false;
  bool whole = true;                     // nothing but whole numbers
  std::set<std::string> different = {};  // at most kMostClasses + 1

  void Add(const std::string& cell) {
    float value = 0;
    const NumberKind kind = ParseValue(cell, value);
    has_words = has_words || kind == NumberKind::kWrong;
    whole = whole && kind == NumberKind::kNumber && value == std::floor(value);
    if (different.size() <= kMostClasses) different.insert(cell);
  }
  /// As labels of `num_rows` rows would be.
  bool LooksLikeLabels(std::size_t num_rows) const {
    return whole && different.size() >= 2 && different.size() <= kMostClasses &&
           2 * different.size() <= num_rows;
  }
};

bool IsWord(const std::string& cell) {
  float value = 0;
  return ParseValue(cell, value) == NumberKind::kWrong;
}

bool IsHeader(const std::vector<std::string>& first, const std::vector<std::string>& second) {
  if (std::ranges::all_of(first, IsWord)) return true;
  for (std::size_t c = 0; c < first.size() && c < second.size(); ++c) {
    if (first[c].size() == 5 && (EndsIn(first[c], "label") || EndsIn(first[c], "class")))
      return true;
    float value = 0;
    if (IsWord(first[c]) && ParseValue(second[c], value) == NumberKind::kNumber) return true;
  }
  return false;
}

std::size_t FindColumn(const std::string& file, const std::string& option,
                       const std::string& wanted, const std::vector<std::string>& names) {
  const auto found = std::ranges::find(names, wanted);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
  if (error == std::errc() && end == wanted.data() + wanted.size() && number >= 1 &&
      number <= names.size()) {
    return number - 1;
  }
  throw base::DataError(
      fmt::format("{}: --{}: found no column {}, expected a name of the header or a "
                  "number from 1 to {}",
                  file, option, Shown(wanted), names.size()));
}

std::size_t GuessLabel(const std::string& file, const std::vector<std::string>& names,
                       const std::vector<Column>& columns, std::size_t num_rows) {
  constexpr std::array<std::string_view, 4> kUsual = {"label", "class", "target", "y"};
  for (const std::string_view usual : kUsual) {
    for (std::size_t c = 0; c < names.size(); ++c) {
      if (names[c].size() == usual.size() && EndsIn(names[c], usual)) return c;
    }
  }
  std::vector<std::size_t> candidates;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].has_words) candidates.push_back(c);
  }
  if (candidates.empty()) {
    for (const std::size_t c : {std::size_t{0}, columns.size() - 1}) {
      if (columns[c].LooksLikeLabels(num_rows)) candidates.push_back(c);
    }
  }
  if (candidates.size() == 1) return candidates.front();
  throw base::DataError(
      fmt::format("{}: found {} columns that may be the label, expected it named: "
                  "--label COLUMN",
                  file, candidates.size()));
}

std::vector<std::size_t> ValueColumns(const std::string& file, const CsvColumns& columns,
                                      const FormatOptions& options) {
  std::vector<std::size_t> values;
  if (!columns.has_header || options.values.empty()) {
    for (std::size_t c = 0; c < columns.names.size(); ++c) {
      if (c != columns.label && c != columns.group) values.push_back(c);
    }
    return values;
  }
  for (const std::string& name : options.values) {
    const auto found = std::ranges::find(columns.names, name);
    if (found == columns.names.end()) {
      throw base::DataError(
          fmt::format("{}: line 1: found no column {}, expected one as in the "
                      "table that trained the model",
                      file, Shown(name)));
    }
    values.push_back(static_cast<std::size_t>(found - columns.names.begin()));
  }
  return values;
}

/// Those of the first row, at `place`: UTF-8, and different unless they are empty.
std::vector<std::string> HeaderNames(const std::string& place,
                                     const std::vector<std::string>& cells) {
  std::vector<std::string> names;
  std::map<std::string, std::size_t> numbers;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const std::string& name = names.emplace_back(Trimmed(cells[c]));
    CheckUtf8(fmt::format("{}: column {}", place, c + 1), name);
    const auto [same, is_new] = numbers.try_emplace(name, c + 1);
    if (is_new || name.empty()) continue;
    throw base::DataError(
        fmt::format("{}: columns {} and {}: found the name {} twice, expected different names",
                    place, same->second, c + 1, Shown(name)));
  }
  return names;
}

/// All but the columns of values.
CsvColumns FindNamesAndLabel(const OpenSource& open, const FormatOptions& options) {
  CsvReader reader(open());
  std::vector<std::string> first;
  if (!reader.Next(first)) {
    throw base::DataError(reader.file() + ": found an empty file, expected rows of values");
  }
  const std::string place = fmt::format("{}: line {}", reader.file(), reader.line());
  std::vector<std::string> row;
  const bool has_second = reader.Next(row);
  CsvColumns found{
      .names = {}, .has_header = IsHeader(first, row), .label = 0, .group = 0, .values = {}};
  if (first.size() < 2) {
    throw base::DataError(place + ": found 1 column, expected a label and at least 1 value");
  }
  if (found.has_header) found.names = HeaderNames(place, first);
  while (found.names.size() < first.size()) {
    found.names.push_back(fmt::format("{}", found.names.size() + 1));
  }
  found.group = options.group.empty()
                    ? first.size()
                    : FindColumn(reader.file(), "group", options.group, found.names);
  if (!options.label.empty()) {
    found.label = FindColumn(reader.file(), "label", options.label, found.names);
    return found;
  }
  std::vector<Column> columns(first.size());
  std::size_t num_rows = 0;
  const auto add = [&](const std::vector<std::string>& cells) {
    ++num_rows;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (c != found.group) columns[c].Add(cells[c]);
    }
  };
  if (!found.has_header) add(first);
  for (bool more = has_second; more; more = reader.Next(row)) add(row);
  found.label = GuessLabel(reader.file(), found.names, columns, num_rows);
  return found;
}

}  // namespace

CsvColumns FindColumns(const OpenSource& open, const FormatOptions& options) {
  CsvColumns found = FindNamesAndLabel(open, options);
  found.values = ValueColumns(open()->name(), found, options);
  return found;
}

}  // namespace netsmith::data
