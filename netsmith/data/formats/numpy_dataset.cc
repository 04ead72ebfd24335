#include "netsmith/data/formats/numpy_dataset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/float_dataset.h"
#include "netsmith/data/formats/byte_source.h"
#include "netsmith/data/formats/folder.h"
#include "netsmith/data/formats/labels.h"
#include "netsmith/data/formats/npy.h"
#include "netsmith/data/formats/table_scale.h"
#include "netsmith/data/formats/zip.h"
#include "netsmith/data/memory_dataset.h"

namespace netsmith::data {
namespace {

namespace fs = std::filesystem;

/// Where the arrays are: an archive, or a folder.
class Arrays {
 public:
  explicit Arrays(const fs::path& path) : path_(path) {
    if (!IsFolder(path)) archive_ = ZipArchive::Open(path);
  }

  /// The first array there is of these names, with a small or a capital letter.
  std::optional<NpyArray> Find(const std::vector<std::string>& names) const {
    for (const std::string& name : names) {
      std::string capital = name;
      capital[0] = static_cast<char>(capital[0] - 'a' + 'A');
      for (const std::string& spelling : {name, capital}) {
        if (const auto source = Open(spelling + ".npy")) return ParseNpy(*source);
      }
    }
    return std::nullopt;
  }

  NpyArray Require(const std::vector<std::string>& names) const {
    if (auto array = Find(names)) return *std::move(array);
    throw base::DataError(
        fmt::format("{}: found no array {}", path_.string(), fmt::join(names, ", ")));
  }

 private:
  std::unique_ptr<ByteSource> Open(const std::string& file) const {
    if (!archive_) return IsFile(path_ / file) ? OpenFile(path_ / file) : nullptr;
    for (const ZipArchive::Member& member : archive_->members()) {
      if (member.name == file) return archive_->OpenMember(member);
    }
    return nullptr;
  }

  fs::path path_;
  std::optional<ZipArchive> archive_;
};

const std::vector<std::string> kTrainX = {"x_train", "x"};
const std::vector<std::string> kTrainY = {"y_train", "y"};
const std::vector<std::string> kTestX = {"x_test"};
const std::vector<std::string> kTestY = {"y_test"};

std::string ShapeText(const NpyArray& array) {
  return fmt::format("({})", fmt::join(array.shape, ", "));
}

tensor::SampleShape ShapeOf(const NpyArray& x, const FormatOptions& options) {
  const auto& dims = x.shape;
  if (dims.size() < 2 || dims.size() > 4 || x.IsText()) {
    throw base::DataError(fmt::format(
        "{}: found {} of shape {}, expected numbers of 2 to 4 dimensions, samples first", x.name,
        x.IsText() ? "texts" : "numbers", ShapeText(x)));
  }
  const std::int64_t sample_size = x.size() / dims[0];
  if (options.shape) {
    if (options.shape->size() == sample_size) return *options.shape;
    throw base::DataError(fmt::format("{}: --shape {}: found {} values a sample, expected {}",
                                      x.name, ToString(*options.shape), sample_size,
                                      options.shape->size()));
  }
  if (dims.size() == 4) return {.height = dims[1], .width = dims[2], .channels = dims[3]};
  if (dims.size() == 2) return {.width = dims[1]};
  if (x.IsBytes()) return {.height = dims[1], .width = dims[2]};
  return {.width = dims[1], .channels = dims[2]};
}

LabelList::Numbered LabelsOf(const NpyArray& y, const NpyArray& x,
                             const std::vector<std::string>* classes) {
  const std::int64_t count = y.shape.empty() ? 0 : y.shape[0];
  if (count != y.size() || count != x.shape[0]) {
    throw base::DataError(fmt::format("{}: found shape {}, expected {} labels as {} has samples",
                                      y.name, ShapeText(y), x.shape[0], x.name));
  }
  LabelList labels;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string text = y.Text(i);
    if (!y.IsText() && y.Number(i) != std::floor(y.Number(i))) {
      throw base::DataError(fmt::format(
          "{}: record {}: found label {}, expected a whole number or a text", y.name, i, text));
    }
    labels.Add(text, fmt::format("record {}", i));
  }
  return labels.Number(y.name, classes);
}

std::vector<float> FloatsOf(const NpyArray& x) {
  std::vector<float> values(static_cast<std::size_t>(x.size()));
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const double number = x.Number(i);
    if (std::isinf(number) || std::abs(number) > std::numeric_limits<float>::max()) {
      throw base::DataError(fmt::format("{}: record {}: found {}, expected finite numbers", x.name,
                                        i / (x.size() / x.shape[0]), number));
    }
    values[static_cast<std::size_t>(i)] = static_cast<float>(number);
  }
  return values;
}

struct Part {
  std::shared_ptr<const Dataset> dataset;
  bool bytes = false;
  std::optional<ScaleBy> standardise = std::nullopt;
};

void CheckScale(const NpyArray& x, const FormatOptions& options) {
  if (!x.IsBytes() || options.scale != "column") return;
  throw base::DataError(
      x.name +
      ": --scale column: found unsigned bytes, which are divided by 255, expected other numbers");
}

Part MakePart(const fs::path& path, NpyArray x, const NpyArray& y, const FormatOptions& options,
              const Dataset* development) {
  const tensor::SampleShape shape = ShapeOf(x, options);
  std::optional<std::vector<std::string>> classes;
  if (development != nullptr) classes = development->ClassNames();
  LabelList::Numbered labels = LabelsOf(y, x, classes ? &*classes : nullptr);
  CheckScale(x, options);
  if (x.IsBytes()) {
    const int num_classes = static_cast<int>(labels.class_names.size());
    return {
        std::make_shared<MemoryDataset>(path.string(), shape, num_classes, std::move(x.bytes),
                                        std::move(labels.labels), std::move(labels.class_names)),
        true};
  }
  Samples samples{.shape = shape,
                  .values = FloatsOf(x),
                  .labels = std::move(labels.labels),
                  .class_names = std::move(labels.class_names)};
  Part part;
  if (development == nullptr) part.standardise = ChooseScale(x.name, samples, {}, options);
  part.dataset = std::make_shared<FloatDataset>(path.string(), std::move(samples));
  return part;
}

Loaded LoadNumpy(const fs::path& path, const FormatOptions& options) {
  if (EndsIn(path.string(), ".npy")) {
    throw base::DataError(
        path.string() +
        ": found one array, expected a folder with x_train.npy and y_train.npy, or "
        "an .npz file with both");
  }
  const Arrays arrays(path);
  NpyArray train_x = arrays.Require(kTrainX);
  const NpyArray train_y = arrays.Require(kTrainY);
  const Part train = MakePart(path, std::move(train_x), train_y, options, nullptr);
  Loaded loaded{.development = train.dataset, .test = nullptr, .standardise = train.standardise};
  if (auto x = arrays.Find(kTestX)) {
    const Part test =
        MakePart(path, *std::move(x), arrays.Require(kTestY), options, train.dataset.get());
    if (test.bytes != train.bytes) {
      throw base::DataError(
          fmt::format("{}: found x_test with {} as elements, expected {} as in "
                      "x_train",
                      path.string(), test.bytes ? "unsigned bytes" : "numbers",
                      train.bytes ? "unsigned bytes" : "numbers"));
    }
    loaded.test = test.dataset;
  }
  return loaded;
}

bool IsNumpy(const fs::path& path) {
  if (!IsFolder(path)) {
    return EndsIn(path.string(), ".npz") || EndsIn(path.string(), ".npy") ||
           StartOf(path, 6) == "\x93NUMPY";
  }
  for (const char* name : {"x_train.npy", "X_train.npy", "x.npy", "X.npy"}) {
    if (IsFile(path / name)) return true;
  }
  return false;
}

}  // namespace

Format NumpyFormat() {
  return {.name = "NumPy",
          .files = "FILE.npz, or x_train.npy and y_train.npy",
          .options = {"shape", "scale"},
          .recognises = IsNumpy,
          .load = LoadNumpy};
}

}  // namespace netsmith::data
