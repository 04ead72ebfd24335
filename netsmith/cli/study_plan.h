#pragma once

#include "netsmith/cli/comparison_run.h"
#include "netsmith/cli/study_run.h"
#include "netsmith/data/dataset.h"
#include "netsmith/space/search_space.h"

namespace netsmith::cli {

/// Says on stderr what a study is about to do, before anything is trained: space, budget, time.
void LogPlan(const StudyFlags& flags, const data::Problem& problem,
             const space::SearchSpace& space);

/// What follows the study: random search, if it is wanted, and the full trainings.
void LogStages(const StudyFlags& flags, const ComparisonFlags& comparison, bool with_random,
               const data::Problem& problem, const space::SearchSpace& space);

/// Warns where a full training makes fewer updates than a child's that gave a reward: then it is
/// not the longer one that it stands for.
void WarnOfShortTrainings(const ChildFlags& child, const ComparisonFlags& comparison,
                          const data::Problem& problem);

}  // namespace netsmith::cli
