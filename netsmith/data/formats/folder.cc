#include "netsmith/data/formats/folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/byte_source.h"

namespace netsmith::data {
namespace {

namespace fs = std::filesystem;

char Lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return Lower(c); });
  return text;
}

/// Where "train" stands in the file's name as a word, or npos.
std::size_t TrainWord(const std::string& name) {
  const std::string lower = Lower(name);
  const auto is_letter = [&](std::size_t i) {
    return i < lower.size() && std::isalnum(static_cast<unsigned char>(lower[i])) != 0;
  };
  for (std::size_t at = lower.find("train"); at != std::string::npos;
       at = lower.find("train", at + 1)) {
    if ((at == 0 || !is_letter(at - 1)) && !is_letter(at + 5)) return at;
  }
  return std::string::npos;
}

std::optional<std::int64_t> WholeNumber(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

fs::path OnlyOne(const fs::path& folder, std::string_view ending,
                 const std::vector<fs::path>& files) {
  if (files.empty()) return {};
  if (files.size() > 1) {
    throw base::DataError(fmt::format("{}: found {} and {}, expected one data set's files *{}",
                                      folder.string(), files[0].filename().string(),
                                      files[1].filename().string(), ending));
  }
  return files.front();
}

}  // namespace

std::vector<fs::path> ListFolder(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  std::vector<fs::path> paths;
  while (!error && entries != fs::directory_iterator()) {
    if (!entries->path().filename().string().starts_with('.')) paths.push_back(entries->path());
    entries.increment(error);
  }
  if (error) {
    throw base::DataError(folder.string() + ": cannot be read: " + error.message());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool IsFile(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool IsFolder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool EndsIn(std::string_view name, std::string_view ending) {
  if (name.size() < ending.size()) return false;
  return std::ranges::equal(
      name.substr(name.size() - ending.size()), ending, {}, [](char c) { return Lower(c); },
      [](char c) { return Lower(c); });
}

std::string StartOf(const fs::path& path, std::size_t num_bytes) {
  if (!IsFile(path)) return {};
  try {
    std::string start(num_bytes, '\0');
    const std::span bytes(reinterpret_cast<std::uint8_t*>(start.data()), start.size());
    start.resize(OpenFile(path)->Read(bytes));
    return start;
  } catch (const base::DataError&) {
    return {};
  }
}

fs::path TestFileOf(const fs::path& train) {
  std::string name = train.filename().string();
  const std::size_t at = TrainWord(name);
  if (at == std::string::npos) return {};
  const bool upper = std::isupper(static_cast<unsigned char>(name[at + 1])) != 0;
  const bool capital = std::isupper(static_cast<unsigned char>(name[at])) != 0;
  name.replace(at, 5, upper ? "TEST" : capital ? "Test" : "test");
  const fs::path test = train.parent_path() / name;
  return IsFile(test) ? test : fs::path();
}

fs::path TrainFileIn(const fs::path& folder, std::string_view ending) {
  if (!IsFolder(folder)) return {};
  std::vector<fs::path> all;
  std::vector<fs::path> for_training;
  for (const fs::path& path : ListFolder(folder)) {
    const std::string name = path.filename().string();
    if (!EndsIn(name, ending) || !IsFile(path)) continue;
    all.push_back(path);
    if (TrainWord(name) != std::string::npos) for_training.push_back(path);
  }
  return OnlyOne(folder, ending, for_training.empty() ? all : for_training);
}

void SortClassNames(std::vector<std::string>& names) {
  const bool numbers = std::ranges::all_of(
      names, [](const std::string& name) { return WholeNumber(name).has_value(); });
  std::ranges::sort(names, [&](const std::string& a, const std::string& b) {
    const std::int64_t x = numbers ? WholeNumber(a).value_or(0) : 0;
    const std::int64_t y = numbers ? WholeNumber(b).value_or(0) : 0;
    return x != y ? x < y : a < b;
  });
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

}  // namespace netsmith::data
