#include "netsmith/report/search_record.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/base/json_depth.h"
#include "netsmith/report/escape.h"

namespace netsmith::report {

using nlohmann::ordered_json;

std::string ToJson(const SearchRecord& record) {
  return ordered_json{{"arguments", record.arguments},
                      {"strategy", record.strategy},
                      {"version", record.version},
                      {"shape", {record.shape.height, record.shape.width, record.shape.channels}},
                      {"classes", record.num_classes},
                      {"train", record.num_train},
                      {"validation", record.num_validation}}
      .dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::optional<SearchRecord> SearchRecordFromJson(const std::string& json) {
  if (base::JsonDepth(json) > base::kMaxJsonDepth) return std::nullopt;
  try {
    const auto object = ordered_json::parse(json);
    const auto shape = object.at("shape").get<std::vector<std::int64_t>>();
    SearchRecord record{.arguments = object.at("arguments").get<std::vector<std::string>>(),
                        .strategy = object.at("strategy").get<std::vector<std::string>>(),
                        .version = object.at("version").get<std::string>(),
                        .shape = {},
                        .num_classes = object.at("classes").get<int>(),
                        .num_train = object.at("train").get<std::int64_t>(),
                        .num_validation = object.at("validation").get<std::int64_t>()};
    constexpr std::int64_t kLargest = 1'000'000'000;
    for (const std::int64_t size : shape) {
      if (size < 1 || size > kLargest) return std::nullopt;
    }
    if (shape.size() != 3 || record.num_classes < 1) return std::nullopt;
    record.shape = {.height = shape[0], .width = shape[1], .channels = shape[2]};
    return record;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

std::string CommandLine(const SearchRecord& record) {
  std::string line = "netsmith search";
  for (const std::string& argument : record.arguments) line += " " + ShellWord(argument);
  return line;
}

}  // namespace netsmith::report
