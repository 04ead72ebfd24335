#include "tests/support/tiny_problem.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "netsmith/base/random.h"
#include "netsmith/data/dataset.h"
#include "netsmith/data/memory_dataset.h"
#include "tests/support/simulated_search.h"

namespace netsmith::testing {
namespace {

std::shared_ptr<const data::Dataset> MakeHalves(int count, bool right_labels) {
  base::Generator generator(static_cast<std::uint64_t>(count));
  std::vector<std::uint8_t> samples;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < count; ++i) {
    const auto half = static_cast<int>(generator.Below(2));
    for (int x = 0; x < kTinySample.width; ++x) {
      const bool bright = x / 2 == half;
      samples.push_back(static_cast<std::uint8_t>(generator.Below(100) + (bright ? 120 : 0)));
    }
    labels.push_back(right_labels ? half : 1 - half);
  }
  return std::make_shared<data::MemoryDataset>("halves", kTinySample, kTinyClasses,
                                               std::move(samples), std::move(labels));
}

}  // namespace

data::Problem MakeTinyProblem() {
  std::vector<std::int64_t> train;
  std::vector<std::int64_t> validation;
  for (std::int64_t i = 0; i < 200; ++i) (i < 150 ? train : validation).push_back(i);
  return {MakeHalves(200, true), MakeHalves(100, false), train, validation};
}

space::FileSpace MakeTunedSpace() {
  return space::FileSpace(space::ParseSpaceFile(R"(
[decisions]
width = [2, 4]
rate = [1e-9, 0.02]
[training]
learning_rate = "rate"
[[network]]
op = "conv"
filters = "width"
kernel = 3
)",
                                                "tuned.toml"));
}

}  // namespace netsmith::testing
