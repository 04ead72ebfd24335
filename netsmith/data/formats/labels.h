#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace netsmith::data {

/// Labels as they are read, and the numbers that they get when all are known.
class LabelList {
 public:
  struct Numbered {
    std::vector<std::int32_t> labels;
    std::vector<std::string> class_names;
  };

  /// `place` is the record's, for messages: "line 7".
  void Add(std::string name, std::string_view place);
  const std::vector<std::string>& names() const { return names_; }

  /// Classes are those of `classes`, the training file's, else the different names, sorted.
  /// Errors   DataError naming the file: one class only; with its place, a name that is not UTF-8
  ///          or that `classes` lacks.
  Numbered Number(const std::string& file, const std::vector<std::string>* classes) const;

 private:
  std::vector<std::string> names_;   // of each record
  std::vector<std::string> places_;  // where each name was first
  std::vector<std::string> different_;
  std::unordered_set<std::string> known_;
};

/// Throws the DataError for a training file whose records are all of the class `name`.
[[noreturn]] void FailOneClass(const std::string& file, std::string_view name);

/// "a, b, c", the first 20 of them.
std::string Listed(const std::vector<std::string>& names);

}  // namespace netsmith::data
