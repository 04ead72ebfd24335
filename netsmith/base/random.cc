#include "netsmith/base/random.h"

#include <bit>
#include <cmath>
#include <numbers>

#include "netsmith/base/check.h"

namespace netsmith::base {
namespace {

/// One step of SplitMix64 (Steele, Lea & Flood 2014): advances `state`, returns mixed bits.
std::uint64_t SplitMix(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

}  // namespace

Generator::Generator(std::uint64_t seed) : state_{} {
  for (auto& word : state_) word = SplitMix(seed);
}

std::uint64_t Generator::Next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Generator::Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

std::uint64_t Generator::Below(std::uint64_t bound) {
  NETSMITH_CHECK_LT(0u, bound);
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(Next()) * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t threshold = (0 - bound) % bound;
    while (static_cast<std::uint64_t>(product) < threshold) {
      product = static_cast<Wide>(Next()) * bound;
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double Generator::Normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - Uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * Uniform());
}

std::uint64_t RandomStreams::SeedFor(std::string_view name, std::uint64_t a,
                                     std::uint64_t b) const {
  std::uint64_t state = seed_;
  std::uint64_t mixed = SplitMix(state);
  for (const char c : name) {
    state = mixed ^ static_cast<unsigned char>(c);
    mixed = SplitMix(state);
  }
  for (const std::uint64_t number : {a, b}) {
    state = mixed ^ number;
    mixed = SplitMix(state);
  }
  return mixed;
}

}  // namespace netsmith::base
