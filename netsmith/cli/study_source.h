#pragma once

#include <string>

#include "netsmith/report/learning.h"
#include "netsmith/report/study_view.h"
#include "netsmith/study/store.h"

/// A stored study as its page shows it.
namespace netsmith::cli {

/// Everything but the learning. Errors   as RequireStudy.
report::StudyView ReadStudy(study::Store& store, const std::string& study,
                            const std::string& store_url);

/// A replay of the study's strategy as the search made it; one that is not faithful where it cannot
/// be made again: no record, or a strategy of another version.
report::LearningReplay MakeReplay(const report::StudyView& view);

/// What the replay learnt, brought up to the view's trials; the proposals' shares instead where it
/// is not faithful.
report::Learning LearningOf(const report::StudyView& view, report::LearningReplay& replay);

}  // namespace netsmith::cli
