#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace netsmith::base {

/// The whole content of a file of at most 64 MiB; nothing when it cannot be read or is larger, and
/// errno says why.
std::optional<std::string> ReadFile(const std::string& path);

/// Makes a file of that content, or replaces it: whoever reads sees the old or the new, never a
/// part. It is on the disk when this returns.
/// Errors   IoError naming the file and why it cannot be written.
void WriteFile(const std::string& path, std::string_view content);

}  // namespace netsmith::base
