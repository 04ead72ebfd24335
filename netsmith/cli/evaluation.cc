#include "netsmith/cli/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/cli/study_run.h"
#include "netsmith/engine/instruction_set.h"
#include "netsmith/engine/precision.h"
#include "netsmith/search/limited_evaluator.h"
#include "netsmith/search/process_evaluator.h"
#include "netsmith/space/text_cursor.h"

namespace netsmith::cli {
namespace {

using nlohmann::json;

/// This program again: a child that crashes takes down nothing but its own trial.
std::vector<std::string> OwnEvaluator(const EvaluationFlags& flags) {
  EvaluationFlags copy = flags;
  OptionTable options;
  copy.data.Declare(options);
  copy.space.Declare(options);
  copy.child.Declare(options);
  std::vector<std::string> arguments = {"/proc/self/exe", "evaluator", "--log-level=warning",
                                        fmt::format("--seed={}", flags.seed)};
  std::ranges::move(options.Arguments(), std::back_inserter(arguments));
  return arguments;
}

[[noreturn]] void Refuse(const std::string& study, const std::string& what) {
  throw base::StoreError(fmt::format("study '{}': {}", study, what));
}

/// Sets the option of one "--name=value" or "--name".
void SetOption(const std::string& study, OptionTable& table, const std::string& argument) {
  const std::size_t equals = argument.find('=');
  Option* option =
      argument.starts_with("--")
          ? table.Find(argument.substr(2, equals == std::string::npos ? equals : equals - 2))
          : nullptr;
  if (option == nullptr) {
    Refuse(study, fmt::format("its search asks workers for {}, which this version does not know",
                              space::Quoted(argument)));
  }
  option->Assign(equals == std::string::npos ? "true" : argument.substr(equals + 1),
                 "study " + study + ", --" + option->name);
}

}  // namespace

void EvaluationFlags::Declare(OptionTable& options) {
  data.Declare(options);
  space.Declare(options);
  child.Declare(options);
  options.Integer("seed", &seed, {0, kMaxSeed}, "Seed of the study");
  options.Text("evaluator", "COMMAND", &evaluator, "The program that gives rewards");
}

std::string EvaluationFlags::Engine() const {
  if (!evaluator.empty()) return "";
  return engine::Arithmetic(engine::NamedPrecision(child.recipe.recipe.precision));
}

std::unique_ptr<study::Evaluator> MakeTrialEvaluator(const EvaluationFlags& flags,
                                                     const space::SearchSpace& space,
                                                     const data::Problem& problem) {
  if (flags.evaluator.empty()) {
    return std::make_unique<search::ProcessEvaluator>(search::ProcessOptions{
        .argv = OwnEvaluator(flags), .decisions = space.decisions(), .name = "worker"});
  }
  return std::make_unique<search::LimitedEvaluator>(
      std::make_unique<search::ProcessEvaluator>(search::ProcessOptions{
          .argv = search::ShellCommand(flags.evaluator), .decisions = space.decisions()}),
      space, problem.development().shape(), problem.development().num_classes(),
      ChildOptionsOf(flags.child, flags.seed).limits);
}

std::string WorkerJson(const EvaluationFlags& flags, const data::Problem& problem) {
  EvaluationFlags copy = flags;
  // Where this machine keeps data is no other's business; but a file or folder is the same from
  // anywhere.
  copy.data.data_dir.clear();
  copy.data.cache_dir.clear();
  std::error_code none;
  if (std::filesystem::exists(copy.data.data, none)) {
    copy.data.data = std::filesystem::absolute(copy.data.data).lexically_normal().string();
  }
  OptionTable table;
  copy.Declare(table);
  return json{{"protocol", kWorkerProtocol},
              {"data_hash", problem.content_hash()},
              {"arguments", table.Arguments()}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

WorkerSetup ParseWorkerJson(const std::string& study, const std::string& text) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  const json protocol = object.is_object() ? object.value("protocol", json()) : json();
  if (protocol != kWorkerProtocol) {
    Refuse(study, fmt::format("its search speaks protocol {} with workers, expected {}: use the "
                              "same version of netsmith for both",
                              protocol.dump(-1, ' ', false, json::error_handler_t::replace),
                              kWorkerProtocol));
  }
  WorkerSetup setup;
  OptionTable table;
  setup.flags.Declare(table);
  try {
    setup.data_hash = object.at("data_hash").get<std::string>();
    for (const auto& argument : object.at("arguments").get<std::vector<std::string>>()) {
      SetOption(study, table, argument);
    }
  } catch (const json::exception&) {
    Refuse(study, fmt::format("its attribute '{}' is not what netsmith writes", kWorkerKey));
  }
  return setup;
}

}  // namespace netsmith::cli
