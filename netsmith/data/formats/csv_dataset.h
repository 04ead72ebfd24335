#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "netsmith/data/float_dataset.h"
#include "netsmith/data/formats/byte_source.h"
#include "netsmith/data/formats/format.h"

namespace netsmith::data {

/// Which columns of a table are what.
struct CsvColumns {
  std::vector<std::string> names;  // of all columns; without a header "1", "2", …
  bool has_header = false;
  std::size_t label = 0;
  std::size_t group = 0;  // names.size(): none
  std::vector<std::size_t> values;
};

/// A table as samples: a row each.
struct CsvSamples {
  Samples samples;
  std::vector<std::int64_t> groups;  // of each row; empty without a group column
  std::int64_t missing_values = 0;   // which are NaN
};

using OpenSource = std::function<std::unique_ptr<ByteSource>()>;

/// Looks through the table. The first row is a header when all its cells are words, or one is where
/// the second row has a number, or one is "label" or "class". Without options.label, the label is
/// the column called label, class, target or y; else the only one that holds words; else the first
/// or the last column, if one of these alone holds nothing but few different whole numbers. Values
/// are all columns but label and group, in their order; where there is a header, those of
/// options.values, in that order.
/// Errors   DataError: as CsvReader; no row; a name of the header that is not UTF-8, or that is
///          there twice and not empty; no column of that name, or it cannot be told which column
///          is the label.
CsvColumns FindColumns(const OpenSource& open, const FormatOptions& options);

/// Errors   DataError: a cell that is no number (line and column); a label that ParseValue calls
///          missing, that is not UTF-8, or that `classes` lacks; one class only; more memory than
///          there is. With `classes`, those of the training file, labels refer to them; else they
///          are the sorted labels.
CsvSamples ReadCsv(const OpenSource& open, const CsvColumns& columns, const FormatOptions& options,
                   const std::vector<std::string>* classes = nullptr);

/// Tables of separated values: a file, or a folder with one for training and, perhaps, one to test
/// on: train.csv and test.csv, NAME_TRAIN.tsv and NAME_TEST.tsv, ….
Format CsvFormat();

}  // namespace netsmith::data
