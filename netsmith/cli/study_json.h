#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "netsmith/study/trial.h"

/// Internal to this folder: JSON objects that several commands print.
namespace netsmith::cli {

/// Prints one line. Texts that are not UTF-8 (a study's name) are mended.
void PrintJson(const nlohmann::ordered_json& json);

/// "network", "reward", "params", "macs", "trial", "seconds", "genome".
nlohmann::ordered_json TrialJson(const study::Trial& trial);

/// "best" (null when no trial is complete), "trials" (finished ones), "states", "study", "store".
nlohmann::ordered_json StudyJson(const std::string& study, const std::string& store,
                                 std::span<const study::Trial> trials);

}  // namespace netsmith::cli
