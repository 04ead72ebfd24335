#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "netsmith/data/dataset.h"

/// Small text files, and what data sets made of files hold, for tests.
namespace netsmith::testing {

/// Makes the folder too.
void WriteText(const std::filesystem::path& path, const std::string& text);

/// All records of a data set, one after the other.
std::vector<float> ReadAll(const data::Dataset& dataset);

}  // namespace netsmith::testing
