#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "netsmith/search/activity.h"
#include "netsmith/study/store.h"
#include "netsmith/study/trial.h"

/// Internal to this folder: JSON objects that several commands print.
namespace netsmith::cli {

/// Prints one line. Texts that are not UTF-8 (a study's name) are mended.
void PrintJson(const nlohmann::ordered_json& json);

/// "network", "reward", "params", "macs", "trial", "seconds", "genome", "latency_us" where it was
/// measured.
nlohmann::ordered_json TrialJson(const study::Trial& trial);

/// "best" (null when no trial is complete), "trials" (finished ones), "states" (of trials that have
/// not ended by who is at work), "study", "store"; with several objectives "front", "hypervolume",
/// "reference".
nlohmann::ordered_json StudyJson(const study::StudySpec& spec, const std::string& store,
                                 std::span<const study::Trial> trials,
                                 const search::Activity& activity = {});

}  // namespace netsmith::cli
