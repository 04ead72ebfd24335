#include "netsmith/data/formats/csv_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/data/formats/csv.h"
#include "netsmith/data/formats/folder.h"
#include "netsmith/data/formats/labels.h"
#include "netsmith/data/formats/line_reader.h"
#include "netsmith/data/formats/memory_guard.h"
#include "netsmith/data/formats/series.h"
#include "netsmith/data/formats/table_scale.h"

namespace netsmith::data {
namespace {

namespace fs = std::filesystem;

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

/// Reads the rows of one table.
class TableReader {
 public:
  TableReader(std::unique_ptr<ByteSource> source, const CsvColumns& columns)
      : reader_(std::move(source)), columns_(columns), guard_(reader_.file()) {}

  void ReadRows() {
    std::vector<std::string> cells;
    bool header = columns_.has_header;
    while (reader_.Next(cells)) {
      if (header) {
        CheckHeader(cells);
      } else {
        AddRow(cells);
      }
      header = false;
    }
    if (labels.names().empty()) {
      throw base::DataError(reader_.file() + ": found no row of values, expected at least 1");
    }
  }

  const std::string& file() const { return reader_.file(); }

  std::vector<float> values;
  LabelList labels;
  std::vector<std::int64_t> groups;
  std::int64_t missing_values = 0;

 private:
  void CheckHeader(const std::vector<std::string>& cells) {
    for (std::size_t c = 0; c < cells.size() && c < columns_.names.size(); ++c) {
      if (Trimmed(cells[c]) != columns_.names[c]) {
        reader_.Fail(fmt::format("column {}: found {}, expected {} as in the training file", c + 1,
                                 Shown(cells[c]), Shown(columns_.names[c])));
      }
    }
  }

  void AddRow(const std::vector<std::string>& cells) {
    if (cells.size() != columns_.names.size()) {
      reader_.Fail(fmt::format("found {} cells, expected {} as in the training file", cells.size(),
                               columns_.names.size()));
    }
    guard_.Take(static_cast<std::int64_t>(cells.size() * sizeof(float)));
    std::vector<float> row;
    for (const std::size_t c : columns_.values) row.push_back(Value(cells[c], c));
    labels.Add(Label(cells[columns_.label]), fmt::format("line {}", reader_.line()));
    if (columns_.group < cells.size()) {
      groups.push_back(group_numbers_.try_emplace(cells[columns_.group], std::ssize(group_numbers_))
                           .first->second);
    }
    missing_values += CountMissing(row);
    values.insert(values.end(), row.begin(), row.end());
  }

  std::string Label(std::string_view cell) const {
    cell = Trimmed(cell);
    float ignored = 0;
    if (ParseValue(cell, ignored) == NumberKind::kMissing) {
      const std::string found = cell.empty() ? "no label" : "the missing label " + Shown(cell);
      reader_.Fail(fmt::format("{}: found {}, expected one", Place(columns_.label), found));
    }
    return std::string(cell);
  }

  float Value(const std::string& cell, std::size_t column) const {
    float value = kUnknown;
    if (ParseValue(cell, value) == NumberKind::kWrong) {
      reader_.Fail(Place(column) + ": " + NoNumber(cell));
    }
    return value;
  }

  std::string Place(std::size_t column) const {
    return columns_.has_header
               ? fmt::format("column {} ({})", column + 1, Shown(columns_.names[column]))
               : fmt::format("column {}", column + 1);
  }

  CsvReader reader_;
  const CsvColumns& columns_;
  MemoryGuard guard_;
  std::map<std::string, std::int64_t> group_numbers_;
};

tensor::SampleShape ShapeOf(const std::string& file, std::int64_t num_values,
                            const FormatOptions& options) {
  if (!options.shape) return {.width = num_values};
  if (options.shape->size() == num_values) return *options.shape;
  throw base::DataError(fmt::format("{}: --shape {}: found {} values a row, expected {}", file,
                                    ToString(*options.shape), num_values, options.shape->size()));
}

constexpr std::string_view kEndings[] = {".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz"};

fs::path TrainFile(const fs::path& path) {
  if (!IsFolder(path)) return path;
  for (const std::string_view ending : kEndings) {
    // Texts beside the data, such as a README.txt, are no table.
    if (ending == ".txt" && TestFileOf(TrainFileIn(path, ending)).empty()) continue;
    if (fs::path file = TrainFileIn(path, ending); !file.empty()) return file;
  }
  return {};
}

bool IsCsv(const fs::path& path) {
  if (IsFolder(path)) return !TrainFile(path).empty();
  return std::ranges::any_of(
      kEndings, [&](std::string_view ending) { return EndsIn(path.string(), ending); });
}

/// The names of the columns that are no values, where the table has a header.
std::vector<std::string> NoValues(const CsvColumns& columns) {
  std::vector<std::string> names;
  if (!columns.has_header) return names;
  names.push_back(columns.names[columns.label]);
  if (columns.group < columns.names.size()) names.push_back(columns.names[columns.group]);
  return names;
}

/// The names of the values; without a header their columns' numbers.
std::vector<std::string> ValueNames(const CsvColumns& columns) {
  std::vector<std::string> names;
  for (const std::size_t c : columns.values) names.push_back(columns.names[c]);
  return names;
}

bool AllDiffer(const std::vector<std::string>& names) {
  return std::set<std::string>(names.begin(), names.end()).size() == names.size();
}

/// Missing values of series become what lies between their neighbours; those of columns stay
/// unknown, which Scaled makes their column's mean.
std::shared_ptr<const Dataset> MakeDataset(const fs::path& path, Samples samples, ScaleBy by) {
  if (by == ScaleBy::kChannel) {
    const auto size = static_cast<std::size_t>(samples.shape.size());
    for (std::size_t begin = 0; begin < samples.values.size(); begin += size) {
      Interpolate(samples.shape.channels, std::span(samples.values).subspan(begin, size));
    }
  }
  return std::make_shared<FloatDataset>(path.string(), std::move(samples));
}

Loaded LoadCsv(const fs::path& path, const FormatOptions& options) {
  const fs::path train_file = TrainFile(path);
  const OpenSource open = [&] { return OpenFile(train_file); };
  const CsvColumns columns = FindColumns(open, options);
  base::LogInfo(fmt::format("{}: the label is column {}", train_file.string(),
                            Shown(columns.names[columns.label])));
  CsvSamples train = ReadCsv(open, columns, options);
  std::vector<std::string> names = ValueNames(columns);
  const ScaleBy by = ChooseScale(train_file.string(), train.samples,
                                 columns.has_header ? names : std::vector<std::string>(), options);
  Loaded loaded{.development = nullptr,
                .test = nullptr,
                .groups = std::move(train.groups),
                .missing_values = train.missing_values,
                .standardise = by,
                .columns = std::move(names),
                .reading = {.columns = NoValues(columns)}};
  if (by == ScaleBy::kColumn && columns.has_header && AllDiffer(loaded.columns)) {
    loaded.reading.values = loaded.columns;
  }
  if (const fs::path test_file = TestFileOf(train_file); !test_file.empty()) {
    CsvSamples test =
        ReadCsv([&] { return OpenFile(test_file); }, columns, options, &train.samples.class_names);
    loaded.missing_values += test.missing_values;
    loaded.test = MakeDataset(path, std::move(test.samples), by);
  }
  loaded.development = MakeDataset(path, std::move(train.samples), by);
  return loaded;
}

}  // namespace

CsvSamples ReadCsv(const OpenSource& open, const CsvColumns& columns, const FormatOptions& options,
                   const std::vector<std::string>* classes) {
  TableReader table(open(), columns);
  table.ReadRows();
  CsvSamples read;
  const LabelList::Numbered numbered = table.labels.Number(table.file(), classes);
  const std::int64_t num_values =
      std::ssize(table.values) / std::max<std::int64_t>(std::ssize(numbered.labels), 1);
  if (num_values == 0) {
    throw base::DataError(table.file() + ": found no column of values, expected at least 1");
  }
  read.samples = {.shape = ShapeOf(table.file(), num_values, options),
                  .values = std::move(table.values),
                  .labels = numbered.labels,
                  .class_names = numbered.class_names};
  read.groups = std::move(table.groups);
  read.missing_values = table.missing_values;
  return read;
}

Format CsvFormat() {
  return {.name = "CSV",
          .files = "FILE.csv or .tsv, train.csv and test.csv",
          .options = {"label", "group", "shape", "scale"},
          .recognises = IsCsv,
          .load = LoadCsv};
}

}  // namespace netsmith::data
