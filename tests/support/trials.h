#pragma once

#include <cstdint>
#include <string>

#include "netsmith/study/store.h"
#include "netsmith/study/trial.h"

/// Studies and trials to put into a store.
namespace netsmith::testing {

/// Three decisions: consecutive options, gaps, one option.
study::StudySpec ExampleSpec(const std::string& name);
/// A running trial of that study; the genome depends on the number.
study::Trial RunningTrial(std::int64_t number);
/// An evaluation with every field set; reward and curve depend on the number.
study::Evaluation CompleteEvaluation(std::int64_t number);
/// What `trial` is once `evaluation` is told.
study::Trial Finished(study::Trial trial, const study::Evaluation& evaluation);

}  // namespace netsmith::testing
