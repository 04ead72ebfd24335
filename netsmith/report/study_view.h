#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/report/found.h"
#include "netsmith/report/learning.h"
#include "netsmith/report/search_record.h"
#include "netsmith/search/activity.h"
#include "netsmith/study/store.h"
#include "netsmith/study/trial.h"

namespace netsmith::report {

/// What the page of a study (web/page.js) shows.
struct StudyView {
  study::StudySpec spec;
  std::string store_url;                    // from any folder
  std::vector<study::Trial> trials;         // by number
  std::optional<SearchRecord> record;       // of the search; without it no network is drawn
  Learning learning;                        // for spec's decisions
  std::optional<std::string> comparison;    // report::ToJson(Comparison), when it was made
  std::vector<study::Trial> random_trials;  // of the random search beside it; may be empty
  search::Activity activity = {};           // who is at work on it
  /// What each option of each decision stands for; empty where that is not known.
  std::vector<std::vector<std::string>> option_texts = {};
};

/// The page's data as one JSON object. Of the trials, those numbered from `first_trial` on: a page
/// that has the others keeps them.
///
/// Trials are columns ("reward": [0.91, …], …) of equal length; "genome" is an index per decision,
/// one trial behind the other.
std::string ViewJson(const StudyView& view, std::int64_t first_trial = 0);

/// True when fewer of its trials have ended than were asked for, and no search goes on with them:
/// ResumeCommand does.
bool IsCutShort(const StudyView& view);

/// What its comparison found; nothing where none was made.
std::optional<Found> FoundOf(const StudyView& view);

/// True when the study's rewards, and so its choice, come from the test set.
bool RewardsAreTest(const study::StudySpec& spec);

}  // namespace netsmith::report
