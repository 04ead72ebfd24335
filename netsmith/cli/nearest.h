#pragma once

#include <span>
#include <string>
#include <string_view>

namespace netsmith::cli {

/// The candidate that differs from `word` by the fewest insertions, deletions and substitutions,
/// the first of equals; empty when none is near enough to be meant (more than a third of the
/// letters differ, and more than two; or all of them).
std::string Nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace netsmith::cli
