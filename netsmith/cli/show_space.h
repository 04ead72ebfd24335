#pragma once

#include <string>

namespace netsmith::cli {

/// Prints a space's decisions, as a table or as one JSON object.
/// Errors   as space::MakeSpace.
void ShowSpace(const std::string& name, bool json);

}  // namespace netsmith::cli
