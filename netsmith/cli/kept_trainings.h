#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "netsmith/data/dataset.h"
#include "netsmith/search/patience.h"
#include "netsmith/study/store.h"
#include "netsmith/train/full_training.h"

namespace netsmith::cli {

/// The full trainings that were done for a study before, kept with it as attributes: a network
/// each, or the members of an ensemble, found again when they are trained on the same data in the
/// same way. Weights are not kept.
class KeptTrainings {
 public:
  /// `store` is borrowed. Writing waits, until `stop`, for a store that is away.
  KeptTrainings(study::Store& store, std::string study, const data::Problem& problem,
                const train::FullTrainingOptions& options, const std::stop_token& stop);

  std::optional<train::FullTrainingResult> Find(std::span<const train::NamedNetwork> members) const;
  void Keep(std::span<const train::NamedNetwork> members, const train::FullTrainingResult& result);

 private:
  /// What decides the result.
  std::string What(std::span<const train::NamedNetwork> members) const;

  study::Store& store_;
  search::Patience patience_;
  std::string study_;
  std::string how_;
};

}  // namespace netsmith::cli
