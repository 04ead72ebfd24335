#include "netsmith/data/formats/idx_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/data/formats/idx.h"
#include "netsmith/data/memory_dataset.h"

namespace netsmith::data {
namespace {

constexpr std::string_view kTrainImages = "train-images-idx3-ubyte";
constexpr std::string_view kTrainLabels = "train-labels-idx1-ubyte";
constexpr std::string_view kTestImages = "t10k-images-idx3-ubyte";
constexpr std::string_view kTestLabels = "t10k-labels-idx1-ubyte";
constexpr int kMaxClasses = 256;  // of labels that are bytes

std::vector<std::string> Spellings(const std::string& name) {
  const auto dash = name.rfind("-idx");
  NETSMITH_CHECK(dash != std::string::npos);
  std::string dotted = name;
  dotted[dash] = '.';
  return {name, dotted, name + ".gz", dotted + ".gz"};
}

void CheckLabels(const std::filesystem::path& path, const std::vector<std::uint8_t>& labels,
                 int num_classes) {
  for (std::size_t record = 0; record < labels.size(); ++record) {
    if (labels[record] >= num_classes) {
      throw base::DataError(fmt::format("{}: record {}: found label {}, expected 0 to {}",
                                        path.string(), record, labels[record], num_classes - 1));
    }
  }
}

int CountClasses(const std::filesystem::path& path, const std::vector<std::uint8_t>& labels) {
  const int num_classes = *std::max_element(labels.begin(), labels.end()) + 1;
  if (num_classes < 2) {
    throw base::DataError(
        fmt::format("{}: found label 0 only, expected at least 2 classes", path.string()));
  }
  return num_classes;
}

constexpr std::array kNames = {kTrainImages, kTrainLabels, kTestImages, kTestLabels};

bool IsIdxFolder(const std::filesystem::path& path) {
  return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) {
    return FindIdxFile(path, std::string(name)).has_value();
  });
}

Loaded LoadIdxFolder(const std::filesystem::path& path, const FormatOptions& /*options*/) {
  const auto find = [&](std::string_view name) { return RequireIdxFile(path, std::string(name)); };
  Loaded loaded;
  loaded.development =
      LoadIdxPair(path.string(), find(kTrainImages), find(kTrainLabels), std::nullopt);
  loaded.test = LoadIdxPair(path.string(), find(kTestImages), find(kTestLabels),
                            loaded.development->num_classes());
  return loaded;
}

}  // namespace

std::optional<std::filesystem::path> FindIdxFile(const std::filesystem::path& folder,
                                                 const std::string& name) {
  for (const std::string& spelling : Spellings(name)) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(folder / spelling, ignored)) return folder / spelling;
  }
  return std::nullopt;
}

std::filesystem::path RequireIdxFile(const std::filesystem::path& folder, const std::string& name) {
  const auto path = FindIdxFile(folder, name);
  if (!path) {
    throw base::DataError(
        fmt::format("{}: found none of {}", folder.string(), fmt::join(Spellings(name), ", ")));
  }
  return *path;
}

std::shared_ptr<const Dataset> LoadIdxPair(const std::string& name,
                                           const std::filesystem::path& images,
                                           const std::filesystem::path& labels,
                                           std::optional<int> num_classes) {
  IdxArray pixels = ReadIdx(images, 3);
  const IdxArray classes = ReadIdx(labels, 1);
  if (classes.dims[0] != pixels.dims[0]) {
    throw base::DataError(fmt::format("{}: offset 4: found {} labels, expected {} as {} has images",
                                      labels.string(), classes.dims[0], pixels.dims[0],
                                      images.string()));
  }
  CheckLabels(labels, classes.values, num_classes.value_or(kMaxClasses));
  const tensor::SampleShape shape = {.height = pixels.dims[1], .width = pixels.dims[2]};
  return std::make_shared<MemoryDataset>(
      name, shape, num_classes ? *num_classes : CountClasses(labels, classes.values),
      std::move(pixels.values),
      std::vector<std::int32_t>(classes.values.begin(), classes.values.end()));
}

Format IdxFolderFormat() {
  return {.name = "idx",
          .files = fmt::format("{}", fmt::join(kNames, ", ")),
          .recognises = IsIdxFolder,
          .load = LoadIdxFolder};
}

}  // namespace netsmith::data
