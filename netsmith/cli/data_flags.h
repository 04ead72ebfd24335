#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/cli/option_table.h"
#include "netsmith/data/dataset.h"
#include "netsmith/data/load.h"

namespace netsmith::cli {

/// Which data, and what a path's files do not say of themselves.
struct DataFlags {
  std::string data = "mnist";
  std::string data_dir;
  std::string cache_dir;
  std::optional<data::Scaling> scaling = std::nullopt;  // LoadOptions::scaling
  std::vector<std::string> values = {};                 // FormatOptions::values

  void Declare(OptionTable& options);
  /// All but --data: for a command that names its data otherwise.
  void DeclareRest(OptionTable& options);
  /// Errors   ConfigError: an option that cannot be read; as data::LoadProblem.
  data::Problem Load(const std::stop_token& stop) const;
  data::LoadOptions Options(const std::stop_token& stop) const;

  /// The options beside --data that decide what is read and how it is split, as far as they are
  /// not at their defaults: names to texts.
  std::map<std::string, std::string> FormatArguments() const;
  /// The same for a record of `problem`, which these options gave: "scale" is what was taken,
  /// "column" or, as in records that are older than the option, nothing.
  std::map<std::string, std::string> RecordFor(const data::Problem& problem) const;
  /// Sets those that are at their defaults to what a record, an object of them, says.
  void TakeUngiven(const nlohmann::ordered_json& record);

 private:
  void DeclareFormat(OptionTable& options);
  bool HasScale() const;

  data::FormatOptions format_;
  std::string shape_;       // HxWxC
  std::string image_size_;  // HxW
  double test_fraction_ = 0.2;
  double validation_fraction_ = 0;  // 0: data::UsualValidation
  std::int64_t split_seed_ = 0;
};

}  // namespace netsmith::cli
