#include "netsmith/cli/commands.h"

#include <array>
#include <span>

#include "netsmith/cli/command.h"

namespace netsmith::cli {

std::span<const CommandEntry> Commands() {
  static constexpr std::array kCommands = {
      CommandEntry{"data fetch", "Put a data set's files into the cache", MakeDataFetch},
      CommandEntry{"search", "Search for a network", MakeSearch},
      CommandEntry{"worker", "Evaluate trials of a study whose search runs elsewhere", MakeWorker},
      CommandEntry{"train", "Train a network in full and measure it on the test set", MakeTrain},
      CommandEntry{"compare", "Train a study's best network in full beside a hand-made one",
                   MakeCompare},
      CommandEntry{"show", "Show a study's leaderboard, or a network's layers and costs", MakeShow},
      CommandEntry{"report", "Write a study's report: one HTML file with figures", MakeReport},
      CommandEntry{"export", "Write a trained model as ONNX or as C++ source", MakeExport},
      CommandEntry{"bench child", "Time the training steps of a network", MakeBenchChild},
      CommandEntry{"evaluator", "", MakeEvaluator},
  };
  return kCommands;
}

}  // namespace netsmith::cli
