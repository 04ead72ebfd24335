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
  /// Of `netsmith search`, those that were given; paths hold from any folder, but for a space's.
  std::vector<std::string> arguments;
  std::vector<std::string> strategy;  // all options of the strategy, defaults too: --policy=state
  std::string version;                // of the program
  tensor::SampleShape shape;          // of a sample
  int num_classes = 0;
  std::int64_t num_train = 0;
  std::int64_t num_validation = 0;
  std::int64_t num_trials = 0;  // that were asked for last; 0: an earlier version's record
  bool operator==(const SearchRecord&) const = default;
};

/// Key of the study's attribute that holds it.
inline constexpr const char* kSearchRecordKey = "netsmith:search";

std::string ToJson(const SearchRecord& record);
/// Nothing for text that is no such record: another version's, or changed from outside.
std::optional<SearchRecord> SearchRecordFromJson(const std::string& json);

/// "netsmith search --data=mnist … --trials=24", its words quoted for a shell (for bash, those with
/// control characters): gives the study as it stands, of that many trials, again in any folder;
/// with `compare` the random search beside it too. Where it and its model are kept is left out, as
/// those places are taken.
std::string RepeatCommand(const SearchRecord& record, std::int64_t num_trials, bool compare);
/// The command that goes on with it from any folder, to the trials, comparison and model that were
/// asked for.
/// `store_url`: likewise from any folder.
std::string ResumeCommand(const SearchRecord& record, const std::string& store_url);

/// What a child is trained and measured on: "480 samples to search with; each child trains on 384
/// of them and validates on the other 96, five times". `options_json`: the study's.
std::string SamplesText(const SearchRecord& record, const std::string& options_json);

}  // namespace netsmith::report
