#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/environment.h"
#include "tests/support/process.h"
#include "tests/support/quadrants.h"

/// The real program, run as a user would, on small data made by the test.
namespace netsmith::testing {

/// Runs netsmith with these arguments.
ProcessResult Netsmith(const std::vector<std::string>& arguments,
                       const ProcessOptions& options = {});

/// The command line of netsmith with these arguments.
std::vector<std::string> NetsmithCommand(const std::vector<std::string>& arguments);

/// A folder with the quadrants in "data" and room for stores.
class ProgramTest : public ::testing::Test {
 protected:
  ProgramTest();

  std::string data() const { return (folder_.path() / "data").string(); }
  std::string store() const { return "sqlite:///" + (folder_.path() / "study.db").string(); }
  /// A quick search on the quadrants in `store()`, with these arguments added.
  std::vector<std::string> SearchArguments(const std::vector<std::string>& more = {}) const;

  TemporaryFolder folder_;
};

/// The only line of stderr that is an error; fails the test when there are more or none.
std::string ErrorLine(const ProcessResult& result);
/// The last line of stdout.
std::string LastLine(const std::string& text);

}  // namespace netsmith::testing
