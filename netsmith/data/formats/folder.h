#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace netsmith::data {

/// What is directly in a folder, by name, ascending; hidden entries (".x") are left out.
/// Errors   DataError: the folder cannot be read.
std::vector<std::filesystem::path> ListFolder(const std::filesystem::path& folder);

/// False, too, for what cannot be looked at, such as a loop of links.
bool IsFile(const std::filesystem::path& path);
bool IsFolder(const std::filesystem::path& path);

/// True when `name` ends in `ending`, in letters of either size.
bool EndsIn(std::string_view name, std::string_view ending);

/// The first bytes of a regular file, unpacked when it is gzip; empty when it cannot be read.
std::string StartOf(const std::filesystem::path& path, std::size_t num_bytes);

/// The file that a data set's training file "A_TRAIN.ts" is tested by, "A_TEST.ts", in the same
/// letter size; empty when `train` names no training file or there is none.
std::filesystem::path TestFileOf(const std::filesystem::path& train);

/// The one file of the folder whose name ends in `ending` and marks it as for training; where there
/// is none, the one file that ends so. Empty when there is none at all.
/// Errors   DataError: several could be meant.
std::filesystem::path TrainFileIn(const std::filesystem::path& folder, std::string_view ending);

/// Sorted as numbers when all are whole numbers, else as text. Removes repetitions.
void SortClassNames(std::vector<std::string>& names);

}  // namespace netsmith::data
