#include <cstddef>
#include <cstdint>
#include <string_view>

#include "netsmith/base/error.h"
#include "netsmith/space/file/file_space.h"

/// Any text is refused with a ConfigError, or is a space each of whose genomes builds or is refused
/// with an InvalidArgument.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace netsmith;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const space::FileSpace space(space::ParseSpaceFile(text, "fuzz.toml"));
    space::Genome genome(space.decisions().size(), 0);
    for (int repeat = 0; repeat < 2; ++repeat) {
      try {
        space.Build(genome, {.height = 5, .width = 7, .channels = 2}, 3);
        space.Training(genome);
      } catch (const base::InvalidArgument&) {
      }
      for (std::size_t i = 0; i < genome.size(); ++i) {
        genome[i] = static_cast<int>(space.decisions()[i].options.size()) - 1;
      }
    }
  } catch (const base::ConfigError&) {
  }
  return 0;
}
