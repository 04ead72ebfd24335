#include "netsmith/data/formats/image_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "netsmith/base/check.h"
#include "netsmith/base/log.h"
#include "netsmith/data/formats/image.h"
#include "netsmith/data/formats/memory_guard.h"
#include "netsmith/data/memory_dataset.h"
#include "netsmith/data/sha256.h"

namespace netsmith::data {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string_view> kEndings = {".png", ".jpg", ".jpeg"};
constexpr std::int64_t kMostKept = 64;  // pixels a side of pictures that keep their size
constexpr std::int64_t kUsualSize = 32;

/// What all pictures have in common.
class Survey {
 public:
  void Add(const ClassFiles& files) {
    for (const fs::path& path : files.files) {
      const ImageInfo info = ParseImageInfo(path.string(), ReadImageFile(path));
      colour_ = colour_ || info.channels > 2;
      least_ = {.height = std::min(least_.height, info.height),
                .width = std::min(least_.width, info.width)};
      most_ = {.height = std::max(most_.height, info.height),
               .width = std::max(most_.width, info.width)};
    }
  }

  tensor::SampleShape Shape(const FormatOptions& options) const {
    tensor::SampleShape shape{.height = kUsualSize, .width = kUsualSize};
    if (options.image_size) {
      shape = *options.image_size;
    } else if (SameSize() && std::max(most_.height, most_.width) <= kMostKept) {
      shape = most_;
    }
    const bool colour = options.colour == "auto" ? colour_ : options.colour == "rgb";
    shape.channels = colour ? 3 : 1;
    return shape;
  }

  /// "24x32", "20x18 to 480x640": heights and widths.
  std::string Sizes() const {
    const std::string most = fmt::format("{}x{}", most_.height, most_.width);
    return SameSize() ? most : fmt::format("{}x{} to {}", least_.height, least_.width, most);
  }

 private:
  bool SameSize() const { return least_ == most_; }

  tensor::SampleShape least_{.height = kMaxPixels, .width = kMaxPixels};
  tensor::SampleShape most_;
  bool colour_ = false;
};

std::shared_ptr<const Dataset> MakeDataset(const fs::path& root, tensor::SampleShape shape,
                                           const std::vector<std::string>& class_names,
                                           const ClassFiles& files, bool resident) {
  auto on_demand = std::make_shared<ImageFileDataset>(root.string(), shape, class_names, files);
  if (!resident) return on_demand;
  MemoryGuard(root.string()).Take(on_demand->size() * shape.size());
  std::vector<std::uint8_t> samples;
  samples.reserve(static_cast<std::size_t>(on_demand->size() * shape.size()));
  for (std::int64_t record = 0; record < on_demand->size(); ++record) {
    const std::vector<std::uint8_t> sample = on_demand->Decode(record);
    samples.insert(samples.end(), sample.begin(), sample.end());
  }
  return std::make_shared<MemoryDataset>(root.string(), shape, static_cast<int>(class_names.size()),
                                         std::move(samples), files.labels, class_names);
}

}  // namespace

ImageFileDataset::ImageFileDataset(std::string name, tensor::SampleShape shape,
                                   std::vector<std::string> class_names, ClassFiles files)
    : name_(std::move(name)),
      shape_(shape),
      class_names_(std::move(class_names)),
      files_(std::move(files)) {}

std::int32_t ImageFileDataset::Label(std::int64_t record) const {
  NETSMITH_CHECK(record >= 0 && record < size());
  return files_.labels[static_cast<std::size_t>(record)];
}

std::vector<std::uint8_t> ImageFileDataset::Decode(std::int64_t record) const {
  NETSMITH_CHECK(record >= 0 && record < size());
  const fs::path& path = files_.files[static_cast<std::size_t>(record)];
  return DecodeImage(path.string(), ReadImageFile(path), shape_.height, shape_.width,
                     static_cast<int>(shape_.channels));
}

void ImageFileDataset::Read(std::span<const std::int64_t> records, std::span<float> dst) const {
  NETSMITH_CHECK_EQ(std::ssize(dst), std::ssize(records) * shape_.size());
  float* out = dst.data();
  for (const std::int64_t record : records) {
    const std::vector<std::uint8_t> sample = Decode(record);
    out = std::transform(sample.begin(), sample.end(), out,
                         [](std::uint8_t value) { return static_cast<float>(value) / 255.0f; });
  }
}

std::string ImageFileDataset::ContentHash() const {
  Sha256 hash;
  for (const std::int64_t number :
       {shape_.height, shape_.width, shape_.channels, std::int64_t{num_classes()}, size()}) {
    hash.Update(number);
  }
  for (std::size_t i = 0; i < files_.files.size(); ++i) {
    const std::vector<std::uint8_t> bytes = ReadImageFile(files_.files[i]);
    hash.Update(std::int64_t{files_.labels[i]});
    hash.Update(std::ssize(bytes));
    hash.Update(bytes);
  }
  return hash.Finish();
}

Loaded LoadImageFolder(const fs::path& root, const FormatOptions& options,
                       std::int64_t max_resident_bytes) {
  const ClassFolders folders = ScanClassFolders(root, kEndings);
  Survey survey;
  survey.Add(folders.train);
  const tensor::SampleShape shape = survey.Shape(options);
  const std::int64_t bytes =
      (std::ssize(folders.train.files) + std::ssize(folders.test.files)) * shape.size();
  const bool resident = bytes <= max_resident_bytes;
  base::LogInfo(fmt::format("{}: pictures of {} become {}{}", root.string(), survey.Sizes(),
                            ToString(shape), resident ? "" : ", decoded whenever they are needed"));
  Loaded loaded{
      .development = MakeDataset(root, shape, folders.class_names, folders.train, resident),
      .test = nullptr};
  if (!folders.test.files.empty()) {
    loaded.test = MakeDataset(root, shape, folders.class_names, folders.test, resident);
  }
  return loaded;
}

Format ImageFolderFormat() {
  return {.name = "images",
          .files = "CLASS/FILE.png or .jpg, train/CLASS/FILE.png",
          .options = {"image-size", "colour"},
          .recognises = [](const fs::path& path) { return HasClassFolders(path, kEndings); },
          .load =
              [](const fs::path& path, const FormatOptions& options) {
                return LoadImageFolder(path, options, kMaxResidentBytes);
              }};
}

}  // namespace netsmith::data
