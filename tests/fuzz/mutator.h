#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "netsmith/base/random.h"

namespace netsmith::fuzz {

/// Damages inputs as libFuzzer does, but always in the same way.
class Mutator {
 public:
  /// `seeds`: at least one.
  Mutator(std::vector<std::string> seeds, std::uint64_t seed);

  /// A seed after one to eight changes: bytes replaced, removed, repeated, put in, or taken from
  /// another seed, or the end cut off.
  std::string Next();

 private:
  void Change(std::string& input);
  std::size_t Below(std::size_t bound) { return generator_.Below(bound); }
  /// A part of a text of at least one byte.
  std::string Part(const std::string& text);
  const std::string& AnySeed() { return seeds_[Below(seeds_.size())]; }

  std::vector<std::string> seeds_;
  base::Generator generator_;
};

}  // namespace netsmith::fuzz
