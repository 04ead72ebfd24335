#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "netsmith/search/patience.h"
#include "netsmith/study/store.h"
#include "netsmith/train/full_training.h"

namespace netsmith::cli {

/// The full trainings that were done for a study, kept with it as attributes.
class KeptTrainings : public train::TrainingMemory {
 public:
  /// `store` is borrowed. A store that is away is waited for, until `stop`.
  /// Find and Keep: StoreError as the store's.
  KeptTrainings(study::Store& store, std::string study, const std::stop_token& stop);

  std::optional<train::Training> Find(const train::TrainingTask& task) override;
  void Keep(const train::TrainingTask& task, const train::Training& training) override;

 private:
  study::Store& store_;
  search::Patience patience_;
  std::string study_;
};

}  // namespace netsmith::cli
