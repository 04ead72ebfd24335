#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli/program.h"

namespace netsmith::testing {

/// Commands that end well and print JSON, and full trainings that take no time.
class TrainingProgramTest : public ProgramTest {
 protected:
  nlohmann::json Run(const std::vector<std::string>& arguments) {
    const ProcessResult result = Netsmith(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    errors_ = result.err;
    return nlohmann::json::parse(LastLine(result.out), nullptr, false);
  }
  /// `first` with the options of `compare`, or of `search --compare`.
  static std::vector<std::string> CompareOptions(std::vector<std::string> first,
                                                 const char* finalists = "1",
                                                 const char* folds = "1") {
    for (const char* option :
         {"--finalists", finalists, "--folds", folds, "--epochs", "2", "--mb", "20",
          "--learning-rates", "0.003,0.01", "--hand-made", "3,2,1,0", "--json"}) {
      first.emplace_back(option);
    }
    return first;
  }
  std::string errors_;  // of the last Run
};

}  // namespace netsmith::testing
