#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/printable.h"
#include "netsmith/cli/commands.h"
#include "netsmith/cli/flags.h"
#include "netsmith/cli/output.h"
#include "netsmith/cli/study_json.h"
#include "netsmith/model/file.h"
#include "netsmith/model/predictor.h"
#include "netsmith/model/samples.h"
#include "netsmith/report/format.h"

namespace netsmith::cli {
namespace {

using nlohmann::ordered_json;

/// A cell of RFC 4180.
std::string CsvCell(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  return cell + "\"";
}

class Predict : public Command {
 public:
  void Declare(OptionTable& options) override {
    options.Positional("MODEL", &path_, "The model's file, as `netsmith train --out` writes it");
    options.Positionals("FILE", &files_,
                        "Samples: idx images, NumPy arrays, PNG or JPEG pictures, WAV sounds, .ts "
                        "series, or rows of separated values; or a folder of pictures or sounds");
    options.Group("Prediction");
    options.Integer("top-k", &top_k_, {1, 1'000'000}, "The most probable classes that are given");
    options.Integer("batch", &batch_, {1, 100'000}, "Samples predicted at once");
    options.Integer("threads", &threads_, {1, 1024}, "Cores to use; results do not depend on it");
    options.Group("Output");
    options.Choice("format", &format_, {"text", "csv"}, "A line a sample, or a row a class");
    options.Flag("json", &json_, "Print one JSON object on one line");
  }

  int Run(const std::stop_token& stop) override {
    if (path_.empty()) throw base::ConfigError("MODEL: not given, expected a model's file");
    if (files_.empty()) throw base::ConfigError("FILE: not given, expected files of samples");
    model_ = model::Load(path_);
    predictor_.emplace(model_, batch_, threads_);
    if (format_ == "csv" && !json_) Print("sample,rank,class,probability\n");
    for (const std::filesystem::path& file : AllFiles()) {
      model::ForEachSample(file, model_.preprocessing, model_.reading,
                           [&](const std::string& name, std::span<const float> values) {
                             if (stop.stop_requested()) {
                               throw base::Interrupted("the prediction was interrupted");
                             }
                             Add(name, values);
                           });
      Flush();
    }
    if (json_) PrintJson({{"model", path_}, {"predictions", predictions_}});
    return kDone;
  }

 private:
  /// Those of folders in their places.
  std::vector<std::filesystem::path> AllFiles() const {
    std::vector<std::filesystem::path> all;
    for (const std::string& file : files_) {
      const auto files = model::FilesOfSamples(file, model_.preprocessing, model_.reading);
      all.insert(all.end(), files.begin(), files.end());
    }
    return all;
  }

  void Add(const std::string& name, std::span<const float> values) {
    names_.push_back(name);
    samples_.insert(samples_.end(), values.begin(), values.end());
    if (std::ssize(names_) == batch_) Flush();
  }

  /// Predicts and prints what has been added.
  void Flush() {
    const auto classes = static_cast<std::size_t>(predictor_->num_classes());
    std::vector<float> probabilities(names_.size() * classes);
    predictor_->Predict(samples_, probabilities);
    for (std::size_t i = 0; i < names_.size(); ++i) {
      Report(names_[i], std::span(probabilities).subspan(i * classes, classes));
    }
    names_.clear();
    samples_.clear();
  }

  /// The most probable classes, the first of equals first.
  std::vector<std::size_t> Top(std::span<const float> probabilities) const {
    std::vector<std::size_t> order(probabilities.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(
        order, [&](std::size_t a, std::size_t b) { return probabilities[a] > probabilities[b]; });
    order.resize(std::min<std::size_t>(order.size(), top_k_));
    return order;
  }

  void Report(const std::string& sample, std::span<const float> probabilities) {
    ordered_json top = ordered_json::array();
    std::string text, rows;
    int rank = 0;
    for (const std::size_t i : Top(probabilities)) {
      const std::string& name = model_.class_names[i];
      if (json_) top.push_back({{"class", name}, {"probability", probabilities[i]}});
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", base::Printable(name),
                          report::Percent(probabilities[i]));
      rows +=
          fmt::format("{},{},{},{}\n", CsvCell(sample), ++rank, CsvCell(name), probabilities[i]);
    }
    if (json_) {
      predictions_.push_back({{"sample", sample},
                              {"class", top[0]["class"]},
                              {"probability", top[0]["probability"]},
                              {"top", top}});
    } else {
      Print(format_ == "csv" ? rows : fmt::format("{}: {}\n", base::Printable(sample), text));
    }
  }

  std::string path_;
  std::vector<std::string> files_;
  std::int64_t top_k_ = 1;
  std::int64_t batch_ = 64;
  int threads_ = 1;
  std::string format_ = "text";
  bool json_ = false;

  model::Model model_;
  std::optional<model::Predictor> predictor_;
  std::vector<std::string> names_;  // of the samples that wait
  std::vector<float> samples_;
  ordered_json predictions_ = ordered_json::array();
};

}  // namespace

std::unique_ptr<Command> MakePredict() { return std::make_unique<Predict>(); }

}  // namespace netsmith::cli
