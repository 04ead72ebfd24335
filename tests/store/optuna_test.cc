// Debian's Optuna on files that the store wrote. The checks themselves are in optuna_test.py.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/store/open.h"
#include "netsmith/study/store.h"
#include "netsmith/study/trial.h"
#include "tests/support/environment.h"
#include "tests/support/postgres.h"
#include "tests/support/raw_database.h"
#include "tests/support/trials.h"

namespace netsmith {
namespace {

using store::OpenStore;
using study::Evaluation;
using study::Trial;
using study::TrialState;
using testing::CompleteEvaluation;
using ::testing::ElementsAre;
using testing::ExampleSpec;
using testing::Finished;
using testing::RawDatabase;
using testing::RunningTrial;

constexpr int kModuleMissing = 77;

struct Ended {
  int exit_code = 0;
  std::string output;
};

Ended RunCommand(const std::string& command) {
  Ended ended;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  while (fgets(buffer, sizeof buffer, pipe) != nullptr) ended.output += buffer;
  const int status = pclose(pipe);
  ended.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

std::string PythonModules(const Ended& ended) {
  return "a module of python3-optuna and python3-pandas: " + ended.output;
}

class OptunaTest : public ::testing::Test {
 protected:
  std::string file() const { return (folder_.path() / "studies.db").string(); }
  std::string url() const { return database_ ? database_->url() : "sqlite:///" + file(); }
  // From here on url() is a database on the server.
  void UsePostgres() {
    database_ = std::make_unique<testing::PostgresDatabase>();
    const std::string path = database_->url().substr(std::string("postgresql").size());
    setenv("NETSMITH_TEST_STORE", ("postgresql+psycopg2" + path).c_str(), 1);
  }

  Ended RunPython(const std::string& checks) const {
    return RunCommand(fmt::format("/usr/bin/python3 {}/tests/store/optuna_test.py {} {}",
                                  NETSMITH_SOURCE_DIR, folder_.path().string(), checks));
  }

  // Three failures, eight complete trials, the last a duplicate of number 4, one still running.
  void MakeStudy() const {
    const auto store = OpenStore(url());
    store->CreateStudy(ExampleSpec("mnist"));
    for (int i = 0; i < 12; ++i) {
      Trial trial = RunningTrial(i);
      if (i == 10) {
        trial.duplicate_of = 4;
        trial = Finished(trial, CompleteEvaluation(i));
      }
      store->AddTrials("mnist", {trial});
    }
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    Evaluation failure{.state = TrialState::kRefused, .reason = "why \u2603", .curve = {0.5, kNan}};
    store->FinishTrial("mnist", 0, failure);
    failure.state = TrialState::kDiverged;
    store->FinishTrial("mnist", 1, failure);
    failure.state = TrialState::kFailed;
    store->FinishTrial("mnist", 2, failure);
    for (int i = 3; i < 10; ++i) store->FinishTrial("mnist", i, CompleteEvaluation(i));
    store->SetAttribute("mnist", "result", R"({"test_accuracy": [0.5]})");
  }

 private:
  testing::TemporaryFolder folder_;
  std::unique_ptr<testing::PostgresDatabase> database_;
};

#define EXPECT_PYTHON(checks)                                                  \
  do {                                                                         \
    const Ended ended = RunPython(checks);                                     \
    NETSMITH_REQUIRE(ended.exit_code != kModuleMissing, PythonModules(ended)); \
    EXPECT_EQ(ended.exit_code, 0) << ended.output;                             \
  } while (false)

// Every trial, the best one, the data frame, the plots' data, importances, the lines of the
// documentation; in one start of Python, which takes a second or two.
TEST_F(OptunaTest, ReadsAStudy) {
  MakeStudy();
  EXPECT_PYTHON("trials results plots importances snippet");
}

TEST_F(OptunaTest, ReadsKeepsAndDeletesAStudyInPostgres) {
  NETSMITH_REQUIRE(testing::PostgresIsThere(), "a PostgreSQL server (Debian's postgresql)");
  UsePostgres();
  MakeStudy();
  EXPECT_PYTHON("trials results add delete");
  EXPECT_THAT(OpenStore(url())->StudyNames(), ElementsAre());
  unsetenv("NETSMITH_TEST_STORE");
}

TEST_F(OptunaTest, KeepsItsOwnStudiesInTheSameFile) {
  MakeStudy();
  const auto store = OpenStore(url());
  const std::vector<Trial> before = store->Trials("mnist");
  EXPECT_PYTHON("add");
  EXPECT_THAT(store->StudyNames(), ElementsAre("mnist"));
  EXPECT_EQ(store->Trials("mnist").size(), before.size());
  EXPECT_THROW(store->FindStudy("theirs"), base::StoreError);
  EXPECT_THROW(store->CreateStudy(ExampleSpec("theirs")), base::StoreError);
  store->AddTrials("mnist", {RunningTrial(12)});
  EXPECT_EQ(store->Trials("mnist").at(12), RunningTrial(12));
}

TEST_F(OptunaTest, AFileThatItMadeTakesOurStudies) {
  EXPECT_PYTHON("add");
  MakeStudy();
  EXPECT_PYTHON("trials");
}

TEST_F(OptunaTest, DeletesOurStudyWithoutALeftover) {
  MakeStudy();
  EXPECT_PYTHON("delete");
  const auto store = OpenStore(url());
  EXPECT_EQ(store->FindStudy("mnist"), std::nullopt);
  EXPECT_THAT(RawDatabase(file()).Run("SELECT count(*) FROM netsmith_studies;"
                                      "SELECT count(*) FROM netsmith_trials"),
              ElementsAre("0", "0"));
  store->CreateStudy(ExampleSpec("mnist"));  // takes the same ids again
  store->AddTrials("mnist", {RunningTrial(0)});
  EXPECT_THAT(store->Trials("mnist"), ElementsAre(RunningTrial(0)));
}

TEST_F(OptunaTest, ReadsWhileTheStoreIsWritten) {
  OpenStore(url())->CreateStudy(ExampleSpec("mnist"));
  const pid_t writer = fork();
  if (writer == 0) {
    const auto store = OpenStore(url());
    for (int i = 0;; ++i) {
      store->AddTrials("mnist", {RunningTrial(i)});
      store->FinishTrial("mnist", i, CompleteEvaluation(i));
      usleep(10'000);
    }
  }
  const Ended ended = RunPython("follow");
  kill(writer, SIGKILL);
  waitpid(writer, nullptr, 0);
  NETSMITH_REQUIRE(ended.exit_code != kModuleMissing, PythonModules(ended));
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
}

}  // namespace
}  // namespace netsmith
