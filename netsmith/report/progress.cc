#include "netsmith/report/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "netsmith/base/log.h"
#include "netsmith/report/format.h"
#include "netsmith/study/trial.h"

namespace netsmith::report {

bool StderrIsTerminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && (term == nullptr || std::string_view(term) != "dumb");
}

bool ColorIsWanted() {
  const char* no_color = std::getenv("NO_COLOR");
  return StderrIsTerminal() && (no_color == nullptr || *no_color == '\0');
}

std::string TrialLine(const study::Trial& trial) {
  std::string line = fmt::format("trial {}: ", trial.number);
  if (trial.state == study::TrialState::kComplete) {
    line += fmt::format("{:.4f}  {}", trial.evaluation.reward, trial.network);
  } else {
    line += fmt::format("{}  {}  ({})", study::ToString(trial.state), trial.network,
                        trial.evaluation.reason);
  }
  if (trial.duplicate_of) line += fmt::format("  (same network as trial {})", *trial.duplicate_of);
  return line;
}

SearchProgress::SearchProgress(std::string label, Options options)
    : label_(std::move(label)), options_(options), start_(std::chrono::steady_clock::now()) {}

SearchProgress::~SearchProgress() {
  if (options_.terminal) base::SetStatusLine("");
}

std::string SearchProgress::StatusLine(const search::Progress& progress) const {
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  const double per_second = static_cast<double>(finished_here_) / elapsed.count();
  const auto left = static_cast<double>(progress.num_trials - progress.finished);
  std::string best = "none yet";
  if (progress.best) {
    best = fmt::format("{:.4f}", progress.best->evaluation.reward);
    if (options_.color) best = fmt::format("\x1b[1;32m{}\x1b[0m", best);
  }
  return fmt::format("{}/{} trials, best {}, {:.1f} a minute, {} left", progress.finished,
                     progress.num_trials, best, 60 * per_second, Duration(left / per_second));
}

void SearchProgress::Update(const search::Progress& progress) {
  ++finished_here_;
  const bool is_new_best = progress.best && progress.best->number != best_trial_;
  if (is_new_best) best_trial_ = progress.best->number;
  if (!options_.terminal) {
    // The first update of a resumed search knows a best that is none of its own.
    const bool is_this = is_new_best && progress.best->number == progress.trial.number;
    base::LogInfo(fmt::format("{} [{}/{}] {}{}", label_, progress.finished, progress.num_trials,
                              TrialLine(progress.trial), is_this ? "  best so far" : ""));
    return;
  }
  if (base::GetLogLevel() > base::LogLevel::kInfo) return;
  if (is_new_best) base::LogInfo(fmt::format("best so far: {}", TrialLine(*progress.best)));
  base::SetStatusLine(StatusLine(progress));
}

void LogFullTraining(const train::FullTrainingProgress& progress) {
  if (progress.num_all == 1) return;
  const std::string accuracy =
      progress.validation_accuracy
          ? fmt::format(": validation accuracy {}", Percent(*progress.validation_accuracy))
          : "";
  const std::string left = progress.num_done < progress.num_all
                               ? fmt::format("; about {} left", Duration(progress.seconds_left))
                               : "";
  base::LogInfo(fmt::format("full training {} of {}: {}{}{}", progress.num_done, progress.num_all,
                            progress.training, accuracy, left));
}

}  // namespace netsmith::report
