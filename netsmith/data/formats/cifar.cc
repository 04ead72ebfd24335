#include "netsmith/data/formats/cifar.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/folder.h"
#include "netsmith/data/formats/line_reader.h"
#include "netsmith/data/formats/memory_guard.h"
#include "netsmith/data/formats/utf8.h"
#include "netsmith/data/memory_dataset.h"

namespace netsmith::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPixels = 32 * 32;
constexpr tensor::SampleShape kShape = {.height = 32, .width = 32, .channels = 3};

bool IsCifar10(const fs::path& folder) { return IsFile(folder / "data_batch_1.bin"); }

bool IsCifar(const fs::path& folder) {
  return IsCifar10(folder) || (IsFile(folder / "train.bin") && IsFile(folder / "test.bin"));
}

/// Lines of the file, if it is there and names each class once.
std::vector<std::string> ClassNames(const fs::path& path, int num_classes) {
  std::vector<std::string> names;
  if (!IsFile(path)) return names;
  const auto source = OpenFile(path);
  LineReader lines(*source);
  for (std::string line; lines.Next(line);) {
    if (Trimmed(line).empty()) continue;
    names.emplace_back(Trimmed(line));
    CheckUtf8(fmt::format("{}: line {}", lines.file(), lines.number()), names.back());
  }
  const std::set<std::string> different(names.begin(), names.end());
  if (std::ssize(names) != num_classes || different.size() != names.size()) {
    throw base::DataError(fmt::format("{}: found {} different names, expected {}", path.string(),
                                      different.size(), num_classes));
  }
  return names;
}

std::shared_ptr<const Dataset> Make(const fs::path& folder, const std::vector<fs::path>& files,
                                    int num_classes, const std::vector<std::string>& class_names) {
  CifarRecords records;
  for (const fs::path& file : files) ParseCifar(*OpenFile(file), num_classes, records);
  return std::make_shared<MemoryDataset>(folder.string(), kShape, num_classes,
                                         std::move(records.samples), std::move(records.labels),
                                         class_names);
}

Loaded LoadCifar(const fs::path& folder, const FormatOptions& /*options*/) {
  if (!IsCifar10(folder)) {
    const auto names = ClassNames(folder / "fine_label_names.txt", 100);
    return {.development = Make(folder, {folder / "train.bin"}, 100, names),
            .test = Make(folder, {folder / "test.bin"}, 100, names)};
  }
  const auto names = ClassNames(folder / "batches.meta.txt", 10);
  std::vector<fs::path> train;
  for (int i = 1; IsFile(folder / fmt::format("data_batch_{}.bin", i)); ++i) {
    train.push_back(folder / fmt::format("data_batch_{}.bin", i));
  }
  const fs::path test = folder / "test_batch.bin";
  return {.development = Make(folder, train, 10, names),
          .test = IsFile(test) ? Make(folder, {test}, 10, names) : nullptr};
}

}  // namespace

void ParseCifar(ByteSource& source, int num_classes, CifarRecords& records) {
  const std::size_t label_bytes = num_classes == 10 ? 1 : 2;
  std::array<std::uint8_t, 2 + 3 * kPixels> buffer{};
  const std::span<std::uint8_t> record = std::span(buffer).first(label_bytes + 3 * kPixels);
  MemoryGuard guard(source.name());
  for (std::int64_t number = 0;; ++number) {
    const std::size_t count = source.Read(record);
    if (count == 0 && number > 0) return;
    if (count < record.size()) {
      throw base::DataError(fmt::format("{}: record {}: found {} bytes, expected {}", source.name(),
                                        number, count, record.size()));
    }
    const int label = record[label_bytes - 1];
    if (label >= num_classes) {
      throw base::DataError(fmt::format("{}: record {}: found label {}, expected 0 to {}",
                                        source.name(), number, label, num_classes - 1));
    }
    guard.Take(3 * kPixels);
    records.labels.push_back(label);
    for (std::size_t i = 0; i < kPixels; ++i) {
      for (std::size_t c = 0; c < 3; ++c) {
        records.samples.push_back(record[label_bytes + c * kPixels + i]);
      }
    }
  }
}

Format CifarFormat() {
  return {.name = "CIFAR",
          .files = "data_batch_1.bin and test_batch.bin, or train.bin and test.bin",
          .recognises = IsCifar,
          .load = LoadCifar};
}

}  // namespace netsmith::data
