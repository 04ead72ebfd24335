#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace netsmith::data {

/// Runs a program, found on PATH, in `folder` and waits for it; no shell is involved. Its output is
/// dropped.
/// Errors   DataError: it is not found, fails (the message is the first line it wrote on stderr),
/// or
///          takes longer than `timeout`, when it is killed. Interrupted: `stop` was requested.
void RunProgram(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                std::chrono::seconds timeout, const std::stop_token& stop);

}  // namespace netsmith::data
