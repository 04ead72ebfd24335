#include "netsmith/data/run_program.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "tests/support/environment.h"

namespace netsmith::data {
namespace {

using std::chrono::seconds;

class RunProgramTest : public ::testing::Test {
 protected:
  std::string Failure(const std::vector<std::string>& arguments, seconds timeout = seconds(60)) {
    try {
      RunProgram(arguments, folder_.path(), timeout, {});
    } catch (const base::DataError& error) {
      return error.what();
    }
    return "no error";
  }
  testing::TemporaryFolder folder_;
};

TEST_F(RunProgramTest, RunsInTheFolderWithoutAShell) {
  EXPECT_EQ(Failure({"touch", "$(pwd); a file"}), "no error");
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "$(pwd); a file"));
}

TEST_F(RunProgramTest, TellsExitCodeAndFirstLineOfAFailure) {
  EXPECT_EQ(Failure({"sh", "-c", "echo reason >&2; echo more >&2; exit 7"}),
            "sh: exit code 7: reason");
  EXPECT_EQ(Failure({"sh", "-c", "kill -9 $$"}), "sh: signal 9: ");
}

TEST_F(RunProgramTest, SurvivesMuchOutput) {
  EXPECT_EQ(Failure({"sh", "-c", "head -c 1000000 /dev/zero >&2; head -c 1000000 /dev/zero"}),
            "no error");
}

TEST_F(RunProgramTest, TellsThatAProgramIsMissing) {
  EXPECT_EQ(Failure({"netsmith-no-such-program"}),
            "netsmith-no-such-program: cannot be run: No such file or directory");
}

TEST_F(RunProgramTest, EndsAProgramThatTakesTooLong) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Failure({"sleep", "100"}, seconds(0)), "sleep: took longer than 0 s");
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(20));
}

TEST_F(RunProgramTest, EndsAProgramWhenAskedToStop) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(RunProgram({"sleep", "100"}, folder_.path(), seconds(60), stop.get_token()),
               base::Interrupted);
}

}  // namespace
}  // namespace netsmith::data
