#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/cli/flags.h"
#include "netsmith/cli/objective_flags.h"
#include "netsmith/cli/pruning_flags.h"
#include "netsmith/cli/slurm.h"
#include "netsmith/data/dataset.h"
#include "netsmith/search/child_evaluator.h"
#include "netsmith/search/search.h"
#include "netsmith/study/store.h"

/// One study, from its flags to its end.
namespace netsmith::cli {

/// Everything that defines a study, and how it is run.
struct StudyFlags {
  DataFlags data;
  SpaceFlags space;
  StrategyFlags strategy;
  ChildFlags child;
  PruningFlags pruning;
  ObjectiveFlags objectives;
  std::int64_t trials = 100;
  int batch = 4;
  int workers = NumCores();
  std::int64_t seed = 0;
  std::string store = "sqlite:///netsmith.db";
  std::string study;  // empty: DefaultName()
  bool resume = false;
  std::string evaluator;         // a foreign program's command line; empty: children are trained
  std::int64_t max_seconds = 0;  // 0: no limit
  bool nondeterministic = false;
  EngineFlags engine;                   // where the workers run
  std::vector<std::string> given = {};  // arguments of the command line that say the same

  void Declare(OptionTable& options);
  /// Settles what depends on other flags.
  /// Errors   ConfigError for flags that contradict each other.
  void Resolve();
  /// Settles what depends on the data: the space, the study's name. Errors   as PruningFlags::Check
  void Settle(const data::Problem& problem);
};

/// "validation accuracy" or, shouting, the test set's.
std::string RewardMeaning(const ChildFlags& child);

search::ChildOptions ChildOptionsOf(const ChildFlags& child, std::int64_t seed);

/// That RunStudy would not be refused for what the store holds under the study's name (Settle was
/// called). Errors   as search::CheckStudy.
void CheckStudy(const StudyFlags& flags, const data::Problem& problem, study::Store& store);

/// Runs the study (Resolve and Settle were called) on `problem`, to its end or until `stop`; says
/// on stderr how it goes. Errors   as search::RunSearch,
/// strategy::MakeStrategy.
search::SearchResult RunStudy(const StudyFlags& flags, const data::Problem& problem,
                              study::Store& store, const std::stop_token& stop);

}  // namespace netsmith::cli
