#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "netsmith/search/spool.h"
#include "tests/cli/program.h"
#include "tests/support/raw_database.h"

namespace netsmith::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class WorkerTest : public ProgramTest {
 protected:
  std::vector<std::string> WorkerArguments(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"worker", "--store", store(), "--study", "s"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  void ExpectError(const std::vector<std::string>& arguments, int code,
                   const std::string& complaint) {
    const ProcessResult result = Netsmith(arguments);
    EXPECT_EQ(result.exit_code, code) << result.err;
    EXPECT_THAT(ErrorLine(result), HasSubstr(complaint));
  }
  RawDatabase Database() const { return RawDatabase((folder_.path() / "study.db").string()); }
};

TEST_F(WorkerTest, TheStudyOfTwoOfThemIsTheStudyOfOneSearchAlone) {
  const std::vector<std::string> pruned = {
      "--json", "--pruner",     "median",          "--strategy",     "random", "--trials",
      "20",     "--objectives", "accuracy,params", "--child-epochs", "3"};
  const auto arguments = [&](std::vector<std::string> more) {
    more.insert(more.end(), pruned.begin(), pruned.end());
    return SearchArguments(more);
  };
  const ProcessResult alone = Netsmith(arguments({"--study", "alone"}));
  BackgroundProcess search(NetsmithCommand(arguments({"--workers", "0"})));
  BackgroundProcess first(NetsmithCommand(WorkerArguments({"--wait", "30", "--workers", "1"})));
  BackgroundProcess second(NetsmithCommand(WorkerArguments({"--wait", "30", "--workers", "1"})));
  const ProcessResult together = search.Wait();
  ASSERT_EQ(together.exit_code, 0) << together.err << first.ErrorsSoFar();
  const json one = json::parse(LastLine(alone.out));
  const json two = json::parse(LastLine(together.out));
  EXPECT_EQ(two.at("best").at("network"), one.at("best").at("network"));
  EXPECT_EQ(two.at("best").at("reward"), one.at("best").at("reward"));
  EXPECT_EQ(two.at("states"), one.at("states"));
  EXPECT_GE(two.at("states").value("pruned", 0), 1);
  EXPECT_EQ(two.at("hypervolume"), one.at("hypervolume"));
}

TEST_F(WorkerTest, EndsWhenNoSearchRunsTheStudy) {
  ASSERT_EQ(Netsmith(SearchArguments()).exit_code, 0);
  const ProcessResult result = Netsmith(WorkerArguments({"--wait", "0"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("worker ends: 0 trials delivered"));
}

TEST_F(WorkerTest, RefusesWhatItCannotServe) {
  ExpectError({"worker"}, 2, "--study: not given");
  ExpectError(WorkerArguments(), 4, "there is no such file");
  ASSERT_EQ(Netsmith(SearchArguments({"--study", "other"})).exit_code, 0);
  ExpectError(WorkerArguments({"--wait", "0"}), 4, "no search has started study 's' within 0 s");
  ASSERT_EQ(Netsmith(SearchArguments()).exit_code, 0);

  WriteQuadrants(folder_.path() / "more");
  std::fstream images(folder_.path() / "more" / "train-images-idx3-ubyte",
                      std::ios::in | std::ios::out | std::ios::binary);
  images.seekp(-1, std::ios::end);
  images.put('\x33');
  images.close();
  ExpectError(WorkerArguments({"--data", (folder_.path() / "more").string()}), 3,
              "its content is not what study 's' was made with: found hash ");

  Database().Run("UPDATE netsmith_studies SET engine = 'MMX, kernels 0'");
  ExpectError(WorkerArguments(), 4, "study 's': its results come from MMX, kernels 0, and this");
  ExpectError(SearchArguments({"--resume"}), 4,
              "was made with other arithmetic, so results would differ: found MMX, kernels 0");
  Database().Run("UPDATE netsmith_studies SET engine = '', space_signature = 'odd'");
  ExpectError(WorkerArguments(), 4, "was made with another space: found odd");
  Database().Run("UPDATE study_user_attributes SET value_json = '{\"protocol\":9}'");
  ExpectError(WorkerArguments(), 4, "its search speaks protocol 9 with workers, expected 3");
  Database().Run(
      "UPDATE study_user_attributes SET value_json ="
      " '{\"protocol\":3,\"data_hash\":\"x\",\"arguments\":[\"--magic=1\"]}'");
  ExpectError(WorkerArguments(), 4, "asks workers for \"--magic=1\", which this version");
}

TEST_F(WorkerTest, DeliverOfAnEmptySpoolIsNothingToDo) {
  const ProcessResult result =
      Netsmith({"worker", "--deliver", "--spool", (folder_.path() / "none").string()});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("0 results delivered"));
}

TEST_F(WorkerTest, DeliverGoesOnAfterAResultThatCannotBeDelivered) {
  ASSERT_EQ(Netsmith(SearchArguments()).exit_code, 0);
  const std::filesystem::path spool = folder_.path() / "spool";
  const search::SpooledResult late = {.store = store(), .study = "s", .trial = 0, .attempt = 1};
  search::SpooledResult lost = late;
  lost.store = "sqlite:///" + (folder_.path() / "gone.db").string();
  search::Spool(spool, "a").Keep({lost});
  search::Spool(spool, "b").Keep({late});
  const ProcessResult result = Netsmith({"worker", "--deliver", "--spool", spool.string()});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  EXPECT_THAT(result.err, HasSubstr("gone.db: there is no such file"));
  EXPECT_THAT(result.err, HasSubstr("0 results delivered, 1 too late"));
  EXPECT_EQ(search::SpoolFiles(spool), (std::vector{spool / "a.jsonl"}));
}

TEST_F(WorkerTest, AFileThatCannotBeDeliveredKeepsNoOtherFromIt) {
  ASSERT_EQ(Netsmith(SearchArguments()).exit_code, 0);
  const std::filesystem::path spool = folder_.path() / "spool";
  std::filesystem::create_directories(spool);
  std::ofstream(spool / "a.jsonl") << "damaged\n";
  std::ofstream(spool / "b.jsonl") << json{{"store", store()},
                                           {"study", "s"},
                                           {"trial", 0},
                                           {"attempt", 9},
                                           {"answer", {{"trial", 0}, {"reward", 0.5}}}}
                                          .dump()
                                   << "\n";
  std::ofstream(spool / "c.jsonl") << "damaged, too\n";
  const ProcessResult result = Netsmith({"worker", "--deliver", "--spool", spool.string()});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(ErrorLine(result), HasSubstr("a.jsonl:1: spooled result: found damaged, expected"));
  EXPECT_THAT(result.err, HasSubstr("0 results delivered, 1 too late"));
  EXPECT_THAT(result.err, HasSubstr("warning: " + (spool / "c.jsonl").string()));
  EXPECT_TRUE(std::filesystem::exists(spool / "a.jsonl"));
  EXPECT_FALSE(std::filesystem::exists(spool / "b.jsonl"));
}

TEST_F(WorkerTest, SlurmDryRunPrintsTheJobScript) {
  std::vector<std::string> arguments =
      SearchArguments({"--store", "postgresql://me@db/studies", "--study", "it's", "--engine",
                       "slurm", "--workers", "16", "--partition", "long", "--time", "8:00:00"});
  arguments.emplace_back("--dry-run");
  const ProcessResult result = Netsmith(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "#!/bin/sh\n#SBATCH --job-name=netsmith\n#SBATCH --array=1-16\n#SBATCH --requeue\n"
            "#SBATCH --cpus-per-task=1\n#SBATCH --output=netsmith-%A_%a.log\n"
            "#SBATCH --open-mode=append\n#SBATCH --partition=long\n#SBATCH --time=8:00:00\n"
            "exec " NETSMITH_PROGRAM
            " worker --store postgresql://me@db/studies --study "
            "'it'\\''s' --workers 1 --wait 600\n");
}

TEST_F(WorkerTest, SlurmOptionsThatCannotWorkAreRefused) {
  ExpectError(SearchArguments({"--engine", "slurm"}), 2, "a SQLite file is for one machine");
  ExpectError(
      SearchArguments({"--engine", "slurm", "--dry-run", "--store", "postgresql://me:secret@h/d"}),
      4, "postgresql://me@h/d: holds a password");
  ExpectError(SearchArguments({"--partition", "x"}), 2, "--partition: expected --engine slurm");
  ExpectError(SearchArguments(
                  {"--engine", "slurm", "--store", "postgresql://h/d", "--time", "1\n#SBATCH --x"}),
              2, "--time: found ");
}

}  // namespace
}  // namespace netsmith::testing
