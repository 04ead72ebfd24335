#pragma once

#include <string>
#include <string_view>

/// Foreign text inside pages, drawings and commands.
namespace netsmith::report {

/// For text and quoted attributes of HTML and SVG. Control characters that XML has no way to write
/// become U+FFFD.
std::string EscapeMarkup(std::string_view text);

/// JSON (or any script text in which these occur within strings only) that may stand inside a
/// <script> element: no '<', '>', '&', U+2028 or U+2029 is left.
std::string EscapeScript(std::string_view json);

/// One word of a POSIX shell, quoted where it has to be.
std::string ShellWord(std::string_view text);

}  // namespace netsmith::report
