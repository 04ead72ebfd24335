#pragma once

#include <exception>
#include <string_view>

namespace netsmith::cli {

/// Who read the results has gone (`netsmith show … | head`): nothing is left to do, and no error.
class ReaderGone : public std::exception {};

/// Writes results to stdout, whole. SIGPIPE must be ignored.
/// Errors   ReaderGone; IoError when they cannot be written (a full disk).
void Print(std::string_view text);

}  // namespace netsmith::cli
