#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "netsmith/base/error.h"
#include "netsmith/space/catalog/post_text.h"

/// Any text is either refused with a ConfigError or prints and parses to the same layers.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using netsmith::space::ParsePostLayers;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto layers = ParsePostLayers(text);
    if (ParsePostLayers(netsmith::space::FormatPostLayers(layers)) != layers) std::abort();
  } catch (const netsmith::base::ConfigError&) {
  }
  return 0;
}
