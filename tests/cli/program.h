#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/environment.h"
#include "tests/support/process.h"

/// The real program, run as a user would, on small data made by the test.
namespace netsmith::testing {

/// netsmith with these arguments. Messages do not depend on the user's environment.
ProcessResult Netsmith(const std::vector<std::string>& arguments, ProcessOptions options = {});

/// The command line of netsmith with these arguments.
std::vector<std::string> NetsmithCommand(const std::vector<std::string>& arguments);

/// Writes an idx data set: images of 8x8, four classes (the bright quadrant), 240 for training and
/// validation, 80 for testing. It is learnt in a few steps, but not by chance.
void WriteQuadrants(const std::filesystem::path& folder);

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
