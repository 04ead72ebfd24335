#pragma once

#include <optional>
#include <string>

namespace netsmith::base {

/// The whole content of a file of at most 64 MiB; nothing when it cannot be read or is larger, and
/// errno says why.
std::optional<std::string> ReadFile(const std::string& path);

}  // namespace netsmith::base
