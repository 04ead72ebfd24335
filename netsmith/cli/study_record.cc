#include "netsmith/cli/study_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/cli/option_table.h"
#include "netsmith/data/catalog.h"

namespace netsmith::cli {
namespace {

std::string Absolute(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

/// The study is known by the path of a space file as it was given, so that one stays.
std::string FromAnyFolder(const std::string& argument) {
  const std::size_t equals = argument.find('=');
  if (equals == std::string::npos || equals + 1 == argument.size()) return argument;
  const std::string name = argument.substr(0, equals), value = argument.substr(equals + 1);
  const bool is_path = (name == "--data" && data::FindCatalogEntry(value) == nullptr) ||
                       name == "--data-dir" || name == "--cache-dir" || name == "--out";
  if (is_path) return name + "=" + Absolute(value);
  // A network in a file.
  if (name == "--hand-made" && value.starts_with('@'))
    return name + "=@" + Absolute(value.substr(1));
  return argument;
}

}  // namespace

report::SearchRecord RecordOf(const StudyFlags& flags, const data::Problem& problem) {
  std::vector<std::string> arguments;
  for (const std::string& argument : flags.given) arguments.push_back(FromAnyFolder(argument));
  const auto is_seed = [](const std::string& argument) { return argument.starts_with("--seed="); };
  if (std::ranges::none_of(arguments, is_seed)) {
    arguments.push_back(fmt::format("--seed={}", flags.seed));
  }
  StrategyFlags strategy = flags.strategy;
  OptionTable table;
  strategy.Declare(table);
  return {.arguments = std::move(arguments),
          .strategy = table.Arguments(),
          .version = NETSMITH_VERSION,
          .shape = problem.development().shape(),
          .num_classes = problem.development().num_classes(),
          .num_train = std::ssize(problem.train()),
          .num_validation = std::ssize(problem.validation()),
          .num_trials = flags.trials};
}

}  // namespace netsmith::cli
