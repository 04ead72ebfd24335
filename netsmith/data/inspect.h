#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netsmith/data/dataset.h"

namespace netsmith::data {

/// Values of one channel, or of one column of a table, as they lie in the files.
struct ValueRange {
  double lowest = 0;
  double highest = 0;
  double mean = 0;
  double deviation = 0;
};

/// One class: how many records each part has.
struct ClassShare {
  std::string name;
  std::int64_t train = 0;
  std::int64_t validation = 0;
  std::int64_t test = 0;
};

/// Records with the very same values.
struct Duplicates {
  std::int64_t development = 0;    // records that repeat an earlier one of the development set
  std::int64_t across = 0;         // test records that are in the development set too
  std::int64_t contradicting = 0;  // records that repeat one of another class
};

struct Inspection {
  std::vector<ClassShare> classes;
  /// Of the development set: records of the largest class to one of the smallest.
  double imbalance = 1;
  /// Over the development set, one for each mean of its scaling: a channel or a column.
  std::vector<ValueRange> ranges;
  Duplicates duplicates;
  std::vector<std::int64_t> examples;  // up to three development records, of different classes if
                                       // there are as many
};

/// Looks at all records, the test set's too.
Inspection Inspect(const Problem& problem);

}  // namespace netsmith::data
