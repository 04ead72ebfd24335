#pragma once

#include <string>

#include "netsmith/study/store.h"
#include "netsmith/study/trial.h"

/// That a search continues the very study that it would make itself.
namespace netsmith::search {

/// Creates the study where there is none, and checks it where there is one.
/// Errors   StoreError: it exists and `resume` is not set; it has another space, other options (the
///          first that differs is named), arithmetic, objectives or decisions.
void OpenStudy(study::Store& store, const study::StudySpec& spec, bool resume);

/// Errors   StoreError: a stored trial is not what the strategy and the rules of duplicates make
///          again.
void CheckSameTrial(const std::string& study, const study::Trial& stored, const study::Trial& made);

}  // namespace netsmith::search
