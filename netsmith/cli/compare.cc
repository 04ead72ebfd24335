#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/cli/commands.h"
#include "netsmith/cli/comparison_run.h"
#include "netsmith/cli/flags.h"
#include "netsmith/cli/output.h"
#include "netsmith/cli/study_plan.h"
#include "netsmith/data/dataset.h"
#include "netsmith/report/comparison.h"
#include "netsmith/store/open.h"
#include "netsmith/study/store.h"

namespace netsmith::cli {
namespace {

using nlohmann::ordered_json;

class Compare : public Command {
 public:
  Compare() { data_.data = ""; }

  void Declare(OptionTable& options) override {
    options.Group("What is compared");
    options.Positional("STUDY", &study_, "The study whose best network is trained");
    options.Text("store", "URL", &store_, "Where the study is kept: sqlite:///FILE");
    options.List("network", "NET", &networks_,
                 "A network to train as well: k,f,p,d;…, SPACE:genome or @graph.json");
    data_.Declare(options);
    options.Find("data")->default_text = "the study's, else mnist";
    comparison_.Declare(options);
    options.Integer("seed", &seed_, {0, kMaxSeed},
                    "First seed: weights, order of samples, dropout");
    options.Group("Output");
    options.Flag("json", &json_, "Print one JSON object on one line");
  }

  int Run(const std::stop_token& stop) override {
    if (study_.empty() && networks_.empty()) {
      throw base::ConfigError("netsmith compare: found neither a study nor --network");
    }
    if (study_.empty() && comparison_.ensemble) {
      throw base::ConfigError("--ensemble: found no study, expected one whose finalists it joins");
    }
    comparison_.training.recipe.Resolve();
    comparison_.Rates();  // a mistake is found before the data is loaded
    std::unique_ptr<study::Store> store;
    ordered_json study_options;
    if (!study_.empty()) {
      store = store::OpenStore(store_, {.create = false});
      study_options =
          ordered_json::parse(RequireStudy(*store, study_, store_).options_json, nullptr, false);
      if (!study_options.is_object()) study_options = ordered_json::object();
    }
    if (data_.data.empty()) UseDataOf(study_options);
    const data::Problem problem = data_.Load(stop);
    if (!study_.empty()) CheckSameData(study_options, problem);
    comparison_.Settle(problem);
    if (const auto child = ChildOf(study_options)) {
      WarnOfShortTrainings(*child, comparison_, problem);
    }
    const report::Comparison comparison =
        RunComparison(comparison_,
                      {.study = study_.empty() ? std::nullopt : std::optional(study_),
                       .networks = networks_,
                       .seed = seed_},
                      problem, store.get(), stop);
    Print(json_ ? ToJson(comparison) + "\n" : ToText(comparison));
    return kDone;
  }

 private:
  static std::optional<std::string> Get(const ordered_json& options, const char* key) {
    const auto found = options.find(key);
    if (found == options.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
  }

  /// How long the study's children were trained; nothing where another program gave the rewards.
  static std::optional<ChildFlags> ChildOf(const ordered_json& options) {
    try {
      const ordered_json& json = options.at("child");
      ChildFlags child;
      child.epochs = json.at("epochs").get<int>();
      child.samples = json.at("samples").get<std::int64_t>();
      child.mb = json.at("mb").get<std::int64_t>();
      child.folds = json.value("folds", 1);
      return child.mb < 1 ? std::nullopt : std::optional(child);
    } catch (const ordered_json::exception&) {
      return std::nullopt;
    }
  }

  /// The study's own data, as it was read for the study.
  void UseDataOf(const ordered_json& options) {
    data_.data = Get(options, "data").value_or("mnist");
    data_.TakeUngiven(options.value("data_options", ordered_json::object()));
  }

  void CheckSameData(const ordered_json& options, const data::Problem& problem) const {
    const auto hash = Get(options, "data_hash");
    if (!hash || *hash == problem.content_hash()) return;
    throw base::DataError(
        fmt::format("{}: found other data than that of study {}: content {}, expected {}",
                    data_.data, study_, problem.content_hash(), *hash));
  }

  std::string study_;
  std::string store_ = "sqlite:///netsmith.db";
  std::vector<std::string> networks_;
  DataFlags data_;
  ComparisonFlags comparison_;
  std::int64_t seed_ = 0;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeCompare() { return std::make_unique<Compare>(); }

}  // namespace netsmith::cli
