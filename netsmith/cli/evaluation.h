#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "netsmith/cli/flags.h"
#include "netsmith/data/dataset.h"
#include "netsmith/space/search_space.h"
#include "netsmith/study/evaluator.h"

/// How the trials of a study are evaluated: by the processes of its search, and by workers
/// elsewhere.
namespace netsmith::cli {

/// What decides a trial's evaluation.
struct EvaluationFlags {
  DataFlags data;
  SpaceFlags space;
  ChildFlags child;
  std::int64_t seed = 0;
  std::string evaluator;  // a foreign program's command line; empty: children are trained

  void Declare(OptionTable& options);
  /// As study::StudySpec::engine.
  std::string Engine() const;
};

/// An evaluator in a process of its own.
std::unique_ptr<study::Evaluator> MakeTrialEvaluator(const EvaluationFlags& flags,
                                                     const space::SearchSpace& space,
                                                     const data::Problem& problem);

/// Key of the study's attribute that says what a worker must know.
inline constexpr const char* kWorkerKey = "netsmith:worker";

/// Version of that text, and of what a worker does with the store.
inline constexpr int kWorkerProtocol = 3;

std::string WorkerJson(const EvaluationFlags& flags, const data::Problem& problem);

struct WorkerSetup {
  EvaluationFlags flags;
  std::string data_hash;
};
/// Errors   StoreError naming the study: the text is of another version, or was changed
WorkerSetup ParseWorkerJson(const std::string& study, const std::string& json);

}  // namespace netsmith::cli
