#pragma once

#include "netsmith/cli/study_run.h"
#include "netsmith/data/dataset.h"
#include "netsmith/report/search_record.h"

namespace netsmith::cli {

/// What a search leaves with its study about how it was started. The paths among its arguments are
/// made absolute, the seed is always named.
report::SearchRecord RecordOf(const StudyFlags& flags, const data::Problem& problem);

}  // namespace netsmith::cli
