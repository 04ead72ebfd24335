#include "netsmith/cli/commands.h"

#include <array>
#include <span>

#include "netsmith/cli/command.h"

namespace netsmith::cli {

std::span<const CommandEntry> Commands() {
  static constexpr std::array kCommands = {
      CommandEntry{"data fetch", "Put a data set's files into the cache", MakeDataFetch},
      CommandEntry{"data inspect", "Say what a data set holds: classes, shapes, ranges, duplicates",
                   MakeDataInspect},
      CommandEntry{"search", "Search for a network", MakeSearch},
      CommandEntry{"worker", "Evaluate trials of a study whose search runs elsewhere", MakeWorker},
      CommandEntry{"train", "Train a network in full and measure it on the test set", MakeTrain},
      CommandEntry{"compare", "Train a study's best network in full beside a hand-made one",
                   MakeCompare},
      CommandEntry{"show", "Show a study's leaderboard, or a network's layers and costs", MakeShow},
      CommandEntry{"report", "Write a study's report: one HTML file with figures", MakeReport},
      CommandEntry{"serve", "Show a study on a live page, while its search runs", MakeServe},
      CommandEntry{"predict", "Say which classes samples are of", MakePredict},
      CommandEntry{"evaluate", "Measure a trained model on labelled data", MakeEvaluate},
      CommandEntry{"export", "Write a trained model as ONNX or as C++ source", MakeExport},
      CommandEntry{"bench child", "Time the training steps of a network", MakeBenchChild},
      CommandEntry{"bench table", "Search a table of finished trainings, many times",
                   MakeBenchTable},
      CommandEntry{"bench inference", "Time a network's answer to one sample", MakeBenchInference},
      CommandEntry{"completion", "Print completions for a shell, or the manual page",
                   MakeCompletion},
      CommandEntry{"evaluator", "", MakeEvaluator},
  };
  return kCommands;
}

}  // namespace netsmith::cli
