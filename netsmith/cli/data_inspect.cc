#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/printable.h"
#include "netsmith/cli/commands.h"
#include "netsmith/cli/data_flags.h"
#include "netsmith/cli/output.h"
#include "netsmith/cli/study_json.h"
#include "netsmith/data/catalog.h"
#include "netsmith/data/formats/format.h"
#include "netsmith/data/inspect.h"
#include "netsmith/data/load.h"
#include "netsmith/data/picture.h"
#include "netsmith/report/format.h"
#include "netsmith/report/table.h"

namespace netsmith::cli {
namespace {

using nlohmann::ordered_json;

/// What is said of one data set.
struct Findings {
  std::string format;
  std::int64_t missing_values = 0;
  data::Problem problem;
  data::Inspection inspection;
};

class DataInspect : public Command {
 public:
  DataInspect() { data_.data = ""; }

  void Declare(OptionTable& options) override {
    options.Group("Data");
    options.Positional("NAME|PATH", &data_.data,
                       "The data set: a known name, or the path of a folder or file");
    data_.DeclareRest(options);
    options.Group("Output");
    options.Text("svg", "DIR", &svg_folder_, "Write three samples into this folder, as SVG files");
    options.Flag("json", &json_, "Print one JSON object on one line");
  }

  int Run(const std::stop_token& stop) override {
    if (data_.data.empty()) {
      throw base::ConfigError("netsmith data inspect: no data named, expected a name or a path");
    }
    const data::LoadOptions options = data_.Options(stop);
    data::Loaded loaded = data::LoadRecords(data_.data, options);
    const std::int64_t missing = loaded.missing_values;
    data::Problem problem = data::MakeProblem(std::move(loaded), options);
    data::Inspection inspection = data::Inspect(problem);
    const Findings findings{.format = FormatName(),
                            .missing_values = missing,
                            .problem = std::move(problem),
                            .inspection = std::move(inspection)};
    if (!svg_folder_.empty()) WritePictures(findings);
    if (json_) {
      PrintJson(ToJson(findings));
    } else {
      Print(ToText(findings));
    }
    return kDone;
  }

 private:
  std::string FormatName() const {
    return data::FindCatalogEntry(data_.data) != nullptr ? "idx" : data::FormatOf(data_.data).name;
  }

  static std::vector<float> Sample(const Findings& findings, std::int64_t record) {
    const data::Dataset& dataset = findings.problem.development();
    std::vector<float> sample(static_cast<std::size_t>(dataset.shape().size()));
    dataset.Read(std::array{record}, sample);
    return sample;
  }

  void WritePictures(const Findings& findings) const {
    std::error_code error;
    std::filesystem::create_directories(svg_folder_, error);
    const data::Dataset& dataset = findings.problem.development();
    for (const std::int64_t record : findings.inspection.examples) {
      const auto path = std::filesystem::path(svg_folder_) / fmt::format("record-{}.svg", record);
      std::ofstream file(path);
      file << data::SvgPicture(dataset.shape(), Sample(findings, record));
      if (!file.flush()) {
        throw base::IoError(fmt::format("--svg: {}: cannot be written", path.string()));
      }
    }
  }

  ordered_json ToJson(const Findings& findings) const {
    const data::Dataset& dataset = findings.problem.development();
    const data::Inspection& inspection = findings.inspection;
    ordered_json classes = ordered_json::array();
    for (const data::ClassShare& share : inspection.classes) {
      classes.push_back({{"name", share.name},
                         {"train", share.train},
                         {"validation", share.validation},
                         {"test", share.test}});
    }
    ordered_json channels = ordered_json::array();
    for (const data::ChannelRange& range : inspection.channels) {
      channels.push_back({{"lowest", range.lowest},
                          {"highest", range.highest},
                          {"mean", range.mean},
                          {"deviation", range.deviation}});
    }
    return {{"data", data_.data},
            {"format", findings.format},
            {"shape", {dataset.shape().height, dataset.shape().width, dataset.shape().channels}},
            {"train", findings.problem.train().size()},
            {"validation", findings.problem.validation().size()},
            {"test", TestSize(inspection)},
            {"classes", classes},
            {"imbalance", inspection.imbalance},
            {"channels", channels},
            {"missing_values", findings.missing_values},
            {"duplicates",
             {{"development", inspection.duplicates.development},
              {"across", inspection.duplicates.across},
              {"contradicting", inspection.duplicates.contradicting}}},
            {"data_hash", findings.problem.content_hash()}};
  }

  static std::int64_t TestSize(const data::Inspection& inspection) {
    std::int64_t size = 0;
    for (const data::ClassShare& share : inspection.classes) size += share.test;
    return size;
  }

  std::string ToText(const Findings& findings) const {
    const data::Dataset& dataset = findings.problem.development();
    const data::Inspection& inspection = findings.inspection;
    std::string text = fmt::format(
        "data            {} ({})\nsample          {} (height x width x channels)\n"
        "records         {} training, {} validation, {} test\n",
        data_.data, findings.format, ToString(dataset.shape()),
        report::Grouped(std::ssize(findings.problem.train())),
        report::Grouped(std::ssize(findings.problem.validation())),
        report::Grouped(TestSize(inspection)));
    text += fmt::format("missing values  {}\n", report::Grouped(findings.missing_values));
    const data::Duplicates& duplicates = inspection.duplicates;
    text += fmt::format(
        "duplicates      {} within training and validation, {} of the test set in them, {} of "
        "another class\n",
        report::Grouped(duplicates.development), report::Grouped(duplicates.across),
        report::Grouped(duplicates.contradicting));
    text +=
        fmt::format("imbalance       {:.1f} records of the largest class to 1 of the smallest\n\n",
                    inspection.imbalance);
    return text + ClassTable(inspection) + "\n" + ChannelTable(inspection) + Pictures(findings);
  }

  static std::string ClassTable(const data::Inspection& inspection) {
    using Align = report::Table::Align;
    report::Table table({{"class", Align::kLeft},
                         {"training", Align::kRight},
                         {"validation", Align::kRight},
                         {"test", Align::kRight}});
    for (const data::ClassShare& share : inspection.classes) {
      table.AddRow({share.name, report::Grouped(share.train), report::Grouped(share.validation),
                    report::Grouped(share.test)});
    }
    return table.ToString();
  }

  static std::string ChannelTable(const data::Inspection& inspection) {
    report::Table table({{"channel"}, {"lowest"}, {"highest"}, {"mean"}, {"deviation"}});
    for (std::size_t c = 0; c < inspection.channels.size(); ++c) {
      const data::ChannelRange& range = inspection.channels[c];
      table.AddRow({fmt::format("{}", c + 1), fmt::format("{:.4g}", range.lowest),
                    fmt::format("{:.4g}", range.highest), fmt::format("{:.4g}", range.mean),
                    fmt::format("{:.4g}", range.deviation)});
    }
    return table.ToString();
  }

  static std::string Pictures(const Findings& findings) {
    const data::Dataset& dataset = findings.problem.development();
    const std::vector<std::string> names = dataset.ClassNames();
    std::string text;
    for (const std::int64_t record : findings.inspection.examples) {
      text += fmt::format("\nrecord {}, class {}\n{}", record,
                          base::Printable(names[static_cast<std::size_t>(dataset.Label(record))]),
                          data::AsciiPicture(dataset.shape(), Sample(findings, record)));
    }
    return text;
  }

  DataFlags data_;
  std::string svg_folder_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeDataInspect() { return std::make_unique<DataInspect>(); }

}  // namespace netsmith::cli
