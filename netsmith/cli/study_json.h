#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "netsmith/study/trial.h"

/// Internal to this folder: JSON objects that several commands print.
namespace netsmith::cli {

/// "network", "reward", "params", "macs", "trial", "seconds", "genome".
nlohmann::ordered_json TrialJson(const study::Trial& trial);

/// "best" (null when no trial is complete), "trials" (finished ones), "states", "study", "store".
nlohmann::ordered_json StudyJson(const std::string& study, const std::string& store,
                                 std::span<const study::Trial> trials);

}  // namespace netsmith::cli
