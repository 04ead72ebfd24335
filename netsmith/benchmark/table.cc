#include "netsmith/benchmark/table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/line_reader.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::benchmark {
namespace {

constexpr std::size_t kMaxDigits = 64;
constexpr std::size_t kMaxRows = 50'000'000;

/// Without blanks and quotes around it.
std::string_view Unquoted(std::string_view text) {
  text = data::Trimmed(text);
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

void SplitFields(std::string_view line, std::vector<std::string_view>& fields) {
  fields.clear();
  while (true) {
    const std::size_t comma = std::min(line.find(','), line.size());
    fields.push_back(Unquoted(line.substr(0, comma)));
    if (comma == line.size()) return;
    line.remove_prefix(comma + 1);
  }
}

/// Reads the rows in the order of the file.
class TableParser {
 public:
  TableParser(data::ByteSource& source, const TableColumns& columns)
      : name_(source.name()), lines_(source), columns_(columns) {}

  Table Parse() {
    ReadHeader();
    std::string line;
    while (lines_.Next(line)) {
      if (!data::Trimmed(line).empty()) ReadRow(line);
    }
    if (ops_.empty()) throw base::DataError(name_ + ": found no rows, expected one a genome");
    return Assemble();
  }

 private:
  void ReadHeader() {
    std::string line;
    if (!lines_.Next(line)) {
      throw base::DataError(name_ + ": found an empty file, expected a line of column names");
    }
    SplitFields(line, fields_);
    num_fields_ = fields_.size();
    const std::string* const wanted[] = {&columns_.ops, &columns_.reward, &columns_.score,
                                         &columns_.cost};
    for (std::size_t i = 0; i < positions_.size(); ++i) {
      const auto at = std::ranges::find(fields_, std::string_view(*wanted[i]));
      if (at == fields_.end()) {
        std::vector<std::string> known;
        for (const auto field : fields_) known.push_back(space::Quoted(field));
        lines_.Fail(fmt::format("found no column {}, expected one of: {}",
                                space::Quoted(*wanted[i]), fmt::join(known, ", ")));
      }
      positions_[i] = static_cast<std::size_t>(at - fields_.begin());
    }
  }

  void ReadRow(std::string_view line) {
    SplitFields(line, fields_);
    if (fields_.size() != num_fields_) {
      lines_.Fail(fmt::format("found {} fields, expected {}", fields_.size(), num_fields_));
    }
    if (rows_.size() == kMaxRows) {
      lines_.Fail(fmt::format("found more than {} rows, expected fewer", kMaxRows));
    }
    ReadOps(fields_[positions_[0]]);
    rows_.push_back({.reward = Number(1), .score = Number(2), .cost = Number(3)});
    const Table::Row& row = rows_.back();
    if (row.reward < 0 || row.reward > 100) {
      lines_.Fail(fmt::format("{}: found {}, expected an accuracy from 0 to 1 or 0 to 100",
                              space::Quoted(columns_.reward), row.reward));
    }
    if (!(row.cost > 0)) {
      lines_.Fail(fmt::format("{}: found {}, expected more than 0 seconds",
                              space::Quoted(columns_.cost), row.cost));
    }
  }

  void ReadOps(std::string_view ops) {
    const bool digits = !ops.empty() && ops.size() <= kMaxDigits &&
                        std::ranges::all_of(ops, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) {
      lines_.Fail(fmt::format("{}: found {}, expected 1 to {} digits", space::Quoted(columns_.ops),
                              space::Quoted(ops), kMaxDigits));
    }
    if (!ops_.empty() && ops.size() != ops_.front().size()) {
      lines_.Fail(fmt::format("{}: found {} digits, expected {} as in the rows before",
                              space::Quoted(columns_.ops), ops.size(), ops_.front().size()));
    }
    const auto [known, added] = first_row_.try_emplace(std::string(ops), ops_.size());
    if (!added) {
      lines_.Fail(fmt::format("{}: found genome {} again (row {} has it), expected it once",
                              space::Quoted(columns_.ops), ops, known->second + 1));
    }
    ops_.emplace_back(ops);
  }

  double Number(std::size_t column) const {
    const std::string_view text = fields_[positions_[column]];
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
      const std::string* const names[] = {&columns_.ops, &columns_.reward, &columns_.score,
                                          &columns_.cost};
      lines_.Fail(fmt::format("{}: found {}, expected a finite number",
                              space::Quoted(*names[column]), space::Quoted(text)));
    }
    return number;
  }

  Table Assemble() const {
    Table table;
    const std::size_t num_decisions = ops_.front().size();
    for (std::size_t d = 0; d < num_decisions; ++d) {
      std::array<bool, 10> occurs{};
      for (const std::string& ops : ops_) occurs[static_cast<std::size_t>(ops[d] - '0')] = true;
      space::Decision& decision = table.decisions.emplace_back();
      decision.name = fmt::format("edge{}", d + 1);
      for (int digit = 0; digit < 10; ++digit) {
        if (occurs[static_cast<std::size_t>(digit)]) decision.options.push_back(digit);
      }
    }
    CheckWhole(table.decisions);
    const bool percent = std::ranges::any_of(rows_, [](const auto& row) { return row.reward > 1; });
    table.reward_scale = percent ? 100 : 1;
    table.rows.resize(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      Table::Row row = rows_[i];
      row.reward /= table.reward_scale;
      table.rows[table.IndexOf(GenomeOf(ops_[i], table.decisions))] = row;
    }
    return table;
  }

  static space::Genome GenomeOf(const std::string& ops,
                                const std::vector<space::Decision>& decisions) {
    space::Genome genome;
    for (std::size_t d = 0; d < ops.size(); ++d) {
      const auto& options = decisions[d].options;
      genome.push_back(
          static_cast<int>(std::ranges::find(options, ops[d] - '0') - options.begin()));
    }
    return genome;
  }

  /// Counts genomes up to one more than there are rows, in the order of IndexOf.
  void CheckWhole(const std::vector<space::Decision>& decisions) const {
    double expected = 1;
    for (const auto& decision : decisions) expected *= static_cast<double>(decision.options.size());
    if (expected == static_cast<double>(ops_.size())) return;  // no genome occurs twice
    space::Genome genome(decisions.size(), 0);
    std::string text;
    do {
      text.clear();
      for (std::size_t d = 0; d < genome.size(); ++d) {
        const auto option = decisions[d].options[static_cast<std::size_t>(genome[d])];
        text.push_back(static_cast<char>('0' + option));
      }
      Advance(genome, decisions);
    } while (first_row_.contains(text));
    throw base::DataError(fmt::format(
        "{}: found {} genomes, expected {:.0f}, every combination of the digits that occur; {} is "
        "missing",
        name_, ops_.size(), expected, text));
  }

  static void Advance(space::Genome& genome, const std::vector<space::Decision>& decisions) {
    for (std::size_t d = genome.size(); d-- > 0;) {
      if (++genome[d] < static_cast<int>(decisions[d].options.size())) return;
      genome[d] = 0;
    }
  }

  std::string name_;
  data::LineReader lines_;
  const TableColumns& columns_;
  std::vector<std::string_view> fields_;  // of the present line
  std::size_t num_fields_ = 0;
  std::array<std::size_t, 4> positions_{};  // of ops, reward, score, cost
  std::vector<std::string> ops_;
  std::vector<Table::Row> rows_;
  std::unordered_map<std::string, std::size_t> first_row_;  // by ops
};

}  // namespace

std::size_t Table::IndexOf(std::span<const int> genome) const {
  std::size_t index = 0;
  for (std::size_t d = 0; d < decisions.size(); ++d) {
    index = index * decisions[d].options.size() + static_cast<std::size_t>(genome[d]);
  }
  return index;
}

Table ReadTable(data::ByteSource& source, const TableColumns& columns) {
  return TableParser(source, columns).Parse();
}

}  // namespace netsmith::benchmark
