#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "netsmith/data/formats/byte_source.h"
#include "netsmith/space/search_space.h"

/// Searches over a table in which every network's training is written down already.
namespace netsmith::benchmark {

/// Which columns of the table say what.
struct TableColumns {
  std::string ops = "ops";
  std::string reward;
  std::string score;
  std::string cost;
};

/// A whole search space with the outcome of every genome. Decision i, "edge<i+1>", is digit i of
/// the column `ops`; its options are the digits that occur there.
struct Table {
  struct Row {
    double reward = 0;  // in [0, 1]: what a strategy is told
    double score = 0;   // as in the file: what is reported
    double cost = 0;    // seconds, > 0
  };

  std::vector<space::Decision> decisions;
  std::vector<Row> rows;    // by IndexOf
  double reward_scale = 1;  // the file's rewards over `reward`: 100 for percents

  /// The row of a genome that fits the decisions: a number in mixed radix, first decision first.
  std::size_t IndexOf(std::span<const int> genome) const;
};

/// Reads comma-separated values with a header line. Rewards are accuracies, in [0, 1] or in
/// percent.
///
/// Errors   DataError naming the file, the line, what was found and what was expected: no header,
/// an
///          unknown column, a field that is missing or no finite number, a cost that is not
///          positive, a reward beyond 100, digits of another length, a genome that occurs twice or
///          not at all; and as data::OpenFile.
Table ReadTable(data::ByteSource& source, const TableColumns& columns);

}  // namespace netsmith::benchmark
