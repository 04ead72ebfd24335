#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

/// Watching other processes.
namespace netsmith::testing {

/// The whole file; empty when there is none.
std::string ReadFile(const std::filesystem::path& path);
/// The numbers in a file.
std::vector<pid_t> ReadPids(const std::filesystem::path& path);
/// True when there is no such process, or only its zombie.
bool HasEnded(pid_t pid);
/// Processes that run with `variable` ("NAME=value") in their environment.
std::vector<pid_t> ProcessesWith(const std::string& variable);
/// Waits until a file has grown by `bytes` more than it has now, or `ended` holds.
void WaitForGrowth(const std::filesystem::path& path, std::uint64_t bytes,
                   const std::function<bool()>& ended);
/// Waits until `condition` holds, for 10 s at most, and returns whether it does.
bool EventuallyTrue(const std::function<bool()>& condition);

}  // namespace netsmith::testing
