#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli/training_program.h"
#include "tests/support/processes.h"

namespace netsmith::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class TrainingTest : public TrainingProgramTest {
 protected:
  std::vector<std::string> Train(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {
        "train", "--data",  data(), "--network", "3,4,2,5", "--epochs",        "3",    "--mb",
        "20",    "--seeds", "3",    "--seed",    "5",       "--learning-rate", "0.01", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
};

TEST_F(TrainingTest, TheRecipeChangesTheTrainingAndIsSaid) {
  // Hardly trained, so that the accuracies differ.
  const auto train = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--learning-rate", "3e-4"});
    return Run(Train(more));
  };
  const json classic = train({});
  EXPECT_EQ(classic.at("recipe"), "");
  const json strong = train({"--recipe", "strong", "--ema", "0.9", "--augment", "shift:0.1"});
  EXPECT_EQ(strong.at("recipe"),
            "adamw, weight decay 0.05, one-cycle, ema 0.9, clip norm 5, label smoothing 0.1, "
            "augment shift:0.1");
  EXPECT_THAT(errors_, HasSubstr("; adamw, weight decay 0.05"));
  EXPECT_NE(strong.at("validation_accuracy"), classic.at("validation_accuracy"));
  const json threads =
      train({"--recipe", "strong", "--ema", "0.9", "--augment", "shift:0.1", "--threads", "1"});
  EXPECT_EQ(threads.at("test_accuracy"), strong.at("test_accuracy"));
}

TEST_F(TrainingTest, WhatAGenomeDecidedHoldsForTheFullTrainingToo) {
  const auto train = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--learning-rate", "3e-4"});
    return Run(Train(more));
  };
  const json decided = train({"--network", "post+label_smoothing:2,1,1,0,3"});
  EXPECT_EQ(decided.at("recipe"), "label smoothing 0.2");
  const json asked = train({"--network", "post:2,1,1,0", "--label-smoothing", "0.2"});
  EXPECT_EQ(decided.at("validation_accuracy"), asked.at("validation_accuracy"));
  const json compared = Run(
      CompareOptions({"compare", "--data", data(), "--network", "post+label_smoothing:2,1,1,0,3",
                      "--network", "post:2,1,1,0", "--network", "post+label_smoothing:2,1,1,0,0"}));
  const json& networks = compared.at("networks");
  EXPECT_EQ(networks[1].at("validation_accuracy"), networks[2].at("validation_accuracy"));
  EXPECT_EQ(networks[1].at("params"), networks[0].at("params"));
}

TEST_F(TrainingTest, AWrongRecipeIsAnErrorBeforeTheDataIsLoaded) {
  const auto error_of = [&](const std::vector<std::string>& more) {
    const ProcessResult result = Netsmith(Train(more));
    EXPECT_EQ(result.exit_code, 2);
    return result.err;
  };
  EXPECT_THAT(error_of({"--optimizer", "lion"}), HasSubstr("adam, adamw, rmsprop, sgd"));
  EXPECT_THAT(error_of({"--optimizer", "sgd", "--momentum", "0", "--nesterov"}),
              HasSubstr("training: momentum is 0, expected more than 0 beside nesterov"));
  EXPECT_THAT(error_of({"--augment", "shift,warp"}),
              HasSubstr("training: augment, column 7: found 'warp', expected one of"));
  EXPECT_THAT(error_of({"--ema", "1"}), HasSubstr("--ema"));
}

TEST_F(TrainingTest, TrainPrintsTheAccuracyOfEverySeed) {
  const json result = Run(Train({}));
  const std::vector<double> accuracy = result.at("test_accuracy");
  ASSERT_EQ(accuracy.size(), 3u);
  double sum = 0;
  for (const double value : accuracy) {
    EXPECT_GT(value, 0.5);  // chance is 0.25; the quadrants are easy
    sum += value;
  }
  EXPECT_NEAR(result.at("mean"), sum / 3, 1e-12);
  EXPECT_TRUE(result.at("sd").is_number());
  EXPECT_EQ(result.at("params"), (3 + 1) * 4 + (64 * 4 + 1) * 4);
  EXPECT_EQ(result.at("macs"), 64 * 3 * 4 + 64 * 4 * 4);
  EXPECT_GT(result.at("seconds"), 0);
}

TEST_F(TrainingTest, SmallDataAreSeenInMoreEpochs) {
  const json result =
      Run({"train", "--data", data(), "--network", "1,1,8,0", "--mb", "180", "--json"});
  EXPECT_EQ(result.at("epochs"), 223);  // 40,000 samples of 180
}

TEST_F(TrainingTest, ThreadsDoNotChangeTheResult) {
  const json one = Run(Train({"--threads", "1"}));
  const json two = Run(Train({"--threads", "2"}));
  EXPECT_EQ(one.at("test_accuracy"), two.at("test_accuracy"));
  EXPECT_EQ(one.at("validation_accuracy"), two.at("validation_accuracy"));
}

TEST_F(TrainingTest, SeedsOfOneRunEqualRunsOfOneSeed) {
  const json three = Run(Train({}));
  const json last = Run(Train({"--seeds", "1", "--seed", "7"}));
  EXPECT_EQ(three.at("test_accuracy").at(2), last.at("test_accuracy").at(0));
}

TEST_F(TrainingTest, OutWritesTheSeedThatIsBestOnValidationAsOneFile) {
  const std::filesystem::path out = folder_.path() / "new" / "model";
  const json result = Run(Train({"--out", out.string()}));
  const auto& accuracies = result.at("validation_accuracy");
  const auto best = std::ranges::max_element(accuracies) - accuracies.begin();
  const json& model = result.at("model");
  EXPECT_EQ(model.at("file"), (out / "model.netsmith").string());
  EXPECT_EQ(model.at("seed"), result.at("seed").get<int>() + best);
  EXPECT_EQ(model.at("test_accuracy"), result.at("test_accuracy").at(best));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(out), {}), 1);

  // The same training by itself, on other threads, writes the same bytes.
  const std::filesystem::path again = folder_.path() / "again";
  Run(Train({"--seeds", "1", "--seed", std::to_string(model.at("seed").get<int>()), "--threads",
             "2", "--out", again.string()}));
  EXPECT_EQ(ReadFile(again / "model.netsmith"), ReadFile(out / "model.netsmith"));
}

TEST_F(TrainingTest, OutKeepsAnotherModelThatIsThere) {
  const std::filesystem::path out = folder_.path() / "m", model = out / "model.netsmith",
                              first = out / "model.1.netsmith", second = out / "model.2.netsmith";
  const auto train = [&](const char* network) {
    Run(Train({"--seeds", "1", "--network", network, "--out", out.string()}));
    return ReadFile(model);
  };
  const std::string a = train("3,4,2,0");
  EXPECT_EQ(train("3,4,2,0"), a);
  EXPECT_FALSE(std::filesystem::exists(first)) << "the same again";
  const std::string b = train("3,2,1,0");
  EXPECT_THAT(errors_, HasSubstr("m/model.netsmith held 3,4,2,0: kept as "));
  EXPECT_EQ(ReadFile(first), a);
  EXPECT_EQ(train("3,4,2,0"), a);
  EXPECT_EQ(ReadFile(first), a);
  EXPECT_EQ(ReadFile(second), b);
  train("3,2,1,0");
  EXPECT_THAT(errors_, ::testing::Not(HasSubstr("kept as"))) << "both are";
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(out), {}), 3);

  Run(CompareOptions(SearchArguments({"--out", out.string()})));
  Run(CompareOptions(SearchArguments({"--out", out.string(), "--resume"})));
  EXPECT_THAT(errors_, ::testing::Not(HasSubstr("kept as")));
  std::ofstream(model) << "a note";
  train("3,2,1,0");
  EXPECT_THAT(errors_, HasSubstr("held something else: kept as "));
  EXPECT_EQ(ReadFile(out / "model.3.netsmith"), "a note");
}

TEST_F(TrainingTest, OutThatCannotBeAFolderIsSaidBeforeTheTraining) {
  const ProcessResult result = Netsmith(Train({"--out", data() + "/train-images-idx3-ubyte"}));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(ErrorLine(result), HasSubstr("--out: "));
  EXPECT_THAT(result.err, ::testing::Not(HasSubstr("training")));
}

}  // namespace
}  // namespace netsmith::testing
