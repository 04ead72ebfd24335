#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/cli/program.h"
#include "tests/support/connection.h"
#include "tests/support/raw_database.h"

namespace netsmith::testing {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kJsonType = "Content-Type: application/json\r\n";

/// Quick rewards that no training costs; each takes a moment.
std::string Evaluator(double seconds) {
  return "python3 -c \"import sys, json, time\nfor line in sys.stdin:\n t = "
         "json.loads(line)['trial']; "
         "time.sleep(" +
         std::to_string(seconds) +
         "); print(json.dumps({'trial': t, 'reward': 0.5 + t / 1000}), flush=True)\"";
}

class ServeTest : public ProgramTest {
 protected:
  ServeTest() { EXPECT_EQ(Netsmith(SearchArguments({"--evaluator", Evaluator(0)})).exit_code, 0); }
  /// Starts `netsmith serve` and sets `port_`.
  void Serve(const std::string& study = "s", const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"serve",  study, "--store", store(),
                                          "--port", "0",   "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    server_ = std::make_unique<BackgroundProcess>(NetsmithCommand(arguments));
    for (int i = 0; i < 500 && server_->OutputSoFar().find('\n') == std::string::npos; ++i) {
      std::this_thread::sleep_for(10ms);
    }
    const json answer = json::parse(server_->OutputSoFar());
    port_ = answer.at("port");
    url_ = answer.at("url");
  }
  json Data() const { return json::parse(Ask(port_, "GET /data").body); }
  HttpAnswer Control(const std::string& action) const {
    return Ask(port_, "POST /control", kJsonType, json{{"action", action}}.dump());
  }
  std::size_t NumTrials() const { return Data().at("view").at("trials").at("number").size(); }
  std::string Own(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  /// What the page sees of the search's state after at most 8 seconds.
  bool Becomes(const std::string& state) const {
    for (int i = 0; i < 80; ++i) {
      if (Data().at("status").at("state") == state) return true;
      std::this_thread::sleep_for(100ms);
    }
    return false;
  }

  std::unique_ptr<BackgroundProcess> server_;
  int port_ = 0;
  std::string url_;
};

TEST_F(ServeTest, ServesItsOwnFilesOnly) {
  Serve();
  for (const char* path : {"/", "/page.js", "/page.css", "/data", "/model"}) {
    EXPECT_EQ(Ask(port_, std::string("GET ") + path).status, 200) << path;
  }
  for (const char* path : {"/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/etc/passwd",
                           "//", "/page.js/", "/web/page.js", "/.git/config", "/data.db"}) {
    EXPECT_EQ(Ask(port_, std::string("GET ") + path).status, 404) << path;
  }
  const auto page = Ask(port_, "GET /");
  EXPECT_THAT(page.head,
              HasSubstr("Content-Security-Policy: default-src 'none'; script-src 'self'"));
  EXPECT_THAT(page.head, HasSubstr("X-Content-Type-Options: nosniff"));
  EXPECT_EQ(Data().at("view").at("trials").at("number").size(), 6u);
  EXPECT_EQ(Data().at("status").at("state"), "ended");
}

TEST_F(ServeTest, AnswersToItsOwnNameOnly) {
  Serve();
  for (const char* host :
       {"Host: evil.example\r\n", "Host: evil.example:80\r\n", "Host: 127.0.0.1.evil.example\r\n",
        "Host: localhost@evil\r\n", "Host: \r\n", "Host: [::1\r\n", "Host: 127.0.0.1:80:80\r\n"}) {
    EXPECT_EQ(Ask(port_, "GET /data", host).status, 403) << host;
  }
  for (const char* host :
       {"Host: localhost:1234\r\n", "Host: LOCALHOST\r\n", "Host: [::1]:8\r\n"}) {
    EXPECT_EQ(Ask(port_, "GET /data", host).status, 200) << host;
  }
}

TEST_F(ServeTest, HeedsNoOtherPage) {
  Serve();
  const std::string body = R"({"action":"pause"})";
  EXPECT_EQ(Ask(port_, "POST /control", "Content-Type: text/plain\r\n", body).status, 415);
  EXPECT_EQ(Ask(port_, "POST /control", "", body).status, 415);
  for (const char* header :
       {"Origin: http://evil.example\r\n", "Origin: null\r\n", "Origin: http://127.0.0.1:1\r\n",
        "Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n"}) {
    EXPECT_EQ(Ask(port_, "POST /control", std::string(kJsonType) + header, body).status, 403)
        << header;
  }
  EXPECT_THAT(Ask(port_, "OPTIONS /control", "Origin: http://evil.example\r\n").head,
              Not(HasSubstr("Access-Control")));
  const auto own =
      Ask(port_, "POST /control", std::string(kJsonType) + "Origin: " + Own("") + "\r\n", body);
  EXPECT_EQ(own.status, 409);  // understood; but no search runs
  EXPECT_THAT(own.body, HasSubstr("no search of this study runs"));
}

TEST_F(ServeTest, OtherMachinesNeedTheToken) {
  Serve("s", {"--address", "0.0.0.0"});
  const std::string token = url_.substr(url_.find("?token="));
  EXPECT_EQ(token.size(), 7u + 32u);
  EXPECT_EQ(Ask(port_, "GET /data").status, 403);
  EXPECT_EQ(Ask(port_, "GET /data?token=00000000000000000000000000000000").status, 403);
  const auto first = Ask(port_, "GET /" + token);
  EXPECT_EQ(first.status, 303);
  const std::size_t begin = first.head.find("Set-Cookie: ") + 12;
  const std::string cookie = first.head.substr(begin, first.head.find(';', begin) - begin);
  EXPECT_THAT(first.head, HasSubstr("HttpOnly; SameSite=Strict"));
  EXPECT_EQ(Ask(port_, "GET /data", "Cookie: a=b; " + cookie + "\r\n").status, 200);
  EXPECT_EQ(Ask(port_, "GET /data", "Cookie: " + cookie + "0\r\n").status, 403);
}

TEST_F(ServeTest, SurvivesGarbageSlownessAndAThousandConnections) {
  Serve();
  std::vector<Connection> silent, listening;
  for (int i = 0; i < 1000; ++i) {
    silent.emplace_back(port_);
    ASSERT_TRUE(silent.back().is_open()) << i;
  }
  for (int i = 0; i < 50; ++i) {
    listening.emplace_back(port_);
    ASSERT_TRUE(listening.back().Send("GET /events?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  }
  EXPECT_EQ(Ask(port_, "GET /data").status, 200);
  const std::string long_line(1 << 20, 'a');
  const std::vector<std::string> garbage = {
      std::string("\0\1\2\xff\r\n\r\n", 8),
      "GET\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "GET /" + long_line + " HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nX: " + long_line + "\r\n\r\n",
      "POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n",
      "POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
      "POST /classify HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "\x16\x03\x01\x02",  // TLS
  };
  for (const std::string& bytes : garbage) {
    Connection(port_).Send(bytes);  // and gone
    EXPECT_EQ(Ask(port_, "GET /model").status, 200);
  }
  const Connection slow(port_);
  for (const char c : std::string_view("GET / HT")) {
    ASSERT_TRUE(slow.Send({&c, 1}));
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_EQ(Ask(port_, "GET /data").status, 200);
  EXPECT_EQ(Ask(port_, "POST /control", kJsonType, std::string(100'000, '[')).status, 409);
  EXPECT_EQ(Ask(port_, "GET /events?after=7").body.find("reload") != std::string::npos, true);
  silent.clear();
  server_->Signal(SIGINT);
  EXPECT_EQ(server_->Wait().exit_code, 0);
}

TEST_F(ServeTest, ASearchThatIsRefusedLeavesTheStudyEnded) {
  for (const std::vector<std::string>& more :
       std::vector<std::vector<std::string>>{{}, {"--resume", "--seed", "4"}}) {
    std::vector<std::string> arguments = {"--evaluator", Evaluator(0)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    EXPECT_EQ(Netsmith(SearchArguments(arguments)).exit_code, 4);
  }
  Serve();
  EXPECT_EQ(Data().at("status").at("state"), "ended");
}

TEST_F(ServeTest, ASearchThatIsRefusedForTheTrialsThatAreThereLeavesTheStudyEnded) {
  RawDatabase(folder_.path() / "study.db")
      .Run("UPDATE netsmith_trials SET graph_hash = 'other' WHERE number = 5");
  const auto refused =
      Netsmith(SearchArguments({"--evaluator", Evaluator(0), "--resume", "--trials", "8"}));
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_THAT(ErrorLine(refused), HasSubstr("trial 5"));
  Serve();
  EXPECT_EQ(Data().at("status").at("state"), "ended");
}

TEST_F(ServeTest, PausesContinuesAndStopsTheSearch) {
  BackgroundProcess search(NetsmithCommand(
      SearchArguments({"--evaluator", Evaluator(0.02), "--trials", "100000", "--study", "t"})));
  while (search.ErrorsSoFar().find("t [4/") == std::string::npos && !search.HasEnded()) {
    std::this_thread::sleep_for(10ms);
  }
  Serve("t");
  ASSERT_TRUE(Becomes("running"));
  EXPECT_EQ(Control("explode").status, 409);
  EXPECT_EQ(Control("pause").status, 200);
  ASSERT_TRUE(Becomes("paused"));
  std::this_thread::sleep_for(300ms);  // the generation that ran has ended
  const std::size_t paused_at = NumTrials();
  std::this_thread::sleep_for(700ms);
  EXPECT_EQ(NumTrials(), paused_at);
  EXPECT_EQ(Control("run").status, 200);
  ASSERT_TRUE(Becomes("running"));
  for (int i = 0; i < 100 && NumTrials() == paused_at; ++i) std::this_thread::sleep_for(50ms);
  EXPECT_GT(NumTrials(), paused_at);
  EXPECT_EQ(Control("stop").status, 200);
  const ProcessResult ended = search.Wait();
  EXPECT_EQ(ended.exit_code, 130);  // as by Ctrl-C
  EXPECT_TRUE(Becomes("stopped"));
}

TEST_F(ServeTest, AKilledSearchIsSeenToHaveStopped) {
  BackgroundProcess search(NetsmithCommand(
      SearchArguments({"--evaluator", Evaluator(0.02), "--trials", "100000", "--study", "t"})));
  while (search.ErrorsSoFar().find("t [4/") == std::string::npos && !search.HasEnded()) {
    std::this_thread::sleep_for(10ms);
  }
  Serve("t");
  ASSERT_TRUE(Becomes("running"));
  search.Signal(SIGKILL);
  EXPECT_TRUE(Becomes("stopped"));
}

TEST_F(ServeTest, SaysWhatIsWrong) {
  EXPECT_EQ(Netsmith({"serve"}).exit_code, 2);
  EXPECT_EQ(Netsmith({"serve", "other", "--store", store()}).exit_code, 4);
  EXPECT_EQ(Netsmith({"serve", "s", "--store", store(), "--model", "/no/such/file"}).exit_code, 3);
  Serve();
  const auto taken = Netsmith({"serve", "s", "--store", store(), "--port", std::to_string(port_)});
  EXPECT_EQ(taken.exit_code, 1);
  EXPECT_THAT(ErrorLine(taken), HasSubstr("cannot be served on"));
}

}  // namespace
}  // namespace netsmith::testing
