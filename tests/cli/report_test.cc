#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "tests/cli/program.h"
#include "tests/support/raw_database.h"

namespace netsmith::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

std::string Content(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The data inside a page.
json DataOf(const std::string& page) {
  const std::string open = "<script type=\"application/json\" id=\"data\">";
  const std::size_t begin = page.find(open) + open.size();
  return json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

class ReportCommandTest : public ProgramTest {
 protected:
  std::string file() const { return (folder_.path() / "report.html").string(); }
  json Report() const {
    const auto result = Netsmith({"report", "s", "--store", store(), "--out", file(), "--json"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(json::parse(LastLine(result.out)).at("file"), file());
    return DataOf(Content(file()));
  }
};

TEST_F(ReportCommandTest, HoldsTheStudyAndTheCommandThatRepeatsIt) {
  ASSERT_EQ(Netsmith(SearchArguments({"--workers", "2"})).exit_code, 0);
  const json data = Report();
  EXPECT_EQ(data.at("trials").at("number").size(), 6u);
  EXPECT_EQ(data.at("learning").at("source"), "policy");  // the strategy was replayed
  EXPECT_THAT(data.at("best").at("svg").get<std::string>(), HasSubstr("<svg"));

  const std::string other = "sqlite:///" + (folder_.path() / "other.db").string();
  const std::string command = data.at("asked").at("command");
  const auto again = RunProcess({"/bin/sh", "-c",
                                 "netsmith() { " + NetsmithCommand({}).front() + " \"$@\"; }; " +
                                     command + " --store " + other + " --json"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  const json best = json::parse(LastLine(again.out)).at("best");
  EXPECT_EQ(best.at("network"), data.at("best").at("network"));
  EXPECT_EQ(best.at("reward"), data.at("best").at("reward"));
}

TEST_F(ReportCommandTest, TheCommandGivesTheStudyAsItStandsInAnyFolder) {
  const auto in = [](const std::filesystem::path& folder, const std::string& command) {
    return RunProcess({"/bin/sh", "-c",
                       "netsmith() { " + NetsmithCommand({}).front() + " \"$@\"; }; cd '" +
                           folder.string() + "' && " + command});
  };
  // Begun in one folder by a relative path, continued, and "continued" with fewer trials.
  const std::string search =
      "netsmith search --data data --space post --child-samples 100 --child-folds 1 ";
  for (const char* trials : {"--trials 6", "--trials 9 --resume", "--trials 3 --resume"}) {
    const auto result = in(folder_.path(), search + trials);
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  ASSERT_EQ(in(folder_.path(), "netsmith report data-post-guided-s0 --out a.html").exit_code, 0);
  const json data = DataOf(Content(folder_.path() / "a.html"));
  const std::string command = data.at("asked").at("command");
  EXPECT_THAT(command, HasSubstr(" --trials=9"));
  EXPECT_FALSE(data.at("asked").contains("resume")) << "there are more than asked for last";

  const std::filesystem::path other = folder_.path() / "other folder";
  std::filesystem::create_directory(other);
  const auto again = in(other, command);
  ASSERT_EQ(again.exit_code, 0) << again.err;
  ASSERT_EQ(in(other, "netsmith report data-post-guided-s0 --out b.html").exit_code, 0);
  const json same = DataOf(Content(other / "b.html"));
  for (const char* column : {"number", "genome", "network", "state", "reward"}) {
    EXPECT_EQ(same.at("trials").at(column), data.at("trials").at(column)) << column;
  }
}

TEST_F(ReportCommandTest, AKilledSearchsTrialsAreUnfinishedAndItsCommandGoesOn) {
  BackgroundProcess killed(NetsmithCommand(SearchArguments(
      {"--evaluator", "sh -c 'sleep 60'", "--trials", "4", "--study", "s", "--workers", "2"})));
  const auto show = [&] { return Netsmith({"show", "s", "--store", store()}); };
  for (int i = 0; i < 500 && show().out.find("2 running, 2 waiting") == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_THAT(show().out, HasSubstr("2 running, 2 waiting"));
  EXPECT_THAT(show().out, ::testing::Not(HasSubstr("goes on by")));
  killed.Signal(SIGKILL);
  killed.Wait();
  EXPECT_THAT(show().out, HasSubstr("4 trials: 4 unfinished"));
  EXPECT_THAT(show().out, HasSubstr("goes on by: netsmith search --"));
  const json data = Report();
  EXPECT_EQ(data.at("states").at("unfinished"), 4);
  const std::string resume = data.at("asked").at("resume");
  EXPECT_THAT(resume, HasSubstr(" --trials=4 "));
  EXPECT_THAT(resume, ::testing::EndsWith(" --resume"));
}

TEST_F(ReportCommandTest, NamesOfStudiesAreListedWithoutTheirEscapes) {
  ASSERT_EQ(Netsmith(SearchArguments()).exit_code, 0);
  RawDatabase(folder_.path() / "study.db")
      .Run("UPDATE studies SET study_name = 't' || char(10, 27) || '[2J' || char(155)");
  EXPECT_EQ(Netsmith({"show", "--store", store()}).out, "t\\x0a\\x1b[2J\\xc2\\x9b\n");
}

TEST_F(ReportCommandTest, TheCommandThatGoesOnIsVisibleAndNamesThePaths) {
  const auto odd = folder_.path() / "o'd\\d\n\x1b[2J\u009b";
  std::filesystem::copy(data(), odd, std::filesystem::copy_options::recursive);
  ASSERT_EQ(Netsmith(SearchArguments({"--data", odd})).exit_code, 0);
  RawDatabase(folder_.path() / "study.db").Run("DELETE FROM trials WHERE number = 5");
  const std::string shown = Netsmith({"show", "s", "--store", store()}).out;
  EXPECT_THAT(shown, HasSubstr(R"(/o\'d\\d\x0a\x1b[2J\xc2\x9b')"));
  const std::string begin = "goes on by: netsmith ";
  const std::string command = shown.substr(shown.find(begin) + begin.size());
  const auto words =
      RunProcess({"/bin/bash", "-c", "printf '%s|' " + command.substr(0, command.find('\n'))});
  EXPECT_THAT(words.out, HasSubstr("|--data=" + odd.string() + "|"));
}

TEST_F(ReportCommandTest, ThePathOfThePageIsPrintedWithoutItsEscapes) {
  ASSERT_EQ(Netsmith(SearchArguments()).exit_code, 0);
  const auto out = folder_.path() / "a\x1b[2J.html";
  EXPECT_THAT(Netsmith({"report", "s", "--store", store(), "--out", out}).out,
              HasSubstr("/a\\x1b[2J.html: "));
}

TEST_F(ReportCommandTest, ShowSaysWhatWasFoundAndOnWhatItWasMeasured) {
  ASSERT_EQ(Netsmith(SearchArguments({"--child-folds", "4"})).exit_code, 0);
  const auto show = [&] { return Netsmith({"show", "s", "--store", store()}).out; };
  EXPECT_THAT(show(), HasSubstr("240 samples to search with; each child trains on 180 of them "));
  EXPECT_THAT(show(), HasSubstr("\nbest by reward\n"));
  EXPECT_THAT(show(), ::testing::Not(HasSubstr("found (")));
  ASSERT_EQ(Netsmith({"compare", "s", "--store", store(), "--epochs", "1", "--finalists", "2",
                      "--learning-rates", "1e-3", "--hand-made", "none"})
                .exit_code,
            0);
  EXPECT_THAT(show(), HasSubstr("found (best on validation after full training): "));
  const auto drawn = Netsmith({"show", "--svg", "s", "--store", store()});
  EXPECT_THAT(drawn.err, HasSubstr("drawn: the found network"));
}

TEST_F(ReportCommandTest, KeepsTheComparison) {
  ASSERT_EQ(Netsmith(SearchArguments({"--compare", "--epochs", "1", "--learning-rates", "1e-3",
                                      "--hand-made", "3,4,2,0"}))
                .exit_code,
            0);
  const json comparison = Report().at("comparison");
  EXPECT_EQ(comparison.at("networks").size(), 4u);
  EXPECT_EQ(comparison.at("random").at("random_trials"), 6);
}

TEST_F(ReportCommandTest, DrawsANetworkByTextOrTheBestOfAStudy) {
  const auto by_text = Netsmith({"show", "--svg", "--network", "5,8,2,0"});
  EXPECT_EQ(by_text.exit_code, 0);
  EXPECT_THAT(by_text.out, ::testing::StartsWith("<svg"));
  ASSERT_EQ(Netsmith(SearchArguments()).exit_code, 0);
  const auto of_study = Netsmith({"show", "--store", store(), "s", "--svg"});
  EXPECT_EQ(of_study.exit_code, 0) << of_study.err;
  EXPECT_THAT(of_study.out, HasSubstr("</svg>"));
}

TEST_F(ReportCommandTest, SaysWhatIsWrong) {
  EXPECT_EQ(Netsmith({"report"}).exit_code, 2);
  const auto missing = Netsmith({"report", "s", "--store", store()});
  EXPECT_EQ(missing.exit_code, 4);
  EXPECT_THAT(ErrorLine(missing), HasSubstr("there is no such file"));
  ASSERT_EQ(Netsmith(SearchArguments()).exit_code, 0);
  const auto other = Netsmith({"report", "t", "--store", store()});
  EXPECT_EQ(other.exit_code, 4);
  EXPECT_THAT(ErrorLine(other), HasSubstr("no study"));
  const auto no_folder =
      Netsmith({"report", "s", "--store", store(), "--out", "/no/such/folder/x.html"});
  EXPECT_EQ(no_folder.exit_code, 1);
  EXPECT_THAT(ErrorLine(no_folder), HasSubstr("/no/such/folder/x.html: cannot be written"));
  EXPECT_EQ(Netsmith({"show", "--svg"}).exit_code, 4);
  EXPECT_EQ(Netsmith({"show", "--svg", "--json", "--network", "5,8,2,0"}).exit_code, 2);
}

}  // namespace
}  // namespace netsmith::testing
