#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "netsmith/data/dataset.h"
#include "netsmith/search/patience.h"
#include "netsmith/study/store.h"
#include "netsmith/train/full_training.h"

namespace netsmith::cli {

/// The full trainings that were done for a study before, kept with it as attributes: a network
/// each, found again when it is trained on the same data in the same way.
class KeptTrainings {
 public:
  /// `store` is borrowed. Writing waits, until `stop`, for a store that is away.
  KeptTrainings(study::Store& store, std::string study, const data::Problem& problem,
                const train::FullTrainingOptions& options, const std::stop_token& stop);

  std::optional<train::FullTrainingResult> Find(const train::NamedNetwork& network) const;
  void Keep(const train::NamedNetwork& network, const train::FullTrainingResult& result);

 private:
  /// What decides the result.
  std::string What(const train::NamedNetwork& network) const;

  study::Store& store_;
  search::Patience patience_;
  std::string study_;
  std::string how_;
};

}  // namespace netsmith::cli
