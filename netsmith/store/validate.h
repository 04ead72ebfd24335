#pragma once

#include <cstdint>
#include <string>

#include "netsmith/study/store.h"
#include "netsmith/study/trial.h"

/// What every store demands of its callers, whatever it writes to. Errors: InvalidArgument naming
/// the study or trial, what was found and what was expected.
namespace netsmith::store {

/// Objectives (accuracy first), name and decisions: UTF-8 (Python could not read the database
/// otherwise), each decision with options in ascending order and a name of its own.
void CheckSpec(const study::StudySpec& spec);
/// The genome fits the study's decisions; a trial that is not running carries an evaluation of the
/// same state.
void CheckTrial(const study::StudySpec& spec, const study::Trial& trial);
/// An end (not kRunning) with figures that are finite, and a reward only with an
/// end that has one.
void CheckEvaluation(std::int64_t trial, const study::Evaluation& evaluation);
/// `text` is JSON.
void CheckJson(const std::string& key, const std::string& text);

}  // namespace netsmith::store
