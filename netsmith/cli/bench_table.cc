#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/base/log.h"
#include "netsmith/benchmark/replay.h"
#include "netsmith/benchmark/table.h"
#include "netsmith/cli/commands.h"
#include "netsmith/cli/flags.h"
#include "netsmith/cli/output.h"
#include "netsmith/cli/study_json.h"
#include "netsmith/data/formats/byte_source.h"
#include "netsmith/report/statistics.h"
#include "netsmith/report/table.h"
#include "netsmith/strategy/registry.h"

namespace netsmith::cli {
namespace {

/// Means over the runs at one share of the budget.
struct CurvePoint {
  double seconds = 0;
  double score = 0;
  double reward = 0;
};

/// What all runs say together.
struct Summary {
  report::MeanSd score;
  double median = 0;
  double mean_reward = 0;
  double evaluations = 0;
  double milliseconds = 0;  // of Ask and Tell, per evaluation
  std::vector<CurvePoint> curve;
};

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// Searches a table of finished trainings with one strategy, many times.
class BenchTable : public Command {
 public:
  void Declare(OptionTable& options) override {
    options.Group("Table");
    options.Text("table", "FILE", &file_, "Comma-separated values with a header, plain or gzip");
    options.Text("ops", "COL", &columns_.ops, "Column whose digits are the genome");
    options.Text("reward", "COL", &columns_.reward,
                 "Column of the reward: accuracies in [0, 1] or in percent");
    options.Text("score", "COL", &columns_.score, "Column that is reported of the best reward");
    options.Text("cost", "COL", &columns_.cost, "Column of an evaluation's seconds");
    options.Group("Benchmark");
    options.Real("budget-seconds", &replay_.budget_seconds, {0, 1e15, true},
                 "What a run may spend, until it is passed");
    options.Integer("runs", &replay_.num_runs, {1, 1'000'000}, "Searches, each with its own seed");
    options.Integer("batch", &replay_.batch, {1, 100'000},
                    "Genomes asked for at once; the strategy learns after each batch");
    options.Integer("seed", &seed_, {0, kMaxSeed}, "Seed of everything random");
    options.Integer("threads", &replay_.num_threads, {1, 1024},
                    "Cores to run on; results do not depend on it");
    options.Choice("duplicates", &duplicates_, {"auto", "free", "pay"},
                   "Whether a genome evaluated before costs again; auto: it does for the published "
                   "baselines (random, evolution, reinforce), as in their protocol");
    strategy_.Declare(options);
    options.Group("Output");
    options.Flag("json", &json_, "Print one JSON object on one line");
  }

  int Run(const std::stop_token& stop) override {
    CheckGiven("table", "FILE", file_);
    CheckGiven("reward", "a column", columns_.reward);
    CheckGiven("score", "a column", columns_.score);
    CheckGiven("cost", "a column", columns_.cost);
    strategy_.Resolve();
    replay_.seed = static_cast<std::uint64_t>(seed_);
    replay_.duplicates_pay =
        duplicates_ == "pay" ||
        (duplicates_ == "auto" && strategy::IsPublishedBaseline(strategy_.strategy));
    const auto source = data::OpenFile(file_);
    const benchmark::Table table = benchmark::ReadTable(*source, columns_);
    const auto make = [&](const std::vector<space::Decision>& decisions, std::uint64_t seed) {
      return strategy::MakeStrategy(strategy_.strategy, decisions, strategy_.options, seed);
    };
    const auto runs = benchmark::Replay(table, make, replay_, stop);
    Report(table, Summarize(runs, table.reward_scale));
    return kDone;
  }

 private:
  static constexpr int kCurvePoints = 40;

  static void CheckGiven(const char* option, const char* expected, const std::string& value) {
    if (!value.empty()) return;
    throw base::ConfigError(fmt::format("--{}: not given, expected {}", option, expected));
  }

  Summary Summarize(const std::vector<benchmark::RunResult>& runs, double reward_scale) const {
    Summary summary;
    std::vector<double> scores;
    double seconds = 0;
    const auto num_runs = static_cast<double>(runs.size());
    for (const benchmark::RunResult& run : runs) {
      scores.push_back(run.improvements.back().score);
      summary.mean_reward += reward_scale * run.improvements.back().reward / num_runs;
      summary.evaluations += static_cast<double>(run.num_evaluations) / num_runs;
      seconds += run.strategy_seconds;
    }
    summary.score = report::MeanAndSd(scores);
    summary.median = Median(scores);
    summary.milliseconds = 1e3 * seconds / (summary.evaluations * num_runs);
    for (int i = 1; i <= kCurvePoints; ++i) {
      CurvePoint& point = summary.curve.emplace_back();
      point.seconds = replay_.budget_seconds * i / kCurvePoints;
      for (const benchmark::RunResult& run : runs) {
        point.score += run.At(point.seconds).score / num_runs;
        point.reward += reward_scale * run.At(point.seconds).reward / num_runs;
      }
    }
    return summary;
  }

  void Report(const benchmark::Table& table, const Summary& summary) const {
    base::LogInfo(
        fmt::format("asking and telling took {:.3f} ms an evaluation", summary.milliseconds));
    if (json_) {
      PrintJson(ToJson(table, summary));
      return;
    }
    Print(
        fmt::format("{} on {} genomes, {} runs of {:g} s, {} evaluations on average\n"
                    "{} {:.4f} ± {:.4f} (median {:.4f}) where {} is best, {:.4f} on average\n\n",
                    strategy_.strategy, table.rows.size(), replay_.num_runs, replay_.budget_seconds,
                    fmt::format("{:.1f}", summary.evaluations), columns_.score, summary.score.mean,
                    summary.score.sd, summary.median, columns_.reward, summary.mean_reward));
    Print(CurveText(summary));
  }

  nlohmann::ordered_json ToJson(const benchmark::Table& table, const Summary& summary) const {
    nlohmann::ordered_json curve = nlohmann::ordered_json::array();
    for (const CurvePoint& point : summary.curve) {
      curve.push_back(
          {{"seconds", point.seconds}, {"score", point.score}, {"reward", point.reward}});
    }
    return {{"mean", summary.score.mean},
            {"sd", summary.score.sd},
            {"median", summary.median},
            {"mean_reward", summary.mean_reward},
            {"evaluations", summary.evaluations},
            {"curve", curve},
            {"strategy", strategy_.strategy},
            {"duplicates", replay_.duplicates_pay ? "pay" : "free"},
            {"genomes", table.rows.size()},
            {"budget_seconds", replay_.budget_seconds},
            {"runs", replay_.num_runs},
            {"batch", replay_.batch},
            {"seed", seed_}};
  }

  std::string CurveText(const Summary& summary) const {
    using Align = report::Table::Align;
    report::Table table({{"seconds", Align::kRight},
                         {columns_.score, Align::kRight},
                         {"best " + columns_.reward, Align::kRight}});
    for (std::size_t i = 3; i < summary.curve.size(); i += 4) {
      const CurvePoint& point = summary.curve[i];
      table.AddRow({fmt::format("{:g}", point.seconds), fmt::format("{:.3f}", point.score),
                    fmt::format("{:.3f}", point.reward)});
    }
    return table.ToString();
  }

  std::string file_;
  benchmark::TableColumns columns_;
  benchmark::ReplayOptions replay_ = {.num_threads = NumCores()};
  StrategyFlags strategy_;
  std::string duplicates_ = "auto";
  std::int64_t seed_ = 0;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeBenchTable() { return std::make_unique<BenchTable>(); }

}  // namespace netsmith::cli
