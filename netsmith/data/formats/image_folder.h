#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "netsmith/data/dataset.h"
#include "netsmith/data/formats/class_folders.h"
#include "netsmith/data/formats/format.h"

namespace netsmith::data {

/// Pictures that are read and decoded whenever they are asked for, for more of them than fit into
/// memory.
class ImageFileDataset : public Dataset {
 public:
  ImageFileDataset(std::string name, tensor::SampleShape shape,
                   std::vector<std::string> class_names, ClassFiles files);

  const std::string& name() const override { return name_; }
  tensor::SampleShape shape() const override { return shape_; }
  int num_classes() const override { return static_cast<int>(class_names_.size()); }
  std::vector<std::string> ClassNames() const override { return class_names_; }
  std::int64_t size() const override { return std::ssize(files_.labels); }
  std::int32_t Label(std::int64_t record) const override;
  void Read(std::span<const std::int64_t> records, std::span<float> dst) const override;
  /// Of shape, classes, labels and the files' bytes.
  std::string ContentHash() const override;

  /// One picture's bytes. Errors   as DecodeImage, ReadImageFile.
  std::vector<std::uint8_t> Decode(std::int64_t record) const;

 private:
  std::string name_;
  tensor::SampleShape shape_;
  std::vector<std::string> class_names_;
  ClassFiles files_;
};

/// Data sets of images whose decoded bytes are more than this are decoded on demand.
inline constexpr std::int64_t kMaxResidentBytes = std::int64_t{1} << 30;

/// Folders of PNG and JPEG pictures, one a class (class_folders.h). All become one size: the
/// pictures' own where all have the same of at most 64x64, else 32x32, unless options.image_size
/// says; grey where all are grey, unless options.colour says.
/// Errors   DataError: as ScanClassFolders; a picture that is damaged, named.
Format ImageFolderFormat();
Loaded LoadImageFolder(const std::filesystem::path& root, const FormatOptions& options,
                       std::int64_t max_resident_bytes);

}  // namespace netsmith::data
