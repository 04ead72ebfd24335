#pragma once

#include <toml++/toml.h>

#include <string>
#include <string_view>

namespace netsmith::base {

/// The tables of a TOML 1.0 document; `path` names it in errors.
///
/// Errors   ConfigError: "path:line:column: what is wrong", as toml++ says it.
toml::table ParseToml(std::string_view content, const std::string& path);

}  // namespace netsmith::base
