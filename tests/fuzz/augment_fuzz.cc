#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "netsmith/base/error.h"
#include "netsmith/data/augment.h"

/// Any text is either refused with an InvalidArgument or gives steps within their limits, of images
/// as of signals; what is accepted for some shape is accepted without one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using netsmith::data::ParseAugment;
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const std::int64_t height : {1, 2}) {
    try {
      for (const auto& step : ParseAugment(text, {height, 2, 1})) {
        if (!(step.strength > 0 && step.strength <= 180)) std::abort();
      }
    } catch (const netsmith::base::InvalidArgument&) {
      continue;
    }
    netsmith::data::CheckAugment(text);
  }
  return 0;
}
