#include "netsmith/report/search_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/base/json_depth.h"
#include "netsmith/base/printable.h"
#include "netsmith/report/escape.h"
#include "netsmith/report/format.h"

namespace netsmith::report {

using nlohmann::ordered_json;

namespace {

/// As ShellWord, but what a terminal would obey is escaped, in $'…'.
std::string VisibleWord(std::string_view word) {
  if (base::Printable(word) == word) return ShellWord(word);
  std::string escaped;
  for (const char c : word) {
    if (c == '\\' || c == '\'') escaped += '\\';
    escaped += c;
  }
  return "$'" + base::Printable(escaped) + "'";
}

std::string Command(const SearchRecord& record, std::initializer_list<std::string_view> without) {
  std::string line = "netsmith search";
  for (const std::string& argument : record.arguments) {
    const std::string_view name = std::string_view(argument).substr(0, argument.find('='));
    if (std::ranges::find(without, name) == without.end()) line += " " + VisibleWord(argument);
  }
  return line;
}

struct ChildSamples {
  bool is_trained = false;  // not for a foreign evaluator
  std::int64_t folds = 1;
  std::int64_t most = 0;  // an epoch; 0: all
  bool reward_is_test = false;
};

ChildSamples ReadChildSamples(const std::string& options_json) {
  try {
    const auto child = ordered_json::parse(options_json).at("child");
    return {.is_trained = true,
            .folds = child.value("folds", std::int64_t{1}),
            .most = child.value("samples", std::int64_t{0}),
            .reward_is_test = child.value("reward_split", std::string()) == "test"};
  } catch (const nlohmann::json::exception&) {
    return {};
  }
}

}  // namespace

std::string ToJson(const SearchRecord& record) {
  return ordered_json{{"arguments", record.arguments},
                      {"strategy", record.strategy},
                      {"version", record.version},
                      {"shape", {record.shape.height, record.shape.width, record.shape.channels}},
                      {"classes", record.num_classes},
                      {"train", record.num_train},
                      {"validation", record.num_validation},
                      {"trials", record.num_trials}}
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
                        .num_validation = object.at("validation").get<std::int64_t>(),
                        .num_trials = object.value("trials", std::int64_t{0})};
    constexpr std::int64_t kLargest = 1'000'000'000;
    for (const std::int64_t size : shape) {
      if (size < 1 || size > kLargest) return std::nullopt;
    }
    if (shape.size() != 3 || record.num_classes < 1) return std::nullopt;
    for (const std::int64_t count : {record.num_train, record.num_validation, record.num_trials}) {
      if (count < 0 || count > kLargest) return std::nullopt;
    }
    record.shape = {.height = shape[0], .width = shape[1], .channels = shape[2]};
    return record;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

std::string RepeatCommand(const SearchRecord& record, std::int64_t num_trials, bool compare) {
  return Command(record, {"--trials", "--store", "--compare", "--out"}) +
         fmt::format(" --trials={}", num_trials) + (compare ? " --compare" : "");
}

std::string ResumeCommand(const SearchRecord& record, const std::string& store_url) {
  return Command(record, {"--trials", "--store"}) +
         fmt::format(" --trials={} {} --resume", record.num_trials,
                     VisibleWord("--store=" + store_url));
}

std::string SamplesText(const SearchRecord& record, const std::string& options_json) {
  const std::int64_t all = record.num_train + record.num_validation;
  const ChildSamples child = ReadChildSamples(options_json);
  std::string text = fmt::format("{} samples to search with", Grouped(all));
  if (!child.is_trained) {
    return text + fmt::format(": {} for training, {} for validation", Grouped(record.num_train),
                              Grouped(record.num_validation));
  }
  const bool has_folds = child.folds > 1;
  const std::int64_t validation = has_folds ? all / child.folds : record.num_validation;
  const std::int64_t train = has_folds ? all - validation : record.num_train;
  text += fmt::format("; each child trains on {}{} of them",
                      has_folds && all % child.folds != 0 ? "about " : "", Grouped(train));
  if (child.most > 0 && child.most < train) {
    text += fmt::format(" ({} an epoch)", Grouped(child.most));
  }
  if (child.reward_is_test) return text + " and is measured on the test set";
  text += fmt::format(" and validates on {}{}", has_folds ? "the other " : "another ",
                      Grouped(validation));
  return has_folds ? text + fmt::format(", {} times, each time on others", child.folds) : text;
}

}  // namespace netsmith::report
