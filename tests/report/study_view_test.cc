#include "netsmith/report/study_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "netsmith/report/page.h"
#include "netsmith/report/search_record.h"
#include "tests/support/trials.h"

namespace netsmith::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

SearchRecord ExampleRecord() {
  return {.arguments = {"--data=my data", "--seed=3"},
          .strategy = {"--strategy=random"},
          .version = "0.1.0",
          .shape = {28, 28, 1},
          .num_classes = 10,
          .num_train = 55'000,
          .num_validation = 5'000,
          .num_trials = 24};
}

StudyView ExampleView(const std::string& name = "s") {
  StudyView view{.spec = testing::ExampleSpec(name),
                 .store_url = "sqlite:///x.db",
                 .trials = {},
                 .record = ExampleRecord(),
                 .learning = {},
                 .comparison = std::nullopt,
                 .random_trials = {}};
  for (std::int64_t number = 0; number < 20; ++number) {
    view.trials.push_back(
        testing::Finished(testing::RunningTrial(number), testing::CompleteEvaluation(number)));
  }
  view.learning = ProposalShares(view.spec.decisions, view.trials);
  return view;
}

TEST(SearchRecordTest, IsReadBackAndQuotedForAShell) {
  EXPECT_EQ(SearchRecordFromJson(ToJson(ExampleRecord())), ExampleRecord());
}

TEST(SearchRecordTest, TheCommandIsQuotedForAShellAndNamesTheTrialsThereAre) {
  SearchRecord record = ExampleRecord();
  record.arguments.insert(record.arguments.end(), {"--trials=50", "--store=sqlite:///a.db"});
  EXPECT_EQ(RepeatCommand(record, 20, /*compare=*/false),
            "netsmith search '--data=my data' --seed=3 --trials=20");
  EXPECT_EQ(RepeatCommand(record, 20, /*compare=*/true),
            "netsmith search '--data=my data' --seed=3 --trials=20 --compare");
  EXPECT_EQ(ResumeCommand(record, "sqlite:////x y/b.db"),
            "netsmith search '--data=my data' --seed=3 --trials=24 '--store=sqlite:////x y/b.db' "
            "--resume");
}

TEST(SearchRecordTest, OnlyTheCommandThatGoesOnMakesTheComparisonAndTheModel) {
  SearchRecord record = ExampleRecord();
  record.arguments.insert(record.arguments.end(), {"--compare", "--out=/models/a"});
  EXPECT_THAT(ResumeCommand(record, "sqlite:////b.db"),
              HasSubstr(" --compare --out=/models/a --trials=24 "));
  EXPECT_EQ(RepeatCommand(record, 20, /*compare=*/false),
            "netsmith search '--data=my data' --seed=3 --trials=20");
  EXPECT_EQ(RepeatCommand(record, 20, /*compare=*/true),
            "netsmith search '--data=my data' --seed=3 --trials=20 --compare");
}

TEST(SearchRecordTest, SamplesAreThoseThatAChildSees) {
  SearchRecord record = ExampleRecord();
  record.num_train = 360;
  record.num_validation = 120;
  EXPECT_EQ(SamplesText(record, R"({"child":{"folds":5,"samples":4000}})"),
            "480 samples to search with; each child trains on 384 of them and validates on the "
            "other 96, 5 times, each time on others");
  EXPECT_EQ(SamplesText(record, R"({"child":{"folds":7,"samples":100}})"),
            "480 samples to search with; each child trains on about 412 of them (100 an epoch) and "
            "validates on the other 68, 7 times, each time on others");
  EXPECT_EQ(SamplesText(record, R"({"child":{"samples":0}})"),
            "480 samples to search with; each child trains on 360 of them and validates on another "
            "120");
  EXPECT_EQ(SamplesText(record, R"({"child":{"reward_split":"test"}})"),
            "480 samples to search with; each child trains on 360 of them and is measured on the "
            "test set");
  EXPECT_EQ(SamplesText(record, R"({"evaluator":"x"})"),
            "480 samples to search with: 360 for training, 120 for validation");
}

TEST(SearchRecordTest, AnythingElseIsNoRecord) {
  const auto good = nlohmann::json::parse(ToJson(ExampleRecord()));
  for (const auto& [key, value] : good.items()) {
    auto bad = good;
    bad.erase(key);
    // The trials asked for were not kept by the first versions.
    EXPECT_EQ(SearchRecordFromJson(bad.dump()).has_value(), key == "trials") << "without " << key;
    bad[key] = {{"an", "object"}};
    EXPECT_FALSE(SearchRecordFromJson(bad.dump())) << "wrong " << key;
  }
  for (const char* shape : {"[28,28]", "[28,28,1,1]", "[0,28,1]", "[-1,1,1]", "[1e30,1,1]"}) {
    auto bad = good;
    bad["shape"] = nlohmann::json::parse(shape);
    EXPECT_FALSE(SearchRecordFromJson(bad.dump())) << shape;
  }
  for (const std::string text : {"", "null", "[]", "{", "{\"arguments\":[1]}"}) {
    EXPECT_FALSE(SearchRecordFromJson(text)) << text;
  }
  for (const char* key : {"train", "validation", "trials"}) {
    auto bad = good;
    bad[key] = -1;
    EXPECT_FALSE(SearchRecordFromJson(bad.dump())) << key;
  }
  EXPECT_FALSE(SearchRecordFromJson(std::string(100'000, '[')));
}

TEST(StudyViewTest, SeveralObjectivesHaveAFrontBesideRandomSearchs) {
  StudyView view = ExampleView();
  EXPECT_TRUE(nlohmann::json::parse(ViewJson(view)).at("front").is_null());
  view.spec.objectives = {study::Objective::kAccuracy, study::Objective::kParams};
  view.random_trials = {view.trials[3]};
  const auto front = nlohmann::json::parse(ViewJson(view)).at("front");
  EXPECT_EQ(front.at("objectives"), (std::vector<std::string>{"accuracy", "params"}));
  ASSERT_EQ(front.at("trials").size(), 1u) << "the first trial is smallest and best";
  EXPECT_EQ(front.at("trials")[0].at("number"), 0);
  EXPECT_EQ(front.at("trials")[0].at("values"), (std::vector<double>{0.5, 1000}));
  EXPECT_GT(front.at("hypervolume"), front.at("random_hypervolume"));
}

TEST(StudyViewTest, ColumnsHoldEveryTrialsFigures) {
  const StudyView view = ExampleView();
  const auto json = nlohmann::json::parse(ViewJson(view));
  const auto& trials = json.at("trials");
  ASSERT_EQ(trials.at("number").size(), view.trials.size());
  for (std::size_t i = 0; i < view.trials.size(); ++i) {
    EXPECT_EQ(trials.at("reward")[i], view.trials[i].evaluation.reward);
    EXPECT_EQ(trials.at("params")[i], view.trials[i].evaluation.params);
    EXPECT_EQ(trials.at("network")[i], view.trials[i].network);
  }
  EXPECT_EQ(trials.at("genome").size(), 20 * view.spec.decisions.size());
  EXPECT_EQ(json.at("learning").at("source"), "proposals");
}

TEST(StudyViewTest, LaterTrialsAlone) {
  const auto json = nlohmann::json::parse(ViewJson(ExampleView(), 17));
  EXPECT_EQ(json.at("first_trial"), 17);
  EXPECT_EQ(json.at("trials").at("number"), nlohmann::json({17, 18, 19}));
  EXPECT_EQ(json.at("states").at("complete"), 20);
}

TEST(StudyViewTest, AStudyOfFewerTrialsThanAskedForSaysHowToGoOn) {
  StudyView view = ExampleView();
  auto asked = nlohmann::json::parse(ViewJson(view)).at("asked");
  EXPECT_THAT(asked.at("command").get<std::string>(), HasSubstr(" --trials=20"));
  EXPECT_THAT(asked.at("resume").get<std::string>(), HasSubstr(" --trials=24 "));
  EXPECT_EQ(asked.at("samples"),
            "60,000 samples to search with: 55,000 for training, 5,000 for validation");
  view.activity.searching = true;
  EXPECT_FALSE(nlohmann::json::parse(ViewJson(view)).at("asked").contains("resume"));
  view.activity.searching = false;
  view.record->num_trials = 20;
  EXPECT_FALSE(nlohmann::json::parse(ViewJson(view)).at("asked").contains("resume"));
}

TEST(StudyViewTest, TrialsThatNobodyRunsAreUnfinished) {
  StudyView view = ExampleView();
  view.trials.push_back(testing::RunningTrial(20));
  view.trials.push_back(testing::RunningTrial(21));
  view.activity.running = {21};
  const auto json = nlohmann::json::parse(ViewJson(view));
  EXPECT_EQ(json.at("trials").at("state")[20], "unfinished");
  EXPECT_EQ(json.at("trials").at("state")[21], "running");
  EXPECT_EQ(json.at("states").at("unfinished"), 1);
}

TEST(StudyViewTest, TheFoundNetworkIsDrawnInsteadOfTheBestByReward) {
  StudyView view = ExampleView();
  view.trials[0].network = "3,4,1,0";  // of the best reward
  view.trials[1].network = "5,8,1,0";
  auto json = nlohmann::json::parse(ViewJson(view));
  EXPECT_TRUE(json.at("best").contains("svg"));
  view.comparison = R"({"networks":[{"role":"found","network":"5,8,1,0","reward":0.4,)"
                    R"("validation_accuracy":[0.9],"test_accuracy":[null]}]})";
  json = nlohmann::json::parse(ViewJson(view));
  EXPECT_FALSE(json.at("best").contains("svg"));
  EXPECT_TRUE(json.at("found").contains("svg"));
  EXPECT_EQ(json.at("found").at("trial"), 1);
  EXPECT_EQ(json.at("found").at("validation"), 0.9);
  EXPECT_TRUE(json.at("found").at("test").is_null());
}

TEST(StudyViewTest, RandomSearchIsComparedWithoutAnyTraining) {
  StudyView view = ExampleView();
  EXPECT_FALSE(nlohmann::json::parse(ViewJson(view)).at("comparison").contains("random"));
  view.random_trials = view.trials;
  const auto json = nlohmann::json::parse(ViewJson(view));
  EXPECT_EQ(json.at("comparison").at("random").at("random_trials"), 20);
}

TEST(StudyViewTest, AnEmptyOrForeignStudyIsShownAllTheSame) {
  StudyView view = ExampleView();
  view.trials.clear();
  view.learning = ProposalShares(view.spec.decisions, view.trials);
  view.record.reset();
  view.spec.options_json = "not JSON";
  view.comparison = "[1";
  const auto json = nlohmann::json::parse(ViewJson(view));
  EXPECT_TRUE(json.at("best").is_null());
  EXPECT_TRUE(json.at("found").is_null());
  EXPECT_TRUE(json.at("importance").at("decisions").empty());
}

TEST(PageTest, ForeignTextStaysText) {
  const std::string name = "</title><script>alert(1)</script>";
  const std::string page = ReportPage(name, ViewJson(ExampleView(name)));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("</title><script>")));
}

TEST(PageTest, PolicyAllowsNothingFromElsewhere) {
  const std::string page = ReportPage("s", ViewJson(ExampleView()));
  EXPECT_THAT(page, HasSubstr("default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(page, Not(HasSubstr("unsafe-inline")));
  EXPECT_THAT(page, Not(HasSubstr("{{")));
}

}  // namespace
}  // namespace netsmith::report
