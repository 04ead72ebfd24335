#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/random.h"
#include "netsmith/data/split.h"

namespace netsmith::data {
namespace {

using Records = std::vector<std::int64_t>;

/// Records that stay together.
struct Group {
  Records records = {};
  std::vector<double> counts;  // of each class
  double spread = 0;           // standard deviation of `counts`, times the number of classes
};

double Spread(const std::vector<double>& counts) {
  const auto classes = static_cast<double>(counts.size());
  const double mean = std::accumulate(counts.begin(), counts.end(), 0.0) / classes;
  double sum = 0;
  for (const double count : counts) sum += (count - mean) * (count - mean);
  return sum;
}

std::vector<Group> MakeGroups(const Dataset& dataset, std::span<const std::int64_t> of_record) {
  std::map<std::int64_t, std::size_t> places;
  std::vector<Group> groups;
  for (std::int64_t record = 0; record < dataset.size(); ++record) {
    const std::int64_t key =
        of_record.empty() ? record : of_record[static_cast<std::size_t>(record)];
    const auto [place, is_new] = places.try_emplace(key, groups.size());
    if (is_new) {
      groups.push_back(
          {.counts = std::vector<double>(static_cast<std::size_t>(dataset.num_classes()))});
    }
    Group& group = groups[place->second];
    group.records.push_back(record);
    ++group.counts[static_cast<std::size_t>(dataset.Label(record))];
  }
  return groups;
}

/// In random order, then those first that are hardest to place: large and of few classes.
void Order(std::vector<Group>& groups, base::Generator generator) {
  for (std::size_t i = groups.size(); i > 1; --i) {
    std::swap(groups[i - 1], groups[static_cast<std::size_t>(generator.Below(i))]);
  }
  for (Group& group : groups) group.spread = Spread(group.counts);
  std::ranges::stable_sort(groups, std::ranges::greater(), &Group::spread);
}

/// One side of a partition in the making.
struct Part {
  Records records;
  std::vector<double> counts;
  std::vector<double> wanted;  // of each class
  double share = 0;            // of all records

  /// How much nearer `group` brings it to what is wanted, per record.
  double Gain(const Group& group) const {
    double gain = 0;
    for (std::size_t c = 0; c < counts.size(); ++c) {
      const double before = counts[c] - wanted[c];
      const double after = before + group.counts[c];
      if (wanted[c] > 0) gain += (before * before - after * after) / wanted[c];
    }
    const double want = share;
    const double before = static_cast<double>(records.size()) - want;
    const double after = before + static_cast<double>(group.records.size());
    return gain + (before * before - after * after) / want;
  }
  void Add(const Group& group) {
    records.insert(records.end(), group.records.begin(), group.records.end());
    for (std::size_t c = 0; c < counts.size(); ++c) counts[c] += group.counts[c];
  }
};

Part MakePart(const std::vector<Group>& groups, double share) {
  Part part;
  part.wanted.assign(groups.front().counts.size(), 0);
  part.counts = part.wanted;
  for (const Group& group : groups) {
    for (std::size_t c = 0; c < part.wanted.size(); ++c) part.wanted[c] += share * group.counts[c];
    part.share += share * static_cast<double>(group.records.size());
  }
  return part;
}

/// Gives each group, in order, to the part that gains most. While as many groups as empty parts are
/// left, only these are served.
void Distribute(const std::vector<Group>& groups, std::vector<Part>& parts) {
  std::size_t num_empty = parts.size();
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const bool only_empty = groups.size() - g <= num_empty;
    Part* best = nullptr;
    double best_gain = 0;
    for (Part& part : parts) {
      if (only_empty && !part.records.empty()) continue;
      const double gain = part.Gain(groups[g]);
      if (best == nullptr || gain > best_gain) {
        best = &part;
        best_gain = gain;
      }
    }
    num_empty -= best->records.empty() ? 1 : 0;
    best->Add(groups[g]);
  }
}

Records Sorted(Records records) {
  std::sort(records.begin(), records.end());
  return records;
}

void CheckGroups(const Dataset& dataset, std::size_t num_groups, std::size_t expected,
                 bool grouped) {
  if (num_groups >= expected) return;
  throw base::InvalidArgument(fmt::format("{}: found {} {}, expected at least {} to divide",
                                          dataset.name(), num_groups,
                                          grouped ? "groups" : "records", expected));
}

}  // namespace

Split SplitGroups(const Dataset& dataset, std::span<const std::int64_t> groups,
                  std::int64_t num_validation, std::uint64_t seed) {
  if (groups.empty()) return SplitValidation(dataset, num_validation, seed);
  if (num_validation < 1 || num_validation >= dataset.size()) {
    throw base::InvalidArgument(
        fmt::format("{}: found {} validation records of {}, expected 1 to {}", dataset.name(),
                    num_validation, dataset.size(), dataset.size() - 1));
  }
  std::vector<Group> made = MakeGroups(dataset, groups);
  CheckGroups(dataset, made.size(), 2, true);
  Order(made, base::RandomStreams(seed).For("split"));
  const double share = static_cast<double>(num_validation) / static_cast<double>(dataset.size());
  std::vector<Part> parts = {MakePart(made, 1 - share), MakePart(made, share)};
  Distribute(made, parts);
  return {.train = Sorted(std::move(parts[0].records)),
          .validation = Sorted(std::move(parts[1].records))};
}

std::vector<Split> StratifiedFolds(const Dataset& dataset, std::span<const std::int64_t> groups,
                                   int count, std::uint64_t seed) {
  if (count < 2) {
    throw base::InvalidArgument(fmt::format("found {} folds, expected at least 2", count));
  }
  std::vector<Group> made = MakeGroups(dataset, groups);
  CheckGroups(dataset, made.size(), static_cast<std::size_t>(count), !groups.empty());
  Order(made, base::RandomStreams(seed).For("folds", static_cast<std::uint64_t>(count)));
  std::vector<Part> parts(static_cast<std::size_t>(count), MakePart(made, 1.0 / count));
  Distribute(made, parts);
  std::vector<Split> folds;
  for (const Part& part : parts) {
    Split fold{.train = {}, .validation = Sorted(part.records)};
    for (const Part& other : parts) {
      if (&other != &part) {
        fold.train.insert(fold.train.end(), other.records.begin(), other.records.end());
      }
    }
    fold.train = Sorted(std::move(fold.train));
    folds.push_back(std::move(fold));
  }
  return folds;
}

}  // namespace netsmith::data
