#pragma once

#include <cstddef>
#include <string_view>

namespace netsmith::base {

/// How deeply the arrays and objects of a JSON text are nested. Parsers and printers of JSON
/// recurse: a stranger's text must not be deeper than the stack.
std::size_t JsonDepth(std::string_view json);

/// Deeper than anything that netsmith reads or writes.
inline constexpr std::size_t kMaxJsonDepth = 32;

}  // namespace netsmith::base
