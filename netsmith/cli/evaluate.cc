#include "netsmith/model/evaluate.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/base/printable.h"
#include "netsmith/cli/commands.h"
#include "netsmith/cli/data_flags.h"
#include "netsmith/cli/flags.h"
#include "netsmith/cli/model_output.h"
#include "netsmith/cli/output.h"
#include "netsmith/cli/study_json.h"
#include "netsmith/data/load.h"
#include "netsmith/model/file.h"
#include "netsmith/report/format.h"
#include "netsmith/report/table.h"

namespace netsmith::cli {
namespace {

using report::Table;

std::string PercentOrNone(double value) { return std::isnan(value) ? "-" : report::Percent(value); }

class Evaluate : public Command {
 public:
  void Declare(OptionTable& options) override {
    options.Positional("MODEL", &model_, "The model's file, as `netsmith train --out` writes it");
    data_.data = "";
    data_.Declare(options);
    options.Group("Measurement");
    options.Choice("split", &split_, {"test", "validation", "train", "all"},
                   "Which of the data's records are measured on; all: of data that the model has "
                   "not seen");
    options.Integer("threads", &threads_, {1, 1024}, "Cores to use; results do not depend on it");
    options.Group("Output");
    options.Flag("json", &json_, "Print one JSON object on one line");
  }

  int Run(const std::stop_token& stop) override {
    if (model_.empty()) throw base::ConfigError("MODEL: not given, expected a model's file");
    const model::Model model = model::Load(model_);
    const bool given = !data_.data.empty();
    UseDataOf(model, data_);
    const data::LoadOptions options = data_.Options(stop);
    data::Loaded loaded = data::LoadRecords(data_.data, options);
    const bool splits_test_off = loaded.test == nullptr;
    const data::Problem problem = data::MakeProblem(std::move(loaded), options);
    if (given && splits_test_off && split_ == "test" && !IsOwnData(model)) {
      HintAtTheRest(problem);
    }
    const model::Metrics metrics = Measure(model, problem, stop);
    if (json_) {
      PrintJson(ToJson(model, metrics));
    } else {
      Print(ToText(model, metrics));
    }
    return kDone;
  }

 private:
  /// True when the model was trained on these very data.
  bool IsOwnData(const model::Model& model) const {
    const auto record = nlohmann::json::parse(model.training_json);
    const std::string own = record.contains("data") && record["data"].is_string()
                                ? record["data"].get<std::string>()
                                : "";
    std::error_code none;
    return own == data_.data || std::filesystem::equivalent(own, data_.data, none);
  }

  void HintAtTheRest(const data::Problem& problem) const {
    const std::int64_t test = problem.OpenTestSet("its number of records").size();
    base::LogInfo(fmt::format(
        "{}: measuring on {} of its {} records, the part that is split off to test on: "
        "--split all measures on all",
        data_.data, report::Grouped(test), report::Grouped(test + problem.development().size())));
  }

  model::Metrics Measure(const model::Model& model, const data::Problem& problem,
                         const std::stop_token& stop) const {
    model::MetricsSum sum(static_cast<int>(model.class_names.size()));
    const auto add = [&](const data::Dataset& dataset, std::span<const std::int64_t> records) {
      model::Evaluate(model, dataset, records, threads_, stop, sum);
    };
    const bool all = split_ == "all";
    if (all || split_ == "train") add(problem.development(), problem.train());
    if (all || split_ == "validation") add(problem.development(), problem.validation());
    if (all || split_ == "test") {
      const data::Dataset& test = problem.OpenTestSet("evaluation of " + model_);
      std::vector<std::int64_t> records(static_cast<std::size_t>(test.size()));
      std::iota(records.begin(), records.end(), 0);
      add(test, records);
    }
    return sum.Result();
  }

  /// What has no value is NaN, which JSON writes as null.
  nlohmann::ordered_json ToJson(const model::Model& model, const model::Metrics& metrics) const {
    nlohmann::ordered_json classes = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < metrics.classes.size(); ++i) {
      const model::ClassMetrics& of_class = metrics.classes[i];
      classes.push_back({{"name", model.class_names[i]},
                         {"samples", of_class.samples},
                         {"predicted", of_class.predicted},
                         {"precision", of_class.precision},
                         {"recall", of_class.recall},
                         {"f1", of_class.f1}});
    }
    return {{"model", model_},
            {"data", data_.data},
            {"split", split_},
            {"samples", metrics.samples},
            {"accuracy", metrics.accuracy},
            {"balanced_accuracy", metrics.balanced_accuracy},
            {"macro_f1", metrics.macro_f1},
            {"log_loss", metrics.log_loss},
            {"calibration_error", metrics.calibration_error},
            {"classes", classes},
            {"confusion", metrics.confusion}};
  }

  std::string ToText(const model::Model& model, const model::Metrics& metrics) const {
    std::string text = fmt::format(
        "{} samples of {} ({})\naccuracy           {}\nbalanced accuracy  {}\n"
        "macro F1           {}\nlog loss           {:.4f}\ncalibration error  {} (expected, 15 "
        "bins)\n\n",
        report::Grouped(metrics.samples), base::Printable(data_.data), split_,
        PercentOrNone(metrics.accuracy), PercentOrNone(metrics.balanced_accuracy),
        PercentOrNone(metrics.macro_f1), metrics.log_loss,
        PercentOrNone(metrics.calibration_error));
    return text + ClassTable(model, metrics) +
           "\nconfusion: a row a class, a column what it was "
           "taken for\n" +
           ConfusionTable(model, metrics);
  }

  static std::string ClassTable(const model::Model& model, const model::Metrics& metrics) {
    Table table({{"class", Table::Align::kLeft},
                 {"samples", Table::Align::kRight},
                 {"precision", Table::Align::kRight},
                 {"recall", Table::Align::kRight},
                 {"F1", Table::Align::kRight}});
    for (std::size_t i = 0; i < metrics.classes.size(); ++i) {
      const model::ClassMetrics& of_class = metrics.classes[i];
      table.AddRow({model.class_names[i], report::Grouped(of_class.samples),
                    PercentOrNone(of_class.precision), PercentOrNone(of_class.recall),
                    PercentOrNone(of_class.f1)});
    }
    return table.ToString();
  }

  static std::string ConfusionTable(const model::Model& model, const model::Metrics& metrics) {
    std::vector<Table::Column> columns = {{"", Table::Align::kLeft}};
    for (const std::string& name : model.class_names) {
      columns.push_back({name, Table::Align::kRight});
    }
    Table table(columns);
    for (std::size_t i = 0; i < metrics.confusion.size(); ++i) {
      std::vector<std::string> row = {model.class_names[i]};
      for (const std::int64_t count : metrics.confusion[i]) row.push_back(report::Grouped(count));
      table.AddRow(row);
    }
    return table.ToString();
  }

  std::string model_;
  DataFlags data_;
  std::string split_ = "test";
  int threads_ = NumCores();
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeEvaluate() { return std::make_unique<Evaluate>(); }

}  // namespace netsmith::cli
