#pragma once

#include <nlohmann/json_fwd.hpp>

#include "netsmith/report/study_view.h"

/// Internal to this folder: the networks that a study's page shows by name.
namespace netsmith::report {

/// The complete trial of the best reward: null where there is none. Drawn unless another was found.
nlohmann::ordered_json BestJson(const StudyView& view);

/// The network that the comparison found, drawn; null where none was made.
nlohmann::ordered_json FoundJson(const StudyView& view);

}  // namespace netsmith::report
