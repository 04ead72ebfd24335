#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "netsmith/data/dataset.h"
#include "netsmith/data/formats/format.h"

namespace netsmith::data {

/// The file `name` ("train-images-idx3-ubyte") of a folder under one of its usual spellings:
/// "-idx3" or ".idx3", plain before ".gz". Empty when there is none.
std::optional<std::filesystem::path> FindIdxFile(const std::filesystem::path& folder,
                                                 const std::string& name);

/// As FindIdxFile. Errors   DataError naming the folder and the spellings.
std::filesystem::path RequireIdxFile(const std::filesystem::path& folder, const std::string& name);

/// Images and their labels as a data set. Without `num_classes` it is the largest label + 1.
/// Errors   DataError: as ReadIdx; numbers of images and labels that differ; a label out of range
///          (file and record); fewer than 2 classes.
std::shared_ptr<const Dataset> LoadIdxPair(const std::string& name,
                                           const std::filesystem::path& images,
                                           const std::filesystem::path& labels,
                                           std::optional<int> num_classes);

/// A folder with the four files of MNIST's kind: {train,t10k}-{images-idx3,labels-idx1}-ubyte.
Format IdxFolderFormat();

}  // namespace netsmith::data
