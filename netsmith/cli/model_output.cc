#include "netsmith/cli/model_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/file.h"
#include "netsmith/base/log.h"
#include "netsmith/base/printable.h"
#include "netsmith/data/catalog.h"
#include "netsmith/data/float_dataset.h"
#include "netsmith/data/formats/format.h"
#include "netsmith/model/file.h"
#include "netsmith/model/format.h"
#include "netsmith/report/format.h"

namespace netsmith::cli {
namespace {

/// Other files than the model was trained on, of whatever format.
void ReadAsFor(const model::Model& model, const nlohmann::ordered_json& options, DataFlags& data) {
  if (data::FindCatalogEntry(data.data) != nullptr) return;
  const tensor::SampleShape& sample = model.preprocessing.sample;
  nlohmann::ordered_json known = options;
  known["image-size"] = fmt::format("{}x{}", sample.height, sample.width);
  known["colour"] = sample.channels == 1 ? "grey" : "rgb";
  known["lengths"] = model.reading.lengths;
  const std::vector<float>& mean = model.preprocessing.mean;
  known["scale"] = data::ScaledBy(mean, sample) == data::ScaleBy::kColumn ? "column" : "channel";
  data.values = model.reading.values;
  data.scaling = data::Scaling{.mean = mean, .deviation = model.preprocessing.deviation};
  nlohmann::ordered_json taken;
  for (const std::string& name : data::FormatOf(data.data).options) {
    if (known.contains(name)) taken[name] = known[name];
  }
  data.TakeUngiven(taken);
}

std::string ModelText(const std::filesystem::path& path) {
  try {
    const auto record = nlohmann::json::parse(model::Load(path).training_json);
    const std::string study = record.value("study", "");
    return record.at("network").get<std::string>() + (study.empty() ? "" : " of study " + study);
  } catch (const base::Error&) {
  } catch (const nlohmann::json::exception&) {
  }
  return "something else";
}

[[noreturn]] void FailToKeep(const std::filesystem::path& path, const std::filesystem::path& kept,
                             const std::string& why) {
  throw base::IoError(
      fmt::format("{}: cannot be kept as {}: {}", path.string(), kept.string(), why));
}

/// Gives what is under that name another one as well, unless it is `content`, or kept already. It
/// stays under its own until it is replaced.
void KeepEarlier(const std::filesystem::path& path, const std::string& content) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return;
  const auto earlier = base::ReadFile(path.string());
  if (earlier == content) return;
  const std::string what = ModelText(path);
  for (int number = 1;; ++number) {
    std::filesystem::path kept = path;
    kept.replace_filename(
        fmt::format("{}.{}{}", path.stem().string(), number, path.extension().string()));
    std::filesystem::create_hard_link(path, kept, error);
    if (error == std::errc::file_exists) {
      if (earlier && base::ReadFile(kept.string()) == earlier) return;
      continue;
    }
    // Where there are no links.
    if (error && !std::filesystem::copy_file(path, kept, error)) {
      FailToKeep(path, kept, error.message());
    }
    base::LogInfo(
        fmt::format("{} held {}: kept as {}", path.string(), base::Printable(what), kept.string()));
    return;
  }
}

}  // namespace

void ModelOutput::Declare(OptionTable& options) {
  options.Text("out", "DIR", &folder,
               "Write the trained network to DIR/model.netsmith; of several seeds the best on "
               "validation");
}

void ModelOutput::Prepare() const {
  if (!wanted()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && access(folder.c_str(), W_OK | X_OK) != 0) {
    error = std::error_code(errno, std::generic_category());
  }
  if (!error && !std::filesystem::is_directory(folder, error)) {
    error = std::make_error_code(std::errc::not_a_directory);
  }
  if (error) {
    throw base::ConfigError(
        fmt::format("--out: {}: found no folder that can be written: {}", folder, error.message()));
  }
}

nlohmann::ordered_json ModelOutput::Write(const graph::Graph& graph,
                                          const train::FullTrainingResult& result,
                                          const data::Problem& problem, const DataFlags& data,
                                          nlohmann::ordered_json record) const {
  if (!result.best) throw base::Error("no model is written: every training diverged");
  const train::BestTraining& best = *result.best;
  const bool has_rate = !record.contains("members");  // those of an ensemble have each their own
  const nlohmann::ordered_json figures = {
      {"learning_rate",
       has_rate ? nlohmann::ordered_json(result.learning_rate) : nlohmann::ordered_json()},
      {"seed", best.seed},
      {"validation_accuracy", best.validation_accuracy},
      {"test_accuracy", best.test_accuracy}};
  record["data"] = data.data;
  if (const auto given = data.RecordFor(problem); !given.empty()) record["data_options"] = given;
  record.update(figures);
  record["data_hash"] = problem.content_hash();
  record["netsmith_version"] = NETSMITH_VERSION;
  model::Model model = TrainedModel({graph::WithoutUnused(graph), best.weights}, problem);
  model.training_json =
      record.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  const std::string content = model::Encode(model);
  KeepEarlier(path(), content);
  base::WriteFile(path().string(), content);
  base::LogInfo(fmt::format("wrote {}: seed {}, validation accuracy {}, test accuracy {}",
                            path().string(), best.seed, report::Percent(best.validation_accuracy),
                            report::Percent(best.test_accuracy)));
  nlohmann::ordered_json written = {{"file", path().string()}};
  written.update(figures);
  return written;
}

model::Model TrainedModel(model::Network network, const data::Problem& problem) {
  const data::Dataset& dataset = problem.development();
  const data::Scaling scaling = dataset.scaling();
  return {.graph = std::move(network.graph),
          .weights = std::move(network.weights),
          .preprocessing = {.sample = dataset.shape(),
                            .mean = scaling.mean,
                            .deviation = scaling.deviation},
          .reading = problem.reading(),
          .class_names = dataset.ClassNames()};
}

void UseDataOf(const model::Model& model, DataFlags& data) {
  const auto record = nlohmann::ordered_json::parse(model.training_json);
  const auto options = record.value("data_options", nlohmann::ordered_json::object());
  if (!data.data.empty()) return ReadAsFor(model, options, data);
  if (!record.contains("data") || !record["data"].is_string()) {
    throw base::ConfigError("--data: not given, and the model does not say what it was trained on");
  }
  data.data = record["data"].get<std::string>();
  data.TakeUngiven(options);
}

}  // namespace netsmith::cli
