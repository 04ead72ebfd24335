#include "tests/support/quadrants.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "netsmith/base/random.h"

namespace netsmith::testing {
namespace {

constexpr int kSide = 8;

void WriteBigEndian(std::ofstream& file, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) file.put(static_cast<char>(value >> shift & 0xFF));
}

void WritePair(const std::filesystem::path& folder, const std::string& part, std::uint32_t count) {
  std::ofstream images(folder / (part + "-images-idx3-ubyte"), std::ios::binary);
  std::ofstream labels(folder / (part + "-labels-idx1-ubyte"), std::ios::binary);
  for (const std::uint32_t word : {0x00000803u, count, 8u, 8u}) WriteBigEndian(images, word);
  for (const std::uint32_t word : {0x00000801u, count}) WriteBigEndian(labels, word);
  base::Generator random = base::RandomStreams(1).For(part);
  for (std::uint32_t record = 0; record < count; ++record) {
    const auto label = static_cast<int>(record % 4);
    labels.put(static_cast<char>(label));
    for (int i = 0; i < kSide * kSide; ++i) {
      const int quadrant = (i / kSide >= kSide / 2 ? 2 : 0) + (i % kSide >= kSide / 2 ? 1 : 0);
      const auto noise = random.Below(100);
      images.put(static_cast<char>(noise + (quadrant == label ? 120 : 0)));
    }
  }
}

}  // namespace

void WriteQuadrants(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  WritePair(folder, "train", 240);
  WritePair(folder, "t10k", 80);
}

}  // namespace netsmith::testing
