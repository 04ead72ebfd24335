#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "netsmith/model/model.h"
#include "netsmith/model/predictor.h"

namespace netsmith::cli {

/// A trained model that pages may ask, in JSON. Any number of threads may call.
class ModelService {
 public:
  /// Errors   as model::Load.
  explicit ModelService(const std::string& file);

  /// {"sample": [h, w, c], "classes": ["0", …], "training": {…}}
  std::string Describe() const;
  /// From {"values": [numbers, one a value of a sample]} to {"classes": [{"name", "probability"},
  /// …]}, the most probable first. Errors   InvalidArgument for any other text.
  std::string Classify(std::string_view request);

 private:
  model::Model model_;
  std::mutex mutex_;
  model::Predictor predictor_;
};

}  // namespace netsmith::cli
