#pragma once

#include <string>

namespace netsmith::search {

/// How the options that a study was made with (StudySpec::options_json) differ from those that are
/// asked for: "--seed is 2 in the study, 1 was asked for", at most three of them, and what to do
/// about it. Empty where they ask for the same: the path of data whose content is the same may
/// differ.
std::string OtherOptions(const std::string& stored_json, const std::string& asked_json);

/// The command line's name of an option, by its place in those of a study: "child/mb" is child-mb.
std::string OptionName(const std::string& path);

}  // namespace netsmith::search
