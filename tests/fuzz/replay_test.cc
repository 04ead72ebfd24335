// Every fuzz target over its corpus and some thousand mutations, always the same: seconds, in the
// ordinary run of the tests. tests/fuzz/run gives the same targets to libFuzzer.

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "targets.h"  // by CMake: NETSMITH_FUZZ_TARGETS(DO) is DO(NAME) of every target
#include "tests/fuzz/mutator.h"
#include "tests/support/processes.h"

// The build has renamed each target's function.
#define NETSMITH_DECLARE(name) extern "C" int name##_fuzz(const std::uint8_t*, std::size_t);
NETSMITH_FUZZ_TARGETS(NETSMITH_DECLARE)

namespace netsmith::fuzz {
namespace {

struct Target {
  std::string name;
  int (*run)(const std::uint8_t*, std::size_t);
};
void PrintTo(const Target& target, std::ostream* out) { *out << target.name; }

#define NETSMITH_ENTRY(name) {#name, name##_fuzz},
const Target kTargets[] = {NETSMITH_FUZZ_TARGETS(NETSMITH_ENTRY)};

std::string current_target;
std::string current_input;

/// Into a file CRASH_TARGET of the present folder, from which libFuzzer's program can go on.
void KeepInput() {
  const std::string file = "crash_" + current_target;
  std::ofstream(file, std::ios::binary) << current_input;
  std::fprintf(stderr, "the input is in %s\n", file.c_str());
}

extern "C" void KeepInputAndDie(int signal) {
  KeepInput();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::vector<std::string> Corpus(const std::string& target) {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path folder = NETSMITH_SOURCE_DIR "/tests/fuzz/corpus/" + target;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<std::string> inputs;
  for (const auto& file : files) inputs.push_back(testing::ReadFile(file));
  return inputs;
}

class FuzzTargetTest : public ::testing::TestWithParam<Target> {
 protected:
  static void Run(std::string input) {
    current_target = GetParam().name;
    current_input = std::move(input);
    try {
      GetParam().run(reinterpret_cast<const std::uint8_t*>(current_input.data()),
                     current_input.size());
    } catch (...) {
      KeepInput();
      throw;
    }
  }
};

TEST_P(FuzzTargetTest, HoldsForItsCorpusAndMutationsOfIt) {
  constexpr int kMutations = 20000;
  constexpr std::uint64_t kSeed = 1;
  std::signal(SIGABRT, KeepInputAndDie);
  std::signal(SIGSEGV, KeepInputAndDie);
  const std::vector<std::string> corpus = Corpus(GetParam().name);
  ASSERT_FALSE(corpus.empty());
  Run("");
  for (const std::string& input : corpus) Run(input);
  Mutator mutator(corpus, kSeed);
  for (int i = 0; i < kMutations; ++i) Run(mutator.Next());
}

INSTANTIATE_TEST_SUITE_P(Every, FuzzTargetTest, ::testing::ValuesIn(kTargets),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace netsmith::fuzz
