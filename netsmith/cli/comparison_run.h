#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/cli/flags.h"
#include "netsmith/data/dataset.h"
#include "netsmith/report/comparison.h"
#include "netsmith/study/store.h"
#include "netsmith/train/full_training.h"

/// Full trainings of a study's best network, of a hand-made one and of others, side by side.
namespace netsmith::cli {

struct ComparisonFlags {
  TrainingFlags training;
  std::string learning_rates = "3e-4,1e-3,3e-3";
  std::string hand_made = "auto";
  std::int64_t finalists = 0;  // of a study; 0: settled by Settle, as folds
  int folds = 0;
  bool ensemble = false;  // of the finalists

  void Declare(OptionTable& options);
  /// Settles what was left to the data. Errors   ConfigError: more folds than samples to divide.
  void Settle(const data::Problem& problem);
  /// The learning rates as numbers. Errors   ConfigError.
  std::vector<double> Rates() const;
  /// How each network is trained in full; settled. Errors   as Rates.
  train::FullTrainingOptions Options(std::int64_t seed) const;
  /// Errors   as ParseNetwork, for the hand-made network on these data, if it was given.
  void CheckHandMade(const data::Problem& problem) const;
};

struct ComparisonRequest {
  std::optional<std::string> study = std::nullopt;  // its finalists are trained
  std::vector<std::string> networks = {};           // and these
  std::int64_t seed = 0;
  bool keep_weights = false;  // training.best of Chosen() has them, unless all diverged
};

/// The study of that name. Errors   StoreError naming the nearest, or all, when there is none.
study::StudySpec RequireStudy(study::Store& store, const std::string& name,
                              const std::string& store_url);

/// Name of the study in which random search is run beside `study`.
std::string RandomStudyName(const std::string& study);

/// The network of a study's comparison that a model is made of: the ensemble, where one was made,
/// else the found one.
const report::TrainedNetwork& Chosen(const report::Comparison& comparison);

/// A study's finalists are its networks of the highest rewards; the one that has the highest
/// validation accuracy after the full training (the mean of `flags.folds`, where there are several)
/// is the found network and comes first. With `flags.ensemble` the mean of the finalists is
/// measured too: of each seed's trainings on the test set, of each fold's on its validation
/// samples. `store` is needed for a study only. What was trained for a study is kept with it and
/// not trained again. Beside a study, its random one is compared when the store has it.
///
/// Errors   StoreError: the study has no complete trial. InvalidArgument: as
///          model::EnsembleGraph. As TrainInFull, ParseNetwork.
report::Comparison RunComparison(const ComparisonFlags& flags, const ComparisonRequest& request,
                                 const data::Problem& problem, study::Store* store,
                                 const std::stop_token& stop);

}  // namespace netsmith::cli
