#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/data/formats/byte_source.h"
#include "netsmith/data/formats/line_reader.h"

namespace netsmith::data {

/// Records of separated values (RFC 4180): a cell may stand in double quotes and then hold
/// separators, line ends and, doubled, quotes. Empty lines are passed over. The separator is that
/// of tab, semicolon and comma which the first record has most of.
class CsvReader {
 public:
  explicit CsvReader(std::unique_ptr<ByteSource> source);

  /// False at the end of the file. Errors   DataError: file, line: a quote that does not end, text
  /// behind a quote that ended, or a number of cells other than the first record's.
  bool Next(std::vector<std::string>& cells);
  /// Of the first line of the record read last, from 1.
  std::int64_t line() const { return line_; }
  const std::string& file() const { return source_->name(); }
  char separator() const { return separator_; }
  /// Throws a DataError: "FILE: line N: MESSAGE".
  [[noreturn]] void Fail(std::string_view message) const;

 private:
  void ChooseSeparator(std::string_view first_line);
  /// Cuts `text_` into cells; false when a quote is open at its end.
  bool Cut(std::vector<std::string>& cells) const;

  std::unique_ptr<ByteSource> source_;
  LineReader lines_;
  std::string text_;
  char separator_ = 0;
  std::int64_t line_ = 0;
  std::size_t num_cells_ = 0;  // of the first record; 0: not read yet
};

/// Of a cell that is none: "found CELL, expected a number", and of one with a decimal comma so.
std::string NoNumber(std::string_view cell);

}  // namespace netsmith::data
