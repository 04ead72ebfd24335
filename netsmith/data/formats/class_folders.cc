#include "netsmith/data/formats/class_folders.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/data/formats/folder.h"
#include "netsmith/data/formats/labels.h"
#include "netsmith/data/formats/line_reader.h"
#include "netsmith/data/formats/utf8.h"

namespace netsmith::data {
namespace {

namespace fs = std::filesystem;
using Endings = std::vector<std::string_view>;

bool IsWanted(const fs::path& path, const Endings& endings) {
  return std::ranges::any_of(
      endings, [&](std::string_view ending) { return EndsIn(path.string(), ending); });
}

fs::path Child(const fs::path& root, std::string_view wanted) {
  for (const fs::path& path : ListFolder(root)) {
    const std::string name = path.filename().string();
    if (name.size() == wanted.size() && EndsIn(name, wanted) && IsFolder(path)) return path;
  }
  return {};
}

std::vector<std::string> FolderNames(const fs::path& root) {
  std::vector<std::string> names;
  for (const fs::path& path : ListFolder(root)) {
    if (!IsFolder(path)) continue;
    names.push_back(path.filename().string());
    CheckUtf8(root.string(), names.back());
  }
  SortClassNames(names);
  return names;
}

/// The files of one class folder. What is no regular file, such as a pipe, is passed over too.
std::vector<fs::path> FilesOf(const fs::path& folder, const Endings& endings,
                              int& num_passed_over) {
  std::vector<fs::path> files;
  for (fs::path& path : ListFolder(folder)) {
    if (IsFile(path) && IsWanted(path, endings)) {
      files.push_back(std::move(path));
    } else {
      ++num_passed_over;
    }
  }
  if (files.empty()) {
    throw base::DataError(fmt::format("{}: found no file *{}, expected at least 1", folder.string(),
                                      fmt::join(endings, ", *")));
  }
  return files;
}

ClassFiles Scan(const fs::path& root, const std::vector<std::string>& class_names,
                const Endings& endings) {
  ClassFiles found;
  int num_passed_over = 0;
  for (const std::string& name : FolderNames(root)) {
    const auto place = std::ranges::find(class_names, name);
    if (place == class_names.end()) {
      throw base::DataError(fmt::format("{}: found the class {}, expected one of {}", root.string(),
                                        Shown(name), Listed(class_names)));
    }
    for (fs::path& path : FilesOf(root / name, endings, num_passed_over)) {
      found.files.push_back(std::move(path));
      found.labels.push_back(static_cast<std::int32_t>(place - class_names.begin()));
    }
  }
  if (num_passed_over > 0) {
    base::LogInfo(
        fmt::format("{}: {} entries of its class folders are no files *{} and are "
                    "passed over",
                    root.string(), num_passed_over, fmt::join(endings, ", *")));
  }
  return found;
}

}  // namespace

bool HasClassFolders(const fs::path& root, const Endings& endings) {
  if (!IsFolder(root)) return false;
  const fs::path train = Child(root, "train");
  for (const fs::path& folder : ListFolder(train.empty() ? root : train)) {
    if (!IsFolder(folder)) continue;
    const auto files = ListFolder(folder);
    if (std::ranges::any_of(files, [&](const fs::path& file) { return IsWanted(file, endings); })) {
      return true;
    }
  }
  return false;
}

ClassFolders ScanClassFolders(const fs::path& root, const Endings& endings) {
  const fs::path train = Child(root, "train");
  const fs::path test = Child(root, "test");
  const fs::path& development = train.empty() ? root : train;
  ClassFolders folders;
  folders.class_names = FolderNames(development);
  if (folders.class_names.size() < 2) {
    throw base::DataError(fmt::format("{}: found {} folder, expected one a class, at least 2",
                                      development.string(), folders.class_names.size()));
  }
  folders.train = Scan(development, folders.class_names, endings);
  if (!train.empty() && !test.empty()) folders.test = Scan(test, folders.class_names, endings);
  return folders;
}

}  // namespace netsmith::data
