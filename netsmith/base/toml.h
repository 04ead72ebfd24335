#pragma once

#include <toml++/toml.h>

#include <string>
#include <string_view>

namespace netsmith::base {

/// The tables of a TOML 1.0 document; `path` names it in errors. Keys have at most 16 parts, and a
/// continued line of a string does not begin with a character beyond ASCII.
///
/// Errors   ConfigError: "path:line:column: what is wrong"
toml::table ParseToml(std::string_view content, const std::string& path);

}  // namespace netsmith::base
