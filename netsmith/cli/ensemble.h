#pragma once

#include <span>
#include <stop_token>

#include "netsmith/data/dataset.h"
#include "netsmith/graph/graph.h"
#include "netsmith/train/full_training.h"

/// Networks that were trained in full, joined to one.
namespace netsmith::cli {

graph::Graph EnsembleGraphOf(std::span<const train::NamedNetwork> members);

/// How the ensemble of `members` does, which keep their weights and were trained as `trainings`
/// says under `options`: the first seed of each joined, the second of each, …, and likewise the
/// folds. Where one member diverged, so has the ensemble. `best` is as TrainInFull's; the learning
/// rate is 0, each member having its own. Errors   InvalidArgument as model::EnsembleGraph.
/// Interrupted.
train::FullTrainingResult MeasureEnsemble(
    std::span<const train::NamedNetwork> members,
    std::span<const train::FullTrainingResult* const> trainings, const data::Problem& problem,
    const train::FullTrainingOptions& options, const std::stop_token& stop);

}  // namespace netsmith::cli
