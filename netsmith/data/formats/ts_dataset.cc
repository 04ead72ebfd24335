#include "netsmith/data/formats/ts_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/float_dataset.h"
#include "netsmith/data/formats/byte_source.h"
#include "netsmith/data/formats/folder.h"
#include "netsmith/data/formats/labels.h"
#include "netsmith/data/formats/series.h"
#include "netsmith/data/formats/ts.h"

namespace netsmith::data {
namespace {

namespace fs = std::filesystem;

fs::path TrainFile(const fs::path& path) {
  return IsFolder(path) ? TrainFileIn(path, ".ts") : path;
}

bool IsTs(const fs::path& path) {
  if (IsFolder(path)) return !TrainFileIn(path, ".ts").empty();
  return EndsIn(path.string(), ".ts") || StartOf(path, 12) == "@problemName";
}

void CheckSameChannels(const TsFile& train, const TsFile& test) {
  const std::size_t expected = train.set.records.front().size();
  const std::size_t found = test.set.records.front().size();
  if (found == expected) return;
  throw base::DataError(fmt::format("{}: found {} dimensions, expected {} as {} has", test.set.name,
                                    found, expected, train.set.name));
}

void CheckClasses(const TsFile& train) {
  const std::vector<std::int32_t>& labels = train.set.labels;
  const std::int32_t first = labels.front();
  if (std::ranges::any_of(labels, [&](std::int32_t label) { return label != first; })) return;
  FailOneClass(train.set.name, train.class_names[static_cast<std::size_t>(first)]);
}

Loaded LoadTs(const fs::path& path, const FormatOptions& options) {
  const fs::path train_file = TrainFile(path);
  TsFile train = ParseTs(*OpenFile(train_file));
  CheckClasses(train);
  const std::int64_t length = LongestSeries(train.set);
  Loaded loaded{.development = nullptr,
                .test = nullptr,
                .standardise = ScaleBy::kChannel,
                .reading = {.lengths = options.lengths}};
  if (const fs::path test_file = TestFileOf(train_file); !test_file.empty()) {
    TsFile test = ParseTs(*OpenFile(test_file), &train.class_names);
    CheckSameChannels(train, test);
    loaded.missing_values += CountMissing(test.set);
    loaded.test = std::make_shared<FloatDataset>(
        path.string(), ToSamples(std::move(test.set), length, options.lengths, test.class_names));
  }
  loaded.missing_values += CountMissing(train.set);
  loaded.development = std::make_shared<FloatDataset>(
      path.string(), ToSamples(std::move(train.set), length, options.lengths, train.class_names));
  return loaded;
}

}  // namespace

Format TsFormat() {
  return {.name = "UCR/UEA",
          .files = "NAME_TRAIN.ts, NAME_TEST.ts",
          .options = {"lengths"},
          .recognises = IsTs,
          .load = LoadTs};
}

}  // namespace netsmith::data
