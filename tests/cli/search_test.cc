#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "netsmith/search/other_options.h"
#include "netsmith/store/open.h"
#include "netsmith/study/store.h"
#include "tests/cli/program.h"

namespace netsmith::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class SearchTest : public ProgramTest {
 protected:
  /// The JSON object that a search prints, which must end with exit code 0.
  json Search(std::vector<std::string> more) {
    more.emplace_back("--json");
    const ProcessResult result = Netsmith(SearchArguments(more));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(LastLine(result.out), nullptr, false);
  }
  json Show(const std::string& study) {
    const ProcessResult result = Netsmith({"show", study, "--store", store(), "--json"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(result.out, nullptr, false);
  }
};

TEST_F(SearchTest, AnAugmentationOfOtherSamplesIsFoundBeforeTheSearch) {
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {"--child-augment", "jitter"}, {"--compare", "--augment", "jitter"}}) {
    const ProcessResult result = Netsmith(SearchArguments(wrong));
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(ErrorLine(result),
                HasSubstr("augment, column 1: found 'jitter', expected a step for images"));
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "study.db"));
  }
}

TEST_F(SearchTest, JsonHasWhatOtherProgramsRelyOn) {
  const json result = Search({});
  EXPECT_TRUE(result.at("best").at("network").is_string());
  EXPECT_GT(result.at("best").at("reward"), 0.2);
  EXPECT_GT(result.at("best").at("params"), 0);
  EXPECT_GT(result.at("best").at("macs"), 0);
  EXPECT_EQ(result.at("trials"), 6);
  EXPECT_GT(result.at("seconds"), 0);
  EXPECT_EQ(result.at("study"), "s");
  EXPECT_EQ(result.at("interrupted"), false);
  EXPECT_TRUE(result.at("diagnostics").contains("entropy"));
}

TEST_F(SearchTest, ShapeOfTheDataChoosesTheSpace) {
  Search({"--space", "auto", "--trials", "1", "--child-samples", "20"});
  EXPECT_EQ(Show("s").at("options").at("space"), "conv2d");
}

TEST_F(SearchTest, SpaceFileDecidesNetworksAndLearningRate) {
  const std::string file = NETSMITH_SOURCE_DIR "/examples/spaces/tuned_training.toml";
  const json result = Search({"--space", file, "--trials", "4", "--child-samples", "20"});
  const std::string network = result.at("best").at("network");
  EXPECT_TRUE(network.starts_with(file + ":")) << network;
  const ProcessResult shown =
      Netsmith({"show", "--network", network, "--input", "8x8x1", "--classes", "4"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
}

TEST_F(SearchTest, BestNetworkIsAcceptedBack) {
  const std::string network = Search({}).at("best").at("network");
  const ProcessResult result =
      Netsmith({"show", "--network", network, "--input", "8x8x1", "--classes", "4"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST_F(SearchTest, ShowPrintsTheLeaderboard) {
  const json found = Search({});
  const json shown = Show("s");
  EXPECT_EQ(shown.at("best"), found.at("best"));
  EXPECT_EQ(shown.at("leaderboard").front(), found.at("best"));
  const std::string text = Netsmith({"show", "s", "--store", store()}).out;
  EXPECT_THAT(text, HasSubstr(found.at("best").at("network").get<std::string>()));
  EXPECT_EQ(Netsmith({"show", "--store", store()}).out, "s\n");
}

TEST_F(SearchTest, WorkersDoNotChangeTheStudy) {
  const json one = Search({"--workers", "1", "--study", "one"});
  const json three = Search({"--workers", "3", "--study", "three"});
  EXPECT_EQ(one.at("best").at("network"), three.at("best").at("network"));
  EXPECT_EQ(one.at("best").at("reward"), three.at("best").at("reward"));
  EXPECT_EQ(one.at("states"), three.at("states"));
}

TEST_F(SearchTest, NoTrialIsSpentOnANetworkOverTheLimits) {
  for (const char* strategy : {"guided", "reinforce", "random"}) {
    const json found = Search(
        {"--strategy", strategy, "--study", strategy, "--max-params", "3000", "--trials", "12"});
    EXPECT_FALSE(found.at("states").contains("refused")) << found.at("states");
    EXPECT_LE(found.at("best").at("params"), 3000);
  }
}

TEST_F(SearchTest, ExistingStudyWithoutResumeIsAStoreError) {
  Search({});
  const ProcessResult result = Netsmith(SearchArguments());
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(ErrorLine(result), HasSubstr("--resume"));
  EXPECT_THAT(result.err, ::testing::StartsWith("error: ")) << "no plan comes first";
}

TEST_F(SearchTest, AStudyIsTheSameWithAnotherComparisonAndModel) {
  const std::vector<std::string> quick = {"--epochs",    "1",    "--learning-rates", "1e-3",
                                          "--hand-made", "none", "--finalists",      "1"};
  std::vector<std::string> whole = quick;
  whole.insert(whole.end(), {"--compare", "--out", (folder_.path() / "model").string()});
  Search(whole);
  Search({"--resume"});
  whole.emplace_back("--resume");
  EXPECT_TRUE(Search(whole).contains("comparison"));
}

TEST_F(SearchTest, ResumeStartsAStudyWhereThereIsNone) {
  EXPECT_EQ(Search({"--resume"}).at("trials"), 6);
}

TEST_F(SearchTest, ResumeWithMoreTrialsEqualsTheLongerRun) {
  Search({"--trials", "6", "--study", "grown"});
  const json grown = Search({"--trials", "10", "--study", "grown", "--resume"});
  const json whole = Search({"--trials", "10", "--study", "whole"});
  EXPECT_EQ(grown.at("trials"), 10);
  EXPECT_EQ(grown.at("best").at("network"), whole.at("best").at("network"));
  EXPECT_EQ(grown.at("best").at("reward"), whole.at("best").at("reward"));
}

TEST_F(SearchTest, PrecisionOfTheChildrenIsAPartOfTheStudy) {
  Search({"--child-precision", "bf16"});
  EXPECT_THAT(store::OpenStore(store())->FindStudy("s").value().engine, HasSubstr(", bf16 "))
      << "what multiplies bf16 in pairs gives other rewards than what does not";
  EXPECT_EQ(Netsmith(SearchArguments({"--resume"})).exit_code, 4);
  EXPECT_EQ(Search({"--child-precision", "bf16", "--resume"}).at("trials"), 6);
}

TEST_F(SearchTest, ResumeWithOtherOptionsIsAStoreError) {
  Search({});
  const ProcessResult result = Netsmith(SearchArguments({"--resume", "--child-epochs", "2"}));
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(ErrorLine(result),
              HasSubstr("other options: --child-epochs is 1 in the study, 2 was asked for; --study "
                        "NAME begins another, --child-epochs 1 --resume continues this one"));
  const ProcessResult anew = Netsmith(SearchArguments({"--seed", "77"}));
  EXPECT_THAT(ErrorLine(anew), HasSubstr("--seed is ")) << "without --resume as well";
}

TEST_F(SearchTest, EveryOptionThatDefinesAStudyHasItsNameOnTheCommandLine) {
  Search({"--strategy", "evolution", "--trials", "1", "--study", "evolution", "--pruner", "halving",
          "--child-epochs", "2", "--child-folds", "1", "--measure-latency", "--split-seed", "3"});
  Search({"--strategy", "guided", "--trials", "1", "--study", "guided"});
  Search({"--strategy", "gp", "--trials", "1", "--study", "gp"});
  Search({"--strategy", "reinforce", "--policy", "state", "--trials", "1", "--study", "state"});
  const std::string help = Netsmith({"search", "--help"}).out;
  for (const char* study : {"evolution", "guided", "gp", "state"}) {
    const auto spec = store::OpenStore(store())->FindStudy(study).value();
    const json options = json::parse(spec.options_json).flatten();
    for (const auto& [path, value] : options.items()) {
      if (path == "/data_hash") continue;
      EXPECT_THAT(help, HasSubstr("--" + search::OptionName(path.substr(1)) + " ")) << path;
    }
  }
}

TEST_F(SearchTest, DataIsTheSameUnderAnyPath) {
  Search({});
  std::filesystem::create_directory_symlink(data(), folder_.path() / "moved");
  const auto result =
      Netsmith(SearchArguments({"--resume", "--data", (folder_.path() / "moved").string()}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST_F(SearchTest, ChildrensRecipeReachesTheWorkersAndIsAPartOfTheStudy) {
  const std::vector<std::string> recipe = {"--child-recipe", "strong",  "--child-ema", "0.9",
                                           "--reward",       "macro-f1"};
  const json classic = Search({"--study", "classic"});
  const json strong = Search(recipe);
  EXPECT_NE(strong.at("best").at("reward"), classic.at("best").at("reward"));
  EXPECT_EQ(Netsmith(SearchArguments({"--resume"})).exit_code, 4);
  std::vector<std::string> again = recipe;
  again.emplace_back("--resume");
  EXPECT_EQ(Search(again).at("best").at("reward"), strong.at("best").at("reward"));
  const ProcessResult text = Netsmith(SearchArguments(again));
  EXPECT_THAT(text.err, HasSubstr("; adamw, weight decay 0.05, one-cycle, ema 0.9"));
  EXPECT_THAT(text.err, HasSubstr("reward: validation macro f1"));
}

TEST_F(SearchTest, PipeGetsPlainLinesAndThePlanComesFirst) {
  const ProcessResult result = Netsmith(SearchArguments());
  EXPECT_THAT(result.err, ::testing::StartsWith("study s in sqlite:///"));
  EXPECT_THAT(result.err, HasSubstr("s [6/6] trial "));
  EXPECT_THAT(result.err, Not(HasSubstr("\r")));
  EXPECT_THAT(result.err, Not(HasSubstr("\x1b")));
  EXPECT_THAT(result.out, HasSubstr("input 64, first convolution "));
}

TEST_F(SearchTest, ACollapsedControllerIsWarnedOf) {
  const std::string program = R"(python3 -c '
import json, sys
for line in sys.stdin:
    q = json.loads(line)
    print(json.dumps({"trial": q["trial"], "reward": 1 / (1 + sum(q["genome"]))}), flush=True)
')";
  const std::vector<std::string> greedy = {"--strategy",
                                           "reinforce",
                                           "--controller-learning-rate",
                                           "1",
                                           "--exploration",
                                           "0",
                                           "--entropy-weight",
                                           "0",
                                           "--evaluator",
                                           program,
                                           "--trials",
                                           "120",
                                           "--workers",
                                           "1",
                                           "--max-layers",
                                           "1"};
  EXPECT_EQ(Search({"--study", "calm"}).at("collapsed"), false);
  std::vector<std::string> arguments = greedy;
  arguments.emplace_back("--json");
  const ProcessResult result = Netsmith(SearchArguments(arguments));
  EXPECT_EQ(json::parse(LastLine(result.out)).at("collapsed"), true);
  EXPECT_THAT(result.err, HasSubstr("the controller has collapsed: its entropy is"));
}

TEST_F(SearchTest, QuietSaysNothing) {
  EXPECT_THAT(Netsmith(SearchArguments({"--quiet"})).err, IsEmpty());
}

TEST_F(SearchTest, StatePolicySearchesTheFullRanges) {
  EXPECT_EQ(Search({"--policy", "state", "--cell", "gru"}).at("trials"), 6);
}

TEST_F(SearchTest, RefusedNetworksAreTrialsWithAReason) {
  const ProcessResult result = Netsmith(SearchArguments({"--max-macs", "1", "--json"}));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("multiply-adds, limit 1"));
  EXPECT_THAT(ErrorLine(result),
              HasSubstr("no network was found: all 6 trials were refused, the first for "));
  const json object = json::parse(LastLine(result.out));
  EXPECT_TRUE(object.at("best").is_null());
  EXPECT_EQ(object.at("states").at("refused"), 6);
}

TEST_F(SearchTest, TestSplitIsSaidLoudlyInEveryOutput) {
  const ProcessResult text = Netsmith(SearchArguments({"--reward-split", "test"}));
  EXPECT_THAT(text.err, HasSubstr("TEST SET"));
  EXPECT_THAT(text.out, HasSubstr("TEST SET"));
  EXPECT_THAT(Netsmith({"show", "s", "--store", store()}).out, HasSubstr("TEST SET"));
  const json again = Search({"--reward-split", "test", "--study", "again"});
  EXPECT_EQ(again.at("reward_split"), "test");

  const std::vector<std::string> compare = {"compare",          "s",   "--store",     store(),
                                            "--epochs",         "1",   "--hand-made", "none",
                                            "--learning-rates", "0.01"};
  EXPECT_THAT(Netsmith(compare).out, HasSubstr("chosen on the TEST SET"));
  std::vector<std::string> as_json = compare;
  as_json.emplace_back("--json");
  EXPECT_EQ(json::parse(Netsmith(as_json).out).at("reward_split"), "test");
}

TEST_F(SearchTest, ForeignEvaluatorGivesTheRewards) {
  const auto script = folder_.path() / "evaluator.py";
  std::ofstream(script) << "import json, sys\n"
                           "for line in sys.stdin:\n"
                           "  job = json.loads(line)\n"
                           "  reward = job['params']['layer1.kernel'] / 64\n"
                           "  print(json.dumps({'trial': job['trial'], 'reward': reward}),\n"
                           "        flush=True)\n";
  const json result = Search({"--evaluator", "/usr/bin/python3 " + script.string()});
  const std::string network = result.at("best").at("network");
  EXPECT_EQ(result.at("best").at("reward"), std::stod(network) / 64);
  EXPECT_GT(result.at("best").at("macs"), 0);
  EXPECT_EQ(result.at("reward_split"), "evaluator");
}

TEST_F(SearchTest, LimitsHoldForForeignEvaluatorsToo) {
  const ProcessResult result =
      Netsmith(SearchArguments({"--evaluator", "exit 3", "--max-params", "1", "--json"}));
  EXPECT_EQ(json::parse(LastLine(result.out)).at("states").at("refused"), 6);
  const ProcessResult test_split =
      Netsmith(SearchArguments({"--evaluator", "exit 3", "--reward-split", "test"}));
  EXPECT_EQ(test_split.exit_code, 2);
  EXPECT_THAT(ErrorLine(test_split), HasSubstr("--reward-split test: found --evaluator"));
}

TEST_F(SearchTest, MistakeInTheHandMadeNetworkIsFoundBeforeTheSearch) {
  const ProcessResult result = Netsmith(SearchArguments({"--compare", "--hand-made", "foo"}));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(Netsmith({"show", "--store", store()}).exit_code, 4) << "no store was made";
}

TEST_F(SearchTest, TroubleAfterTheSearchTakesNothingAway) {
  Search({"--study", "s-random", "--seed", "77"});
  const ProcessResult result = Netsmith(SearchArguments({"--compare", "--json"}));
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(ErrorLine(result), HasSubstr("study 's-random': was made with other options"));
  EXPECT_EQ(json::parse(LastLine(result.out)).at("trials"), 6);
}

TEST_F(SearchTest, ThePlanSaysWhatIsRefusedAndHowLongItTakes) {
  const auto plan = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = {"--trials", "1", "--study"};
    all.insert(all.end(), more.begin(), more.end());
    return Netsmith(SearchArguments(all)).err;
  };
  EXPECT_THAT(plan({"one", "--child-folds", "1"}), HasSubstr("at most 40,000,000 multiply-adds"));
  EXPECT_THAT(plan({"five", "--child-folds", "5"}), HasSubstr("at most 8,000,000 multiply-adds"));
  const std::string free = plan({"free", "--max-macs", "0"});
  EXPECT_THAT(free, ::testing::Not(HasSubstr("at most")));
  EXPECT_THAT(free, ::testing::ContainsRegex("about [0-9]+ s if nothing else runs"));
}

TEST_F(SearchTest, ThePlanSaysHowManyTrialsAreDrawnByChance) {
  const auto plan = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = {"--evaluator", "exit 3", "--study"};
    all.insert(all.end(), more.begin(), more.end());
    return Netsmith(SearchArguments(all)).err;
  };
  EXPECT_THAT(plan({"all"}),
              HasSubstr("6 trials of guided (independent policy), all drawn by chance (--warm-up "
                        "20), seed 3"));
  EXPECT_THAT(plan({"some", "--strategy", "gp", "--warm-up", "2"}),
              HasSubstr("6 trials of gp, at least the first 4 drawn by chance, seed 3"))
      << "the surrogate learns of whole batches";
  EXPECT_THAT(plan({"none", "--strategy", "reinforce"}), Not(HasSubstr("by chance")));
}

TEST_F(SearchTest, ThePlanSaysHowManySamplesAChildSees) {
  const auto plan = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = {"--trials", "1", "--child-epochs", "2", "--study"};
    all.insert(all.end(), more.begin(), more.end());
    return Netsmith(SearchArguments(all)).err;
  };
  EXPECT_THAT(plan({"some"}), HasSubstr("each trained for 2 epochs of 100 samples; reward"));
  EXPECT_THAT(plan({"all", "--child-samples", "4000"}), HasSubstr("2 epochs of all 180 samples"));
  EXPECT_THAT(
      plan({"folds", "--child-samples", "0", "--child-folds", "4"}),
      HasSubstr("2 epochs of all 180 samples; reward: mean validation accuracy of 4 folds"));
}

TEST_F(SearchTest, AfterResumingOnlyANewBestIsCalledOne) {
  const std::string before = Netsmith(SearchArguments({"--trials", "5"})).err;
  EXPECT_THAT(before, HasSubstr("best so far"));
  const ProcessResult after = Netsmith(SearchArguments({"--trials", "6", "--resume", "--json"}));
  const json best = json::parse(LastLine(after.out)).at("best");
  ASSERT_NE(best.at("trial"), 5) << "this seed's sixth trial is the best: it tells nothing";
  EXPECT_THAT(after.err, ::testing::Not(HasSubstr("best so far")));
}

TEST_F(SearchTest, LastOfTwoValuesHolds) {
  EXPECT_EQ(Search({"--trials", "0", "--trials", "5"}).at("trials"), 5);
}

TEST_F(SearchTest, ShowWritesNothing) {
  Search({});
  const auto file = folder_.path() / "study.db";
  const auto before = std::filesystem::last_write_time(file);
  Show("s");
  EXPECT_EQ(std::filesystem::last_write_time(file), before);
  const std::ofstream made(folder_.path() / "empty.db");
  const ProcessResult result =
      Netsmith({"show", "--store", "sqlite:///" + (folder_.path() / "empty.db").string()});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(ErrorLine(result), HasSubstr("holds no studies of netsmith's"));
  EXPECT_EQ(std::filesystem::file_size(folder_.path() / "empty.db"), 0u);
}

TEST_F(SearchTest, FailingEvaluatorIsAReasonAndNoEnd) {
  const ProcessResult result = Netsmith(SearchArguments({"--evaluator", "exit 3", "--json"}));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(json::parse(LastLine(result.out)).at("states").at("failed"), 6);
  EXPECT_THAT(result.err, HasSubstr("exited with code 3"));
}

TEST_F(SearchTest, TimeLimitEndsTheStudyAndIsReported) {
  // The second trial never ends.
  const auto script = folder_.path() / "evaluator.sh";
  std::ofstream(script) << "read line; echo '{\"trial\":0,\"reward\":0.5}'; sleep 600\n";
  const json result = Search({"--evaluator", "sh " + script.string(), "--workers", "1", "--batch",
                              "1", "--max-seconds", "2", "--nondeterministic"});
  EXPECT_EQ(result.at("nondeterministic"), true);
  EXPECT_EQ(result.at("interrupted"), true);
  EXPECT_EQ(result.at("trials"), 1);
}

}  // namespace
}  // namespace netsmith::testing
