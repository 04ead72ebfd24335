#pragma once

#include <array>
#include <cstdint>
#include <string_view>

/// Random numbers. Every random choice takes an explicit Generator, which comes from a *named*
/// stream, so that adding a choice in one place changes no other and any number of threads or
/// workers gives the same study.
namespace netsmith::base {

/// xoshiro256** (Blackman & Vigna 2018, arXiv:1805.01407), seeded by SplitMix64. The distributions
/// are ours, so that a seed gives the same numbers with every standard library.
class Generator {
 public:
  explicit Generator(std::uint64_t seed);

  /// 64 uniform bits.
  std::uint64_t Next();
  /// Uniform in [0, 1), 53 bits.
  double Uniform();
  /// Uniform integer in [0, bound), without modulo bias (Lemire 2019, arXiv:1805.10941).
  std::uint64_t Below(std::uint64_t bound);
  /// Standard normal (Box-Muller, one value a call).
  double Normal();

 private:
  std::array<std::uint64_t, 4> state_;
};

/// Derives independent generators from one seed by name and up to two numbers:
/// streams.For("dropout", trial, step).
class RandomStreams {
 public:
  explicit RandomStreams(std::uint64_t seed) : seed_(seed) {}

  Generator For(std::string_view name, std::uint64_t a = 0, std::uint64_t b = 0) const {
    return Generator(SeedFor(name, a, b));
  }
  /// The seed of that stream, for consumers that hash it themselves (dropout masks).
  std::uint64_t SeedFor(std::string_view name, std::uint64_t a = 0, std::uint64_t b = 0) const;

 private:
  std::uint64_t seed_;
};

}  // namespace netsmith::base
