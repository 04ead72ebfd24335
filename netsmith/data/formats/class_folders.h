#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace netsmith::data {

/// Files that lie in one folder a class.
struct ClassFiles {
  std::vector<std::filesystem::path> files;  // by class, then by name
  std::vector<std::int32_t> labels;
};

/// The files of a data set: root/CLASS/FILE, or root/train/CLASS/FILE and root/test/CLASS/FILE.
struct ClassFolders {
  std::vector<std::string> class_names;  // sorted; numbers as numbers
  ClassFiles train;
  ClassFiles test;  // empty where there is no folder for it
};

/// True when a folder of the tree has a folder with such a file; looks at the first ones alone.
bool HasClassFolders(const std::filesystem::path& root,
                     const std::vector<std::string_view>& endings);

/// Files with other endings, and folders within class folders, are passed over; how many is logged.
/// Errors   DataError: a folder that cannot be read; fewer than 2 classes; a class without files,
///          or of a name that is not UTF-8; a class to test on that is not trained.
ClassFolders ScanClassFolders(const std::filesystem::path& root,
                              const std::vector<std::string_view>& endings);

}  // namespace netsmith::data
