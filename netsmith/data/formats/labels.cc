#include "netsmith/data/formats/labels.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <unordered_map>
#include <utility>

#include "netsmith/base/error.h"
#include "netsmith/data/formats/folder.h"
#include "netsmith/data/formats/line_reader.h"
#include "netsmith/data/formats/utf8.h"

namespace netsmith::data {

std::string Listed(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 20;
  const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kMost));
  return fmt::format("{}{}", fmt::join(names.begin(), end, ", "),
                     names.size() > kMost ? ", …" : "");
}

void FailOneClass(const std::string& file, std::string_view name) {
  throw base::DataError(
      fmt::format("{}: found the class {} only, expected at least 2 classes", file, Shown(name)));
}

void LabelList::Add(std::string name, std::string_view place) {
  if (known_.insert(name).second) {
    different_.push_back(name);
    places_.emplace_back(place);
  }
  names_.push_back(std::move(name));
}

LabelList::Numbered LabelList::Number(const std::string& file,
                                      const std::vector<std::string>* classes) const {
  for (std::size_t i = 0; i < different_.size(); ++i) {
    CheckUtf8(fmt::format("{}: {}", file, places_[i]), different_[i]);
  }
  Numbered numbered;
  numbered.class_names = classes != nullptr ? *classes : different_;
  if (classes == nullptr) SortClassNames(numbered.class_names);
  if (numbered.class_names.size() < 2) FailOneClass(file, numbered.class_names.front());
  std::unordered_map<std::string, std::int32_t> numbers;
  for (std::size_t c = 0; c < numbered.class_names.size(); ++c) {
    numbers[numbered.class_names[c]] = static_cast<std::int32_t>(c);
  }
  for (std::size_t i = 0; i < different_.size(); ++i) {
    if (numbers.contains(different_[i])) continue;
    throw base::DataError(fmt::format("{}: {}: found class {}, expected one of {}", file,
                                      places_[i], Shown(different_[i]),
                                      Listed(numbered.class_names)));
  }
  for (const std::string& name : names_) numbered.labels.push_back(numbers.at(name));
  return numbered;
}

}  // namespace netsmith::data
