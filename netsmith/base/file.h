#pragma once

#include <optional>
#include <string>

namespace netsmith::base {

/// The whole content of a file; nothing when it cannot be read, and errno says why.
std::optional<std::string> ReadFile(const std::string& path);

}  // namespace netsmith::base
