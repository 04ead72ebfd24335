#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/cli/program.h"

namespace netsmith::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct BadUsage {
  std::vector<std::string> arguments;
  const char* complaint;
};

class BadUsageTest : public ::testing::TestWithParam<BadUsage> {};

TEST_P(BadUsageTest, EndsWithOneLineAndExitCodeTwo) {
  // Nothing can be fetched: mistakes are found before data is looked for.
  const ProcessResult result =
      Netsmith(GetParam().arguments,
               {.environment = {{"XDG_CACHE_HOME", "/dev/null/none"}, {"PATH", "/nowhere"}}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(ErrorLine(result), HasSubstr(GetParam().complaint));
  EXPECT_THAT(result.out, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Commands, BadUsageTest,
    ::testing::Values(
        BadUsage{{}, "no command given"},
        BadUsage{{"serach"}, "unknown command \"serach\", the nearest is search"},
        BadUsage{{"frobnicate"}, "known: data fetch, data inspect, search, worker, train"},
        BadUsage{{"--frobnicate"}, "unknown command \"--frobnicate\""},
        BadUsage{{"data"}, "netsmith data: a word is missing, known: data fetch"},
        BadUsage{{"data", "fetch"}, "no data set named, known: mnist, fashion-mnist"},
        BadUsage{{"data", "fetch", "mnits"}, "mnits"},
        BadUsage{{"search", "extra"}, "unexpected argument \"extra\""},
        BadUsage{{"compare"}, "found neither a study nor --network"},
        BadUsage{{"train"}, "--network: not given"},
        BadUsage{{"show", "s", "--network", "1,1,1,0"}, "found a study and --network"},
        BadUsage{{"show", "s", "--space", "post"}, "--space: found a study"},
        BadUsage{{"show", "--space", "posst"}, "unknown search space \"posst\""},
        BadUsage{{"show", "--space", "nb201@cells=0"},
                 "column 7: found \"cells=0\", expected cells=N, a whole number"},
        BadUsage{{"show", "--space", "post+luck"},
                 "found the hyperparameter \"luck\", known: learning_rate"},
        BadUsage{{"search", "--space", "no/such.toml"},
                 "no/such.toml: cannot be read as a search space"},
        BadUsage{{"search", "--strategy", "random", "--compare"}, "--compare"},
        BadUsage{{"search", "--max-seconds", "5"}, "--nondeterministic"}));

INSTANTIATE_TEST_SUITE_P(
    Flags, BadUsageTest,
    ::testing::Values(
        BadUsage{{"search", "--trails", "5"}, "unknown flag \"--trails\", the nearest is --trials"},
        BadUsage{{"search", "--frobnicate=5"}, "unknown flag \"--frobnicate\""},
        BadUsage{{"search", "-x"}, "unknown flag \"-x\", `netsmith search --help`"},
        BadUsage{{"search", "--trials"}, "netsmith search: --trials: found no value"},
        BadUsage{{"compare", "a", "b"}, "netsmith compare: STUDY: found more than one"},
        BadUsage{{"search", "--json=maybe"}, "--json: found \"maybe\", expected true or false"},
        BadUsage{{"search", "--study", "a\x1b[2J\nb"}, R"(--study: found "a\x1b[2J\x0ab")"},
        BadUsage{{"search", "--pruner", "hyperband"},
                 "--pruner: found \"hyperband\", expected one of none, halving, median"},
        BadUsage{{"search", "--pruner-factor", "1"},
                 "--pruner-factor: found \"1\", expected a whole number from 2 to 1000"},
        BadUsage{{"search", "--objectives", "accuracy,size"},
                 "--objectives: found \"accuracy,size\", expected accuracy and some of params"},
        BadUsage{{"search", "--objectives", "params"}, "--objectives: found \"params\", expected"},
        BadUsage{{"search", "--objectives", ""}, "--objectives: found \"\", expected a text"},
        BadUsage{{"search", "--objectives", "accuracy,macs,macs"}, "--objectives: found"},
        BadUsage{{"search", "--objectives", "accuracy,latency"},
                 "--objectives: the objective latency is measured and makes results depend on the "
                 "machine, expected --nondeterministic"},
        BadUsage{{"search", "--max-latency", "500"},
                 "--max-latency: a limit on latency is measured"},
        BadUsage{{"search", "--max-latency", "-1"}, "--max-latency: found \"-1\", expected"},
        BadUsage{{"search", "--pruner", "median", "--objectives", "accuracy,latency",
                  "--nondeterministic"},
                 "--pruner median: found the objective latency"},
        BadUsage{{"search", "--trials", "0"},
                 "--trials: found \"0\", expected a whole number from 1 to 10000000"},
        BadUsage{{"search", "--trials", "-5"}, "--trials: found \"-5\", expected a whole number"},
        BadUsage{{"search", "--trials=-5"}, "--trials: found \"-5\", expected a whole number"},
        BadUsage{{"search", "--trials", "many"}, "--trials: found \"many\", expected"},
        BadUsage{{"search", "--trials", "10x"}, "--trials: found \"10x\", expected"},
        BadUsage{{"search", "--trials", "1.5"}, "--trials: found \"1.5\", expected"},
        BadUsage{{"search", "--trials", "1e18"}, "--trials: found \"1e18\", expected"},
        BadUsage{{"search", "--trials", "1000000000000000000"}, "expected a whole number from 1"},
        BadUsage{{"search", "--trials", "99999999999999999999"}, "expected a whole number from 1"},
        BadUsage{{"search", "--trials", ""}, "--trials: found \"\", expected"},
        BadUsage{{"search", "--workers", "-1"}, "--workers: found \"-1\", expected"},
        BadUsage{{"search", "--batch", "0"}, "--batch: found \"0\", expected"},
        BadUsage{{"search", "--seed", "-1"}, "--seed: found \"-1\", expected"},
        BadUsage{{"search", "--learning-rate", "0"}, "expected a number above 0 and up to 10"},
        BadUsage{{"search", "--learning-rate", "nan"}, "--learning-rate: found \"nan\""},
        BadUsage{{"search", "--learning-rate", "inf"}, "--learning-rate: found \"inf\""},
        BadUsage{{"search", "--exploration", "1.01"}, "expected a number from 0 to 1"},
        BadUsage{{"search", "--first-state", "1,,2"}, "--first-state \"1,,2\", column 3: found"},
        BadUsage{{"search", "--max-layers", "65"}, "--max-layers: found \"65\", expected"},
        BadUsage{{"search", "--space", "nope"},
                 "unknown search space \"nope\", known: chain, conv1d, conv2d, mobile, nasnet, "
                 "nb201, post"},
        BadUsage{{"search", "--cell", "lsmt"},
                 "--cell: found \"lsmt\", expected one of nas, lstm, gru, rnn"},
        BadUsage{{"search", "--strategy", "luck"}, "--strategy: found \"luck\", expected one of"},
        BadUsage{{"search", "--policy", "x"}, "expected one of auto, sequence, independent, state"},
        BadUsage{{"search", "--reward-split", "train"}, "expected one of validation, test"},
        BadUsage{{"search", "--log-level", "loud"}, "expected one of debug, info, warning, error"},
        BadUsage{{"search", "--data", "no-such-set"}, "no-such-set"},
        BadUsage{{"compare", "--network", "1,1,1,0", "--learning-rates", "1e-3,x"},
                 "--learning-rates \"1e-3,x\", column 6: found \"x\""}));

INSTANTIATE_TEST_SUITE_P(
    Networks, BadUsageTest,
    ::testing::Values(
        BadUsage{{"show", "--network", "5,32,2"}, "column 7: found the end, expected ','"},
        BadUsage{{"show", "--network", "5,32,2,0;x"}, "column 10: found \"x\""},
        BadUsage{{"show", "--network", "0,32,2,0"}, "column 1: found \"0\", expected the kernel"},
        BadUsage{{"show", "--network", "-3,32,2,0"}, "column 1: found \"-3\", expected the kernel"},
        BadUsage{{"show", "--network", "5,0,2,0"}, "column 3: found \"0\", expected the number of"},
        BadUsage{{"show", "--network", "5,4,0,0"}, "column 5: found \"0\", expected the pool"},
        BadUsage{{"show", "--network", "5,4,1,100"}, "column 7: found \"100\", expected the drop"},
        BadUsage{{"show", "--network", "pots:1,2"},
                 "unknown search space \"pots\", known: chain, conv1d, conv2d, mobile, nasnet, "
                 "nb201, post"},
        BadUsage{{"show", "--network", "post:1,2"}, "found 2 option indices"},
        BadUsage{{"show", "--network", "@/no/such.json"}, "/no/such.json"},
        BadUsage{{"show", "--network", "5,1000000,2,0;5,1000000,2,0"}, "layer2.conv"},
        BadUsage{{"show", "--network", "5,4,1,0", "--input", "28x28"}, "--input: found \"28x28\""},
        BadUsage{{"show", "--network", "5,4,1,0", "--input", "28x28x1x1"}, "--input: found"},
        BadUsage{{"show", "--network", "5,4,1,0", "--input", "0x28x1"}, "--input: found"},
        BadUsage{{"show", "--network", "5,4,1,0", "--classes", "-1"}, "--classes: found \"-1\""}));

using BadDataTest = ProgramTest;

TEST_F(BadDataTest, EachDamageEndsWithOneLineAndExitCodeThree) {
  const std::filesystem::path images = folder_.path() / "data" / "train-images-idx3-ubyte";
  const std::filesystem::path labels = folder_.path() / "data" / "train-labels-idx1-ubyte";
  const auto expect_error = [&](const std::string& place, const std::string& what) {
    const ProcessResult result =
        Netsmith({"train", "--data", data(), "--network", "3,4,1,0", "--epochs", "1"});
    EXPECT_EQ(result.exit_code, 3) << what;
    EXPECT_THAT(ErrorLine(result), HasSubstr(place)) << what;
    WriteQuadrants(folder_.path() / "data");
  };
  std::filesystem::resize_file(images, 1000);
  expect_error("train-images-idx3-ubyte", "truncated");
  std::filesystem::resize_file(images, 0);
  expect_error("train-images-idx3-ubyte", "empty");
  std::filesystem::copy_file(labels, images, std::filesystem::copy_options::overwrite_existing);
  expect_error("train-images-idx3-ubyte", "swapped");
  std::filesystem::remove(images);
  expect_error("train-images-idx3-ubyte", "missing");
  std::fstream(images, std::ios::in | std::ios::out | std::ios::binary).write("\x7f", 1);
  expect_error("train-images-idx3-ubyte", "wrong magic");
}

TEST_F(BadDataTest, FolderOfTheUserWithOtherFilesThanTheNamedSetIsRefused) {
  const ProcessResult result = Netsmith(
      {"search", "--data", "mnist", "--data-dir", data(), "--store", store(), "--trials", "1"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(ErrorLine(result), HasSubstr("train-images-idx3-ubyte"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "study.db"));
}

TEST_F(BadDataTest, PathWithoutADataSetIsRefused) {
  const ProcessResult result =
      Netsmith({"train", "--data", folder_.path().string(), "--network", "3,4,1,0"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(ErrorLine(result), HasSubstr(folder_.path().string()));
}

using OutputTest = ProgramTest;

TEST_F(OutputTest, AFileBeyondTheLimitOfItsSizeIsAnError) {
  const ProcessResult result = RunProcess(
      {"/bin/sh", "-c", "ulimit -f 1; exec \"$0\" search --help > help", NETSMITH_PROGRAM},
      {.folder = folder_.path()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(ErrorLine(result), HasSubstr("standard output: File too large"));
}

TEST_F(OutputTest, FullDiskUnderStandardOutputIsAnErrorOfItsOwn) {
  NETSMITH_REQUIRE(std::filesystem::exists("/dev/full"), "/dev/full");
  const ProcessResult result =
      RunProcess({"/bin/sh", "-c", "exec \"$0\" --help > /dev/full", NETSMITH_PROGRAM});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(ErrorLine(result), "standard output: No space left on device");
}

TEST_F(OutputTest, ReaderThatHasGoneIsNoError) {
  // The reader ends before anything is written.
  const ProcessResult result = RunProcess(
      {"/bin/bash", "-c", "(sleep 0.3; \"$0\" --help; echo \"code $?\" >&2) | true; wait",
       NETSMITH_PROGRAM});
  EXPECT_EQ(result.err, "code 0\n");
}

}  // namespace
}  // namespace netsmith::testing
