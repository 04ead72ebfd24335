#pragma once

#include <filesystem>

namespace netsmith::testing {

/// Writes an idx data set: images of 8x8, four classes (the bright quadrant), 240 for training and
/// validation, 80 for testing. It is learnt in a few steps, but not by chance.
void WriteQuadrants(const std::filesystem::path& folder);

}  // namespace netsmith::testing
