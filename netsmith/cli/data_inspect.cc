#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
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
#include "netsmith/data/float_dataset.h"
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
  bool standardised = false;         // else bytes
  std::vector<std::string> columns;  // of a table that is scaled by column: their names
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
    const bool standardised = loaded.standardise.has_value();
    std::vector<std::string> columns = ColumnNames(loaded);
    data::Problem problem = data::MakeProblem(std::move(loaded), options);
    data::Inspection inspection = data::Inspect(problem);
    const Findings findings{.format = FormatName(),
                            .missing_values = missing,
                            .standardised = standardised,
                            .columns = std::move(columns),
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

  /// Those of a table that is scaled by column, numbers where it does not name them; else none.
  static std::vector<std::string> ColumnNames(const data::Loaded& loaded) {
    if (loaded.standardise != data::ScaleBy::kColumn) return {};
    if (!loaded.columns.empty()) return loaded.columns;
    std::vector<std::string> names;
    for (std::int64_t i = 1; i <= loaded.development->shape().size(); ++i) {
      names.push_back(std::to_string(i));
    }
    return names;
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
    const bool by_column = !findings.columns.empty();
    ordered_json ranges = ordered_json::array();
    for (std::size_t i = 0; i < inspection.ranges.size(); ++i) {
      const data::ValueRange& range = inspection.ranges[i];
      ordered_json object = {{"lowest", range.lowest},
                             {"highest", range.highest},
                             {"mean", range.mean},
                             {"deviation", range.deviation}};
      if (by_column) object["name"] = findings.columns[i];
      ranges.push_back(std::move(object));
    }
    return {{"data", data_.data},
            {"format", findings.format},
            {"shape", {dataset.shape().height, dataset.shape().width, dataset.shape().channels}},
            {"train", findings.problem.train().size()},
            {"validation", findings.problem.validation().size()},
            {"test", TestSize(inspection)},
            {"classes", classes},
            {"imbalance", inspection.imbalance},
            {"scaled", !findings.standardised ? "bytes"
                       : by_column            ? "column"
                                              : "channel"},
            {by_column ? "columns" : "channels", ranges},
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
        base::Printable(data_.data), findings.format, ToString(dataset.shape()),
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
        fmt::format("imbalance       {:.1f} records of the largest class to 1 of the smallest\n",
                    inspection.imbalance);
    text += fmt::format("scaling         {}\n\n", ScalingText(findings));
    return text + ClassTable(inspection) + "\n" + RangeTable(findings) + Pictures(findings);
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

  static std::string ScalingText(const Findings& findings) {
    if (!findings.standardised) return "bytes, divided by 255";
    return fmt::format("each {} by its own mean and deviation",
                       findings.columns.empty() ? "channel" : "column");
  }

  static std::string RangeTable(const Findings& findings) {
    constexpr std::size_t kMost = 40;
    const std::vector<data::ValueRange>& ranges = findings.inspection.ranges;
    const bool by_column = !findings.columns.empty();
    report::Table table({{by_column ? "column" : "channel",
                          by_column ? report::Table::Align::kLeft : report::Table::Align::kRight},
                         {"lowest"},
                         {"highest"},
                         {"mean"},
                         {"deviation"}});
    for (std::size_t i = 0; i < std::min(kMost, ranges.size()); ++i) {
      const data::ValueRange& range = ranges[i];
      table.AddRow({by_column ? findings.columns[i] : fmt::format("{}", i + 1),
                    fmt::format("{:.4g}", range.lowest), fmt::format("{:.4g}", range.highest),
                    fmt::format("{:.4g}", range.mean), fmt::format("{:.4g}", range.deviation)});
    }
    return table.ToString() + More(ranges.size(), kMost, "\n");
  }

  /// "… 22 more", where there are more than `shown`.
  static std::string More(std::size_t count, std::size_t shown, const char* end) {
    return count > shown ? fmt::format("… {} more{}", count - shown, end) : "";
  }

  static std::string Pictures(const Findings& findings) {
    const data::Dataset& dataset = findings.problem.development();
    const std::vector<std::string> names = dataset.ClassNames();
    std::string text;
    for (const std::int64_t record : findings.inspection.examples) {
      text += fmt::format("\nrecord {}, class {}\n{}", record,
                          base::Printable(names[static_cast<std::size_t>(dataset.Label(record))]),
                          findings.columns.empty()
                              ? data::AsciiPicture(dataset.shape(), Sample(findings, record))
                              : RowText(findings, record));
    }
    return text;
  }

  /// The first values of a table's row, as they lie in the file.
  static std::string RowText(const Findings& findings, std::int64_t record) {
    constexpr std::size_t kMost = 8;
    const std::vector<float> values = data::RawSample(findings.problem.development(), record);
    std::string text;
    for (std::size_t i = 0; i < std::min(kMost, values.size()); ++i) {
      text += fmt::format("{}{}={}", i == 0 ? "" : ", ", base::Printable(findings.columns[i]),
                          std::isnan(values[i]) ? "?" : fmt::format("{}", values[i]));
    }
    const std::string more = More(values.size(), kMost, "");
    return text + (more.empty() ? "" : ", " + more) + "\n";
  }

  DataFlags data_;
  std::string svg_folder_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeDataInspect() { return std::make_unique<DataInspect>(); }

}  // namespace netsmith::cli
