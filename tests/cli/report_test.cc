#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/cli/program.h"

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
