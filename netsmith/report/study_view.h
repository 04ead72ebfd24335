#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/report/learning.h"
#include "netsmith/report/search_record.h"
#include "netsmith/study/store.h"
#include "netsmith/study/trial.h"

namespace netsmith::report {

/// What the page of a study (web/page.js) shows.
struct StudyView {
  study::StudySpec spec;
  std::string store_url;
  std::vector<study::Trial> trials;         // by number
  std::optional<SearchRecord> record;       // of the search; without it no network is drawn
  Learning learning;                        // for spec's decisions
  std::optional<std::string> comparison;    // report::ToJson(Comparison), when it was made
  std::vector<study::Trial> random_trials;  // of the random search beside it; may be empty
};

/// The page's data as one JSON object. Of the trials, those numbered from `first_trial` on: a page
/// that has the others keeps them.
///
/// Trials are columns ("reward": [0.91, …], …) of equal length; "genome" is an index per decision,
/// one trial behind the other.
std::string ViewJson(const StudyView& view, std::int64_t first_trial = 0);

/// True when the study's rewards, and so its choice, come from the test set.
bool RewardsAreTest(const study::StudySpec& spec);

}  // namespace netsmith::report
