#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "netsmith/search/search.h"
#include "netsmith/train/full_training.h"

namespace netsmith::report {

/// Tells on stderr how a search stands: on a terminal by one line that is drawn over (trials, best
/// so far, rate, time left; short enough for 80 columns) and a line for each new best network; in a
/// pipe by a plain line for each finished trial.
class SearchProgress {
 public:
  struct Options {
    bool terminal = false;
    bool color = false;  // marks the best reward on a terminal
  };
  /// `label` begins the lines in a pipe: the study's name.
  SearchProgress(std::string label, Options options);
  /// Takes the status line away.
  ~SearchProgress();
  SearchProgress(const SearchProgress&) = delete;
  SearchProgress& operator=(const SearchProgress&) = delete;

  void Update(const search::Progress& progress);

 private:
  std::string StatusLine(const search::Progress& progress) const;

  std::string label_;
  Options options_;
  std::chrono::steady_clock::time_point start_;
  std::int64_t finished_here_ = 0;  // trials that this run of the study finished
  std::optional<std::int64_t> best_trial_;
};

/// "trial 12: 0.9512  5,32,2,0;5,64,2,3" with the state and reason where it is not complete.
std::string TrialLine(const study::Trial& trial);

/// Tells on stderr that one of several full trainings is done, and how long the rest takes.
void LogFullTraining(const train::FullTrainingProgress& progress);

/// True when stderr is a terminal that can draw over a line.
bool StderrIsTerminal();
/// False when NO_COLOR (no-color.org) is set, or stderr is no terminal.
bool ColorIsWanted();

}  // namespace netsmith::report
