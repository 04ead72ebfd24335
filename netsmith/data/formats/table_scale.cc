#include "netsmith/data/formats/table_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

#include "netsmith/base/log.h"
#include "netsmith/data/moments.h"

namespace netsmith::data {
namespace {

constexpr double kMuch = 3;          // times, or deviations, that neighbours of one kind stay below
constexpr double kSmall = 1.0 / 10;  // of the deviation of all values

/// True when the names are not those of one thing at many places: "t1", "t2", ….
bool NameQuantities(const std::vector<std::string>& names) {
  std::set<std::string_view> stems;
  for (const std::string& name : names) {
    stems.insert(std::string_view(name).substr(0, name.find_last_not_of("0123456789") + 1));
  }
  return 2 * stems.size() > names.size();
}

bool DifferMuch(const Moments& a, const Moments& b) {
  const double least = std::min(a.deviation(), b.deviation());
  const double most = std::max(a.deviation(), b.deviation());
  return most >= kMuch * least || std::abs(a.mean - b.mean) >= kMuch * most;
}

/// Why the columns are quantities, measured; empty: they may be positions.
std::string Measured(const Samples& rows) {
  const auto width = static_cast<std::size_t>(rows.shape.size());
  std::vector<Moments> columns(width);
  Moments all;
  for (std::size_t i = 0; i < rows.values.size(); ++i) {
    columns[i % width].Add(rows.values[i]);
    all.Add(rows.values[i]);
  }
  std::erase_if(columns, [](const Moments& column) { return column.is_constant(); });
  if (columns.size() < 2) return "";
  std::size_t jumps = 0, small = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    small += columns[i].deviation() < kSmall * all.deviation() ? 1 : 0;
    jumps += i > 0 && DifferMuch(columns[i - 1], columns[i]) ? 1 : 0;
  }
  if (2 * jumps > columns.size() - 1) return "neighbouring ones differ much";
  if (2 * small > columns.size()) return "most vary little beside the others";
  return "";
}

std::pair<ScaleBy, std::string> Choose(const Samples& rows, const std::vector<std::string>& names) {
  if (rows.shape.height > 1 || rows.shape.channels > 1) {
    return {ScaleBy::kChannel, "their shape is no plain row"};
  }
  if (!names.empty() && NameQuantities(names)) return {ScaleBy::kColumn, "the header names them"};
  if (std::string why = Measured(rows); !why.empty()) return {ScaleBy::kColumn, std::move(why)};
  return {ScaleBy::kChannel, "they are alike as the positions of a series are"};
}

}  // namespace

ScaleBy ChooseScale(const std::string& file, const Samples& rows,
                    const std::vector<std::string>& names, const FormatOptions& options) {
  if (rows.shape.size() == rows.shape.channels) return ScaleBy::kChannel;  // one and the same
  if (options.scale == "column") return ScaleBy::kColumn;
  if (options.scale == "channel") return ScaleBy::kChannel;
  const auto [by, why] = Choose(rows, names);
  base::LogInfo(by == ScaleBy::kColumn
                    ? fmt::format("{}: {} columns, each scaled by itself: {} (--scale channel "
                                  "scales them alike)",
                                  file, rows.shape.size(), why)
                    : fmt::format("{}: {} columns, scaled alike: {} (--scale column scales each by "
                                  "itself)",
                                  file, rows.shape.size(), why));
  return by;
}

}  // namespace netsmith::data
