#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/tensor/tensor.h"

namespace netsmith::report {

/// What a search leaves with its study about how it was started: enough to repeat it, and to draw
/// its networks without its data.
struct SearchRecord {
  std::vector<std::string> arguments;  // of `netsmith search`, those that were given
  std::vector<std::string> strategy;   // all options of the strategy, defaults too: --policy=state
  std::string version;                 // of the program
  tensor::SampleShape shape;           // of a sample
  int num_classes = 0;
  std::int64_t num_train = 0;
  std::int64_t num_validation = 0;
  bool operator==(const SearchRecord&) const = default;
};

/// Key of the study's attribute that holds it.
inline constexpr const char* kSearchRecordKey = "netsmith:search";

std::string ToJson(const SearchRecord& record);
/// Nothing for text that is no such record: another version's, or changed from outside.
std::optional<SearchRecord> SearchRecordFromJson(const std::string& json);

/// "netsmith search --data=mnist …" with its words quoted for a shell.
std::string CommandLine(const SearchRecord& record);

}  // namespace netsmith::report
