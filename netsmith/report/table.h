#pragma once

#include <string>
#include <vector>

namespace netsmith::report {

/// A plain text table: a line of headings, a line per row, columns two spaces apart.
class Table {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string heading;
    Align align = Align::kRight;
  };

  explicit Table(std::vector<Column> columns);
  /// One cell a column. Control characters are shown as \xNN.
  void AddRow(std::vector<std::string> cells);
  /// Every line ends in '\n'. Widths count UTF-8 code points.
  std::string ToString() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace netsmith::report
