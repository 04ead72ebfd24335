#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "netsmith/cli/data_flags.h"
#include "netsmith/cli/option_table.h"
#include "netsmith/data/dataset.h"
#include "netsmith/graph/graph.h"
#include "netsmith/model/model.h"
#include "netsmith/model/network.h"
#include "netsmith/train/full_training.h"

/// `--out DIR` of the commands that train networks in full.
namespace netsmith::cli {

struct ModelOutput {
  std::string folder;  // empty: no model is wanted

  void Declare(OptionTable& options);
  bool wanted() const { return !folder.empty(); }
  std::filesystem::path path() const { return std::filesystem::path(folder) / "model.netsmith"; }
  /// Makes the folder, so that a mistake is found before the training.
  /// Errors   ConfigError: it cannot be made or written.
  void Prepare() const;
  /// Writes `result.best` and says so. Another model that is there under that name stays, as
  /// model.1.netsmith or with the next number that is free, and that is said too. `record`: how it
  /// was trained; the data and what is known of the best training are added. Returns what commands
  /// print: "file", "learning_rate" (null where `record` has "members"), "seed",
  /// "validation_accuracy", "test_accuracy".
  ///
  /// Errors   Error: there is none, because all trainings diverged. IoError: it cannot be written,
  ///          or what is there not be kept.
  nlohmann::ordered_json Write(const graph::Graph& graph, const train::FullTrainingResult& result,
                               const data::Problem& problem, const DataFlags& data,
                               nlohmann::ordered_json record) const;
};

/// The network on samples as the problem's development set has them, without a record of its
/// training.
model::Model TrainedModel(model::Network network, const data::Problem& problem);

/// The data to measure a model on. Without --data those that it was trained on, divided as they
/// were then; what the model knows of reading them holds for others as well, unless an option says
/// other. Errors   ConfigError: no --data, and the model does not say. DataError: as
/// data::FormatOf.
void UseDataOf(const model::Model& model, DataFlags& data);

}  // namespace netsmith::cli
