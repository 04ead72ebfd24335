#pragma once

#include <optional>
#include <string>

namespace netsmith::report {

/// The ensemble of a study's finalists. Mean accuracies; none: it diverged.
struct FoundEnsemble {
  std::optional<double> validation = {};
  std::optional<double> test = {};
};

/// What a study found: of its networks that were trained in full, the best on validation. Often not
/// the one of the best reward, which was measured after a short training.
struct Found {
  std::string network;
  std::optional<double> reward = {};           // that it had in the search
  std::optional<double> validation = {};       // mean accuracy; none: it diverged
  std::optional<double> test = {};             // mean accuracy; none: it diverged
  int finalists = 0;                           // among so many, itself included
  std::optional<FoundEnsemble> ensemble = {};  // of them, where one was asked for
};

/// Out of a comparison that was kept (ToJson(Comparison)); nothing where none of the study's
/// networks was trained, or for another text.
std::optional<Found> FoundIn(const std::string& comparison_json);

/// "found (best on validation after full training)", as every table and page says it.
inline constexpr const char* kFoundMeaning = "best on validation after full training";

}  // namespace netsmith::report
