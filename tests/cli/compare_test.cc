#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "tests/cli/training_program.h"
#include "tests/support/processes.h"
#include "tests/support/raw_database.h"

namespace netsmith::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class CompareCommandTest : public TrainingProgramTest {};

/// Of a comparison, without the times, whose sum depends on the order.
json Figures(json comparison) {
  for (json& network : comparison.at("networks")) network.erase("seconds");
  return comparison;
}

TEST_F(CompareCommandTest, TheFoundNetworkIsTheFinalistThatIsBestOnValidation) {
  const auto search = CompareOptions(SearchArguments({"--compare"}), "3");
  const json comparison = Run(search).at("comparison");
  const json& networks = comparison.at("networks");
  ASSERT_EQ(networks.size(), 4u);
  const double found = networks[0].at("validation_accuracy")[0];
  EXPECT_EQ(networks[0].at("role"), "found");
  for (int i : {1, 2}) {
    EXPECT_EQ(networks[i].at("role"), "finalist");
    EXPECT_LE(networks[i].at("validation_accuracy")[0], found);
    EXPECT_TRUE(networks[i].at("reward").is_number());
  }
  EXPECT_EQ(networks[3].at("role"), "hand-made");
  EXPECT_TRUE(comparison.at("reward_correlation").is_number());
}

TEST_F(CompareCommandTest, TheHandMadeNetworkIsOfTheStudysKind) {
  const auto hand_made = [&](const char* space) {
    auto search = CompareOptions(SearchArguments({"--compare", "--space", space, "--study", space,
                                                  "--max-params", "20000", "--trials", "2"}));
    std::erase(search, "--hand-made");
    std::erase(search, "3,2,1,0");
    return Run(search).at("comparison").at("networks").back().at("network").get<std::string>();
  };
  EXPECT_EQ(hand_made("post"), "5,32,2,0;5,64,2,0");
  EXPECT_THAT(hand_made("conv2d"), ::testing::StartsWith("conv2d:"));
}

TEST_F(CompareCommandTest, WhereOneSplitHasTooFewSamplesFoldsChooseAndAllSamplesTrain) {
  const std::string out = (folder_.path() / "m").string();
  const auto search =
      CompareOptions(SearchArguments({"--compare", "--out", out, "--resume"}), "2", "0");
  const json first = Run(search);
  EXPECT_THAT(errors_,
              HasSubstr("21 full trainings of 3 networks"));  // 3 x (2 rates + 4 folds + 1)
  EXPECT_THAT(errors_, HasSubstr("fold 5 of 5: validation accuracy "));
  EXPECT_THAT(errors_, HasSubstr("full training 21 of 21: "));
  const json& comparison = first.at("comparison");
  EXPECT_EQ(comparison.at("folds"), 5);
  const auto mean = [&](std::size_t network) {
    const std::vector<double> folds = comparison.at("networks")[network].at("validation_accuracy");
    EXPECT_EQ(folds.size(), 5u);
    return std::accumulate(folds.begin(), folds.end(), 0.0) / 5;
  };
  EXPECT_GE(mean(0), mean(1));
  EXPECT_EQ(comparison.at("networks")[0].at("test_accuracy").size(), 1u);
  EXPECT_EQ(first.at("model").at("validation_accuracy"), mean(0));

  // The weights of a training that was done before are those of all samples again.
  std::filesystem::remove(out + "/model.netsmith");
  const json again = Run(search);
  EXPECT_EQ(Figures(again.at("comparison")), Figures(comparison));
  EXPECT_EQ(again.at("model"), first.at("model"));
}

TEST_F(CompareCommandTest, TheEnsembleOfTheFinalistsIsMeasuredAndIsTheModel) {
  const auto search = [&](const char* folds, std::vector<std::string> more) {
    more.insert(more.end(), {"--compare", "--ensemble", "--seeds", "2"});
    return CompareOptions(SearchArguments(more), "3", folds);
  };
  for (const char* folds : {"1", "5"}) {
    const std::string out = (folder_.path() / folds).string();
    const json first = Run(search(folds, {"--resume", "--out", out}));
    const json& networks = first.at("comparison").at("networks");
    ASSERT_EQ(networks.size(), 5u);
    EXPECT_EQ(networks[0].at("role"), "found");
    const json& ensemble = networks[3];
    EXPECT_EQ(ensemble.at("role"), "ensemble");
    std::int64_t params = 0;
    for (int i : {0, 1, 2}) {
      params += networks[i].at("params").get<std::int64_t>();
      EXPECT_THAT(ensemble.at("members"), ::testing::Contains(networks[i].at("network")));
    }
    EXPECT_EQ(ensemble.at("params"), params);
    EXPECT_TRUE(ensemble.at("learning_rate").is_null());
    EXPECT_EQ(ensemble.at("validation_accuracy").size(), std::string(folds) == "5" ? 5u : 2u);
    EXPECT_EQ(ensemble.at("test_accuracy").size(), 2u);

    // The model is the ensemble, and does as it was measured.
    const json& model = first.at("model");
    const json measured = Run({"evaluate", out + "/model.netsmith", "--json"});
    EXPECT_EQ(measured.at("accuracy"), model.at("test_accuracy"));
    EXPECT_THAT(ensemble.at("test_accuracy"),
                ::testing::Contains(model.at("test_accuracy").get<double>()));

    // Random search has no finalists, and the command that repeats it no ensemble.
    const std::string report = (folder_.path() / "random.html").string();
    Run({"report", "s-random", "--store", store(), "--out", report, "--json"});
    EXPECT_THAT(ReadFile(report), HasSubstr("--strategy=random"));
    EXPECT_THAT(ReadFile(report), ::testing::Not(HasSubstr("--ensemble")));

    // Nothing is trained again, also where a model is wanted.
    const json again = Run(search(folds, {"--resume", "--out", out}));
    EXPECT_EQ(Figures(again.at("comparison")), Figures(first.at("comparison")));
    EXPECT_EQ(again.at("model"), model);
    EXPECT_THAT(errors_, HasSubstr("full trainings done before"));
    EXPECT_THAT(errors_, ::testing::Not(HasSubstr("full training 1 of")));
  }
}

/// One member's trainings are made diverged ones in what is kept of them.
TEST_F(CompareCommandTest, WithoutAnEnsembleOfAnySeedTheModelIsTheFoundNetwork) {
  const std::string out = (folder_.path() / "m").string();
  const auto search = CompareOptions(
      SearchArguments({"--compare", "--ensemble", "--seeds", "2", "--resume", "--out", out}), "3");
  const auto ensemble_of = [](const json& result) {
    return result.at("comparison").at("networks").at(3);
  };
  const auto accuracy_of_model = [&] {
    return Run({"evaluate", out + "/model.netsmith", "--json"}).at("accuracy");
  };
  const json whole = Run(search);
  ASSERT_EQ(ensemble_of(whole).at("role"), "ensemble");

  RawDatabase database((folder_.path() / "study.db").string());
  const std::string of = "json_extract(value_json, '$.of')";
  const std::string with_weights =
      " WHERE key LIKE 'full_training:%' AND json_extract(value_json, '$.result.weights') NOT NULL";
  const std::string member =
      database
          .Run("SELECT min(substr(" + of + ", 1, 72)) FROM study_user_attributes" + with_weights)
          .front();
  const auto diverge = [&](const std::string& seed) {
    database.Run(
        "UPDATE study_user_attributes SET value_json = json_set(value_json, '$.result', "
        "json('{\"diverged\": true, \"seconds\": 1}'))" +
        with_weights + " AND " + of + " LIKE '" + member + "%seed " + seed + " by %'");
  };
  diverge("4");
  const json one = Run(search);
  EXPECT_THAT(errors_, HasSubstr("the ensemble: a training of one of its members diverged"));
  EXPECT_EQ(ensemble_of(one).at("test_accuracy")[0], ensemble_of(whole).at("test_accuracy")[0]);
  EXPECT_TRUE(ensemble_of(one).at("test_accuracy")[1].is_null());
  EXPECT_EQ(one.at("model").at("seed"), 3);
  EXPECT_EQ(accuracy_of_model(), ensemble_of(one).at("test_accuracy")[0]);

  diverge("3");
  const json none = Run(search);
  const json& found = none.at("comparison").at("networks").at(0);
  EXPECT_THAT(found.at("test_accuracy"), ::testing::Contains(accuracy_of_model()));
  EXPECT_EQ(ReadFile(out + "/model.netsmith").find("the mean of the logits"), std::string::npos);
}

TEST_F(CompareCommandTest, WeightsThatAreNotTheNetworksAreTrainedAgain) {
  const auto compare =
      CompareOptions(SearchArguments({"--compare", "--ensemble", "--resume"}), "3");
  const json first = Run(compare);
  RawDatabase((folder_.path() / "study.db").string())
      .Run(
          "UPDATE study_user_attributes SET value_json = json_set(value_json, '$.result.weights', "
          "substr(json_extract(value_json, '$.result.weights'), 9)) "
          "WHERE key LIKE 'full_training:%' "
          "AND json_extract(value_json, '$.result.weights') NOT NULL");
  const json again = Run(compare);
  EXPECT_EQ(Figures(again.at("comparison")), Figures(first.at("comparison")));
  EXPECT_THAT(errors_, HasSubstr("full training 11 of 11: "));
}

TEST_F(CompareCommandTest, FiguresThatNoTrainingHasAreTrainedAgain) {
  const auto compare = CompareOptions(SearchArguments({"--compare", "--resume"}));
  const json first = Run(compare);
  for (const char* change :
       {"'$.result.accuracy', 5", "'$.result.accuracy', -1", "'$.result.test_accuracy', 1e308",
        "'$.result.loss', -1", "'$.result.seconds', -1", "'$.result.seconds', 'long'",
        "'$.result', null"}) {
    RawDatabase((folder_.path() / "study.db").string())
        .Run(std::string("UPDATE study_user_attributes SET value_json = json_set(value_json, ") +
             change + ") WHERE key LIKE 'full_training:%'");
    EXPECT_EQ(Figures(Run(compare).at("comparison")), Figures(first.at("comparison"))) << change;
  }
}

TEST_F(CompareCommandTest, AnEnsembleAfterAComparisonTrainsOnlyWhatWasChosen) {
  const auto plain = CompareOptions(SearchArguments({"--compare", "--resume"}), "2");
  Run(plain);
  auto with_ensemble = plain;
  with_ensemble.emplace_back("--ensemble");
  const json result = Run(with_ensemble);
  // Two of the finalists' four, whose weights it needs, are trained once more.
  EXPECT_THAT(errors_, HasSubstr("6 full trainings done before"));
  EXPECT_THAT(errors_, HasSubstr("full training 8 of 8: "));
  EXPECT_THAT(errors_, ::testing::Not(HasSubstr("full training 6 of ")));
}

TEST_F(CompareCommandTest, AComparisonWithoutAnEnsembleLeavesTheWeightsOfOneBeforeIt) {
  const auto plain = CompareOptions(SearchArguments({"--compare", "--resume"}), "3");
  auto with_ensemble = plain;
  with_ensemble.emplace_back("--ensemble");
  const json first = Run(with_ensemble);
  // As when it was killed before it had measured them: so the next one keeps them anew.
  RawDatabase((folder_.path() / "study.db").string())
      .Run(
          "UPDATE study_user_attributes SET value_json = json_remove(value_json, "
          "'$.result.test_accuracy') WHERE key LIKE 'full_training:%'");
  Run(plain);
  const json again = Run(with_ensemble);
  EXPECT_EQ(Figures(again.at("comparison")), Figures(first.at("comparison")));
  EXPECT_THAT(errors_, HasSubstr("8 full trainings done before"));
}

TEST_F(CompareCommandTest, AnEnsembleThatCannotBeIsSaidBeforeTheWork) {
  const ProcessResult alone = Netsmith(SearchArguments({"--ensemble"}));
  EXPECT_EQ(alone.exit_code, 2);
  EXPECT_THAT(ErrorLine(alone), HasSubstr("--ensemble: found neither --compare nor --out"));
  const ProcessResult compare =
      Netsmith({"compare", "--data", data(), "--network", "3,4,2,0", "--ensemble"});
  EXPECT_EQ(compare.exit_code, 2);
  EXPECT_THAT(ErrorLine(compare), HasSubstr("--ensemble: found no study"));
  Run(CompareOptions(SearchArguments({"--compare", "--ensemble"}), "1"));
  EXPECT_THAT(errors_, HasSubstr("found 1 finalist, expected 2 or more"));
}

TEST_F(CompareCommandTest, MoreFoldsThanSamplesAreAnErrorBeforeTheSearch) {
  const auto search = CompareOptions(SearchArguments({"--compare"}), "1", "241");
  const ProcessResult result = Netsmith(search);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(ErrorLine(result), HasSubstr("found 240 records, expected at least 241 to divide"));
  EXPECT_THAT(result.err, ::testing::Not(HasSubstr("trials of")));
}

TEST_F(CompareCommandTest, SearchWithOutTrainsItsBestNetworkAndWritesIt) {
  const std::string out = (folder_.path() / "m").string();
  const auto search = CompareOptions(SearchArguments({"--out", out, "--resume"}));
  const json first = Run(search);
  EXPECT_FALSE(first.contains("comparison"));
  EXPECT_EQ(first.at("model").at("file"), out + "/model.netsmith");
  const std::string bytes = ReadFile(out + "/model.netsmith");
  EXPECT_THAT(bytes, HasSubstr(first.at("best").at("network").get<std::string>()));

  // What is kept with the study is its accuracies: the weights come from the same training again.
  std::filesystem::remove(out + "/model.netsmith");
  EXPECT_EQ(Run(search).at("model"), first.at("model"));
  EXPECT_THAT(errors_, HasSubstr("trained again for its weights"));

  // That was kept, weights and all.
  std::filesystem::remove(out + "/model.netsmith");
  EXPECT_EQ(Run(search).at("model"), first.at("model"));
  EXPECT_THAT(errors_, ::testing::Not(HasSubstr("trained again for its weights")));
  EXPECT_EQ(ReadFile(out + "/model.netsmith"), bytes);
}

TEST_F(CompareCommandTest, AFullTrainingOfFewerUpdatesThanAChildsIsWarnedOf) {
  const auto with = [](std::vector<std::string> arguments, const char* epochs) {
    arguments.insert(arguments.end(), {"--folds", "1", "--finalists", "1", "--learning-rates",
                                       "0.01", "--mb", "1000", "--epochs", epochs, "--json"});
    return arguments;
  };
  const std::string warning =
      "a full training makes 4 updates, fewer than the 5 of a child's training in the search; "
      "--epochs 5, or a smaller --mb, makes as many\n";
  Run(with(SearchArguments({"--out", (folder_.path() / "m").string()}), "4"));
  EXPECT_THAT(errors_, HasSubstr(warning));
  EXPECT_LT(errors_.find(warning), errors_.find("s [1/6]")) << "before the work";
  Run(with({"compare", "s", "--store", store()}, "4"));
  EXPECT_THAT(errors_, HasSubstr(warning));
  Run(with({"compare", "s", "--store", store()}, "5"));
  EXPECT_THAT(errors_, ::testing::Not(HasSubstr("updates")));
  Run(with({"compare", "--data", data(), "--network", "3,4,2,0"}, "1"));
  EXPECT_THAT(errors_, ::testing::Not(HasSubstr("update"))) << "there is no search";
}

TEST_F(CompareCommandTest, CompareTrainsEveryNetworkAtItsBestRate) {
  const json result = Run(CompareOptions(
      {"compare", "--data", data(), "--network", "3,4,2,0", "--network", "5,2,1,0"}));
  ASSERT_EQ(result.at("networks").size(), 3u);
  EXPECT_EQ(result.at("networks")[0].at("role"), "given");
  EXPECT_EQ(result.at("networks")[1].at("network"), "5,2,1,0");
  EXPECT_EQ(result.at("networks")[2].at("role"), "hand-made");
  for (const json& network : result.at("networks")) {
    const double rate = network.at("learning_rate");
    EXPECT_TRUE(rate == 0.003 || rate == 0.01) << rate;
    EXPECT_EQ(network.at("test_accuracy").size(), 1u);
  }
}

TEST_F(CompareCommandTest, CompareAfterASearchSetsItBesideRandomSearchAndKeepsTheTrainings) {
  const auto search = CompareOptions(SearchArguments({"--compare", "--resume"}));
  const json first = Run(search);
  EXPECT_THAT(errors_, HasSubstr("full trainings of 2 networks"));
  const json& comparison = first.at("comparison");
  EXPECT_EQ(comparison.at("networks")[0].at("role"), "found");
  EXPECT_EQ(comparison.at("networks")[0].at("network"), first.at("best").at("network"));
  EXPECT_THAT(comparison.at("verdict"), HasSubstr("errors on the test set"));
  const json& random = comparison.at("random");
  EXPECT_EQ(random.at("trials"), 6);
  EXPECT_EQ(random.at("random_trials"), 6);
  EXPECT_NEAR(
      random.at("best_difference").at("value"),
      random.at("best_reward").get<double>() - random.at("random_best_reward").get<double>(),
      1e-12);
  EXPECT_THAT(random.at("verdict"), HasSubstr("random"));

  const json again = Run(search);
  EXPECT_EQ(Figures(again.at("comparison")), Figures(comparison));
  EXPECT_THAT(errors_, HasSubstr("done before"));

  // Another comparison in between makes nothing forgotten.
  Run(CompareOptions({"compare", "s", "--store", store(), "--seed", "3", "--network", "3,3,1,0"}));
  EXPECT_THAT(errors_, HasSubstr("4 full trainings done before"));
  const json by_itself = Run(CompareOptions({"compare", "s", "--store", store(), "--seed", "3"}));
  EXPECT_EQ(Figures(by_itself), Figures(comparison));
}

TEST_F(CompareCommandTest, AnotherComparisonKeepsWhatTheOneBeforeItFound) {
  Run(CompareOptions(SearchArguments({"--compare"})));
  const auto compare = [&](const char* seed) {
    return Run(CompareOptions({"compare", "s", "--store", store(), "--seed", seed}));
  };
  const auto show = [&] { return Run({"show", "s", "--store", store(), "--json"}); };
  const json first = show().at("found");
  compare("3");
  EXPECT_THAT(errors_, ::testing::Not(HasSubstr("is kept as"))) << "the same again";
  compare("4");
  EXPECT_THAT(errors_, HasSubstr("its comparison of before is kept as netsmith:comparison.1"));
  const json second = show().at("found");
  EXPECT_NE(second, first);
  EXPECT_EQ(show().at("found_before"), json::array({first}));
  EXPECT_THAT(Netsmith({"show", "s", "--store", store()}).out,
              HasSubstr("found (in an earlier comparison): "));

  compare("3");
  EXPECT_THAT(errors_, HasSubstr("is kept as netsmith:comparison.2"));
  EXPECT_EQ(show().at("found"), first);
  EXPECT_EQ(show().at("found_before"), json::array({second}));
  compare("4");
  EXPECT_THAT(errors_, ::testing::Not(HasSubstr("is kept as"))) << "both are";
  EXPECT_EQ(show().at("found_before"), json::array({first}));
}

}  // namespace
}  // namespace netsmith::testing
