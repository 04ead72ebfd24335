#include "netsmith/data/formats/ts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/labels.h"
#include "netsmith/data/formats/line_reader.h"
#include "netsmith/data/formats/memory_guard.h"
#include "netsmith/data/formats/utf8.h"

namespace netsmith::data {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// The words of a header line.
std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    text = Trimmed(text);
    if (text.empty()) return words;
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

class TsParser {
 public:
  TsParser(ByteSource& source, const std::vector<std::string>* classes)
      : lines_(source), known_classes_(classes), guard_(source.name()) {
    file_.set.name = source.name();
  }

  TsFile Parse() {
    ReadHeader();
    std::string line;
    while (NextLine(line)) AddRecord(line);
    if (file_.set.records.empty()) {
      throw base::DataError(file_.set.name + ": found no record, expected series after @data");
    }
    return std::move(file_);
  }

 private:
  /// Passes over comments and empty lines.
  bool NextLine(std::string& line) {
    while (lines_.Next(line)) {
      const std::string_view text = Trimmed(line);
      if (!text.empty() && text.front() != '#' && text.front() != '%') return true;
    }
    return false;
  }

  void ReadHeader() {
    std::string line;
    while (NextLine(line)) {
      const std::vector<std::string> words = Words(line);
      if (words.front().front() != '@') {
        lines_.Fail(fmt::format("found {}, expected a header such as @data", Shown(line)));
      }
      if (Lower(words.front()) == "@data") return CheckHeader();
      ReadHeader(Lower(words.front()), words);
    }
    throw base::DataError(file_.set.name +
                          (lines_.number() == 0
                               ? ": found an empty file, expected headers and @data"
                               : ": found no @data, expected it after the headers"));
  }

  void ReadHeader(const std::string& key, const std::vector<std::string>& words) {
    if (key == "@classlabel") {
      if (!IsTrue(words)) lines_.Fail("found @classLabel false, expected classes");
      SetClasses(words);
    } else if (key == "@targetlabel" && IsTrue(words)) {
      lines_.Fail("found @targetLabel (regression), expected @classLabel");
    } else if (key == "@timestamps" && IsTrue(words)) {
      lines_.Fail("found @timeStamps true, expected values without time stamps");
    } else if (key == "@dimensions" || key == "@dimension") {
      SetDimensions(words, Count(words));
    } else if (key == "@univariate" && IsTrue(words)) {
      SetDimensions(words, 1);
    } else if (key == "@serieslength") {
      length_ = Count(words);
    } else if (key == "@equallength") {
      equal_length_ = IsTrue(words);
    }
  }

  static bool IsTrue(const std::vector<std::string>& words) {
    return words.size() > 1 && Lower(words[1]) == "true";
  }

  std::size_t Count(const std::vector<std::string>& words) {
    std::size_t count = 0;
    const std::string text = words.size() > 1 ? words[1] : "";
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || end != text.data() + text.size() || count == 0) {
      lines_.Fail(
          fmt::format("found {} {}, expected a whole number from 1", words.front(), Shown(text)));
    }
    return count;
  }

  void SetDimensions(const std::vector<std::string>& words, std::size_t count) {
    if (dimensions_ != 0 && dimensions_ != count) {
      lines_.Fail(fmt::format("found {} {}, expected {} dimensions as in a line before",
                              words.front(), words[1], dimensions_));
    }
    dimensions_ = count;
  }

  void SetClasses(const std::vector<std::string>& words) {
    if (!file_.class_names.empty()) {
      lines_.Fail(fmt::format("found a second {}, expected one", words.front()));
    }
    std::vector<std::string> names(words.begin() + 2, words.end());
    for (const std::string& name : names) {
      CheckUtf8(fmt::format("{}: line {}", lines_.file(), lines_.number()), name);
    }
    std::vector<std::string> sorted = names;
    SortedUnique(sorted);
    if (sorted.size() < 2 || sorted.size() < names.size()) {
      lines_.Fail(fmt::format("found {} different classes in {}, expected at least 2, each once",
                              sorted.size(), names.size()));
    }
    if (known_classes_ != nullptr) names = *known_classes_;
    file_.class_names = std::move(names);
  }

  static void SortedUnique(std::vector<std::string>& names) {
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
  }

  void CheckHeader() {
    if (file_.class_names.empty()) {
      lines_.Fail("found @data without @classLabel before it, expected the classes");
    }
    if (!equal_length_) length_ = 0;
  }

  void AddRecord(std::string_view line) {
    guard_.Take(static_cast<std::int64_t>(line.size() / 2));
    const std::size_t colon = line.rfind(':');
    if (colon == std::string_view::npos) {
      lines_.Fail("found no \":\", expected values and after it the class");
    }
    const std::int32_t label = Label(Trimmed(line.substr(colon + 1)));
    Channels channels;
    std::string_view rest = line.substr(0, colon);
    while (true) {
      const std::size_t end = std::min(rest.find(':'), rest.size());
      channels.push_back(Values(rest.substr(0, end), channels.size() + 1));
      if (end == rest.size()) break;
      rest.remove_prefix(end + 1);
    }
    CheckDimensions(channels.size());
    file_.set.records.push_back(std::move(channels));
    file_.set.labels.push_back(label);
  }

  std::int32_t Label(std::string_view text) {
    const auto& names = file_.class_names;
    const auto found = std::ranges::find(names, text);
    if (found == names.end()) {
      lines_.Fail(fmt::format("found class {}, expected one of {}", Shown(text), Listed(names)));
    }
    return static_cast<std::int32_t>(found - names.begin());
  }

  std::vector<float> Values(std::string_view text, std::size_t dimension) {
    std::vector<float> values;
    while (true) {
      const std::size_t comma = std::min(text.find(','), text.size());
      float value = std::numeric_limits<float>::quiet_NaN();
      if (ParseValue(text.substr(0, comma), value) == NumberKind::kWrong) {
        lines_.Fail(fmt::format("dimension {}, value {}: found {}, expected a number or ?",
                                dimension, values.size() + 1, Shown(text.substr(0, comma))));
      }
      values.push_back(value);
      if (comma == text.size()) break;
      text.remove_prefix(comma + 1);
    }
    if (length_ != 0 && values.size() != length_) {
      lines_.Fail(fmt::format("dimension {}: found {} values, expected {} as @seriesLength says",
                              dimension, values.size(), length_));
    }
    return values;
  }

  void CheckDimensions(std::size_t found) {
    if (dimensions_ == 0) dimensions_ = found;
    if (found != dimensions_) {
      lines_.Fail(fmt::format("found {} dimensions, expected {} as in {}", found, dimensions_,
                              file_.set.records.empty() ? "the header" : "the lines before"));
    }
  }

  LineReader lines_;
  const std::vector<std::string>* known_classes_;
  MemoryGuard guard_;
  TsFile file_;
  std::size_t dimensions_ = 0;  // 0: not known yet
  std::size_t length_ = 0;      // 0: any
  bool equal_length_ = false;
};

}  // namespace

TsFile ParseTs(ByteSource& source, const std::vector<std::string>* classes) {
  return TsParser(source, classes).Parse();
}

}  // namespace netsmith::data
