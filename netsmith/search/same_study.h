#pragma once

#include <string>

#include "netsmith/study/store.h"
#include "netsmith/study/trial.h"

/// That a search continues the very study that it would make itself.
namespace netsmith::search {

/// That a search of `spec` may begin, or go on with the study where there is one.
/// Errors   StoreError: it has another space, other options (those that differ are named, with what
///          to do), arithmetic, objectives or decisions; it has the same, and `resume` is not set.
void CheckStudy(study::Store& store, const study::StudySpec& spec, bool resume);

/// Creates the study where there is none. Errors   as CheckStudy
void OpenStudy(study::Store& store, const study::StudySpec& spec, bool resume);

/// Errors   StoreError: a stored trial is not what the strategy and the rules of duplicates make
///          again.
void CheckSameTrial(const std::string& study, const study::Trial& stored, const study::Trial& made);

}  // namespace netsmith::search
