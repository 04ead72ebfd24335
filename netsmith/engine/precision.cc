#include "netsmith/engine/precision.h"

#include "netsmith/base/error.h"

namespace netsmith::engine {

const std::vector<std::string>& PrecisionNames() {
  static const std::vector<std::string> names = {"f32", "bf16"};
  return names;
}

Precision NamedPrecision(const std::string& name) {
  if (name == "f32") return Precision::kF32;
  if (name == "bf16") return Precision::kBf16;
  throw base::InvalidArgument("precision: found \"" + name + "\", expected f32 or bf16");
}

}  // namespace netsmith::engine
