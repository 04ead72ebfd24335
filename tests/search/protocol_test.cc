#include "netsmith/search/protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "netsmith/base/error.h"
#include "netsmith/search/text_lines.h"
#include "netsmith/search/without_reward.h"

namespace netsmith::search {
namespace {

using study::Evaluation;
using study::TrialState;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename Action>
std::string MessageOf(Action action) {
  try {
    action();
  } catch (const base::InvalidArgument& error) {
    return error.what();
  }
  return "no InvalidArgument";
}

std::string AnswerError(std::string_view line) {
  return MessageOf([line] { DecodeAnswer(line, 3); });
}

TEST(ProtocolTest, ARequestIsOneLineWithNamesAndValues) {
  const std::vector<space::Decision> decisions = {{"layer1.kernel", {3, 5, 7}},
                                                  {"layer1.filters", {8, 16}}};
  const study::Job job{.trial = 4, .genome = {1, 0}, .network = "5,8\n\"", .num_threads = 2};
  EXPECT_EQ(EncodeRequest(job, decisions),
            R"({"trial":4,"genome":[1,0],"params":{"layer1.kernel":5,"layer1.filters":8},)"
            R"("network":"5,8\n\"","threads":2})");
  const study::Job decoded = DecodeRequest(EncodeRequest(job, decisions));
  EXPECT_EQ(decoded.trial, job.trial);
  EXPECT_EQ(decoded.genome, job.genome);
  EXPECT_EQ(decoded.network, job.network);
  EXPECT_EQ(decoded.num_threads, job.num_threads);
}

TEST(ProtocolTest, RungsTravelToTheBitAndOnlyWhereThereAreAny) {
  study::Job job{.trial = 4, .genome = {}, .network = "5,8"};
  EXPECT_THAT(EncodeRequest(job, {}), Not(HasSubstr("rungs")));
  job.rungs = {{.step = 1, .least = 1.0 / 3}, {.step = 3, .least = 0.5}};
  const std::string line = EncodeRequest(job, {});
  EXPECT_THAT(line, HasSubstr(R"("rungs":[{"step":1,"least":0.3333333333333333},)"));
  EXPECT_EQ(DecodeRequest(line).rungs, job.rungs);
  EXPECT_EQ(MessageOf([] {
              DecodeRequest(R"({"trial":1,"network":"","threads":1,"genome":[],"rungs":[1]})");
            }),
            R"(request, "rungs": found 1, expected an object)");
}

TEST(ProtocolTest, APrunedTrialsRewardIsTheLastValueOfItsCurve) {
  const Evaluation pruned =
      DecodeAnswer(R"({"trial":3,"state":"pruned","reward":0.9,"curve":[0.5,0.25]})", 3);
  EXPECT_EQ(pruned.state, TrialState::kPruned);
  EXPECT_EQ(pruned.reward, 0.25);
  EXPECT_EQ(DecodeAnswer(EncodeAnswer(3, pruned), 3), pruned);
  EXPECT_EQ(AnswerError(R"({"trial":3,"state":"pruned"})"),
            R"(answer, "curve": found nothing, expected the values up to where it was pruned)");
}

TEST(ProtocolTest, AWrongRequestIsRefused) {
  EXPECT_EQ(MessageOf([] { DecodeRequest("hello"); }),
            "request: found 'hello', expected a JSON object");
  EXPECT_EQ(MessageOf([] { DecodeRequest(R"({"trial":1})"); }),
            R"(request, "network": found nothing, expected a text)");
  EXPECT_EQ(
      MessageOf([] { DecodeRequest(R"({"trial":1,"network":"","threads":1,"genome":[0,-1]})"); }),
      R"(request, "genome": found -1, expected a whole number of at least 0)");
  EXPECT_EQ(MessageOf([] {
              DecodeRequest(R"({"trial":1,"network":"","threads":4294967297,"genome":[]})");
            }),
            R"(request, "threads": found 4294967297, expected a whole number of at least 0)");
}

TEST(ProtocolTest, AnEvaluationSurvivesToTheBit) {
  Evaluation evaluation;
  evaluation.params = std::numeric_limits<std::int64_t>::max();
  evaluation.macs = 30'115'840;
  evaluation.seconds = 1e-300;
  evaluation.latency_us = 1.0 / 3;
  evaluation.loss = 0.1;
  for (const double reward : {0.0, 1.0, 0.1, 1.0 / 3, 5e-324, 1 - 0x1p-53}) {
    evaluation.reward = reward;
    evaluation.curve = {reward, reward / 3};
    EXPECT_EQ(DecodeAnswer(EncodeAnswer(3, evaluation), 3), evaluation);
  }
  for (const auto state : {TrialState::kRefused, TrialState::kDiverged, TrialState::kFailed}) {
    evaluation = WithoutReward(state, "a reason \\ \"quoted\"\n" + std::string(2000, '\n'));
    EXPECT_EQ(DecodeAnswer(EncodeAnswer(3, evaluation), 3), evaluation);
  }
}

TEST(ProtocolTest, TrialAndRewardAreEnough) {
  Evaluation expected;
  expected.reward = 0.5;
  EXPECT_EQ(DecodeAnswer(R"( {"reward":0.5,"trial":3,"unknown":[{}]} )", 3), expected);
  expected.reward = 1;
  EXPECT_EQ(DecodeAnswer(R"({"trial":3,"reward":1})", 3), expected);
}

TEST(ProtocolTest, AnErrorIsAFailedTrial) {
  EXPECT_EQ(DecodeAnswer(EncodeError(3, "out of\nmemory"), 3), Failed("out of\\x0amemory"));
  EXPECT_EQ(DecodeAnswer(R"({"trial":3,"error":"","reward":1})", 3), Failed(""));
}

TEST(ProtocolTest, AStateWithoutReasonSaysSo) {
  EXPECT_EQ(DecodeAnswer(R"({"trial":3,"state":"refused"})", 3),
            WithoutReward(TrialState::kRefused, "no reason given"));
}

TEST(ProtocolTest, BracketsWithoutEndAreRefusedBeforeTheyAreFollowed) {
  const std::string deep(500'000, '[');
  EXPECT_THAT(AnswerError("{\"trial\":" + deep + std::string(500'000, ']') + "}"),
              ::testing::EndsWith("expected at most 32 levels of brackets"));
}

TEST(ProtocolTest, AWrongAnswerIsNamed) {
  EXPECT_EQ(AnswerError(""), "answer: found '', expected a JSON object");
  EXPECT_EQ(AnswerError("epoch 1\x1b[0m"),
            "answer: found 'epoch 1\\x1b[0m', expected a JSON object");
  EXPECT_EQ(AnswerError("[3,0.5]"), "answer: found '[3,0.5]', expected a JSON object");
  EXPECT_EQ(AnswerError(R"({"trial":3,"reward":0.5)"),
            R"(answer: found '{"trial":3,"reward":0.5', expected a JSON object)");
  EXPECT_EQ(AnswerError(R"({"reward":0.5})"),
            R"(answer, "trial": found nothing, expected a whole number of at least 0)");
  EXPECT_EQ(AnswerError(R"({"trial":4,"reward":0.5})"), R"(answer, "trial": found 4, expected 3)");
  EXPECT_EQ(AnswerError(R"({"trial":"3","reward":0.5})"),
            R"(answer, "trial": found "3", expected a whole number of at least 0)");
  EXPECT_EQ(AnswerError(R"({"trial":3})"),
            R"(answer, "reward": found nothing, expected a number from 0 to 1)");
  EXPECT_EQ(
      AnswerError(R"({"trial":3,"state":"running","reward":1})"),
      R"(answer, "state": found "running", expected complete, pruned, refused, diverged or failed)");
}

TEST(ProtocolTest, ARewardIsANumberFromZeroToOne) {
  const std::string expected = ", expected a number from 0 to 1";
  for (const std::string reward :
       {"1.0000001", "-0.1", "null", "true", "\"0.5\"", "[0.5]", "1e308"}) {
    EXPECT_NE(AnswerError(R"({"trial":3,"reward":)" + reward + "}").find(expected),
              std::string::npos)
        << reward;
  }
  for (const std::string reward : {"NaN", "Infinity", "nan", "1e999", ".5"}) {
    EXPECT_NE(AnswerError(R"({"trial":3,"reward":)" + reward + "}").find("expected a JSON object"),
              std::string::npos)
        << reward;
  }
}

TEST(ProtocolTest, OtherFiguresAreChecked) {
  const auto error = [](const std::string& field) {
    return AnswerError(R"({"trial":3,"reward":0.5,)" + field + "}");
  };
  EXPECT_EQ(error(R"("params":-1)"),
            R"(answer, "params": found -1, expected a whole number of at least 0)");
  EXPECT_EQ(error(R"("macs":1.5)"),
            R"(answer, "macs": found 1.5, expected a whole number of at least 0)");
  EXPECT_EQ(error(R"("macs":9223372036854775808)"),
            R"(answer, "macs": found 9223372036854775808, expected a whole number of at least 0)");
  EXPECT_EQ(error(R"("curve":0.5)"), R"(answer, "curve": found 0.5, expected a list)");
  EXPECT_EQ(error(R"("curve":[0.5,2])"),
            R"(answer, "curve": found 2, expected a number from 0 to 1)");
  EXPECT_EQ(error(R"("loss":-1)"), R"(answer, "loss": found -1, expected a number of at least 0)");
  EXPECT_EQ(error(R"("seconds":-1)"),
            R"(answer, "seconds": found -1, expected a number of at least 0)");
  EXPECT_EQ(AnswerError(R"({"trial":3,"error":7})"),
            R"(answer, "error": found 7, expected a text)");
}

TEST(LineBufferTest, CutsAStreamWhereverItIsSplit) {
  const std::string stream = "one\n\nthree\nrest";
  for (std::size_t split = 0; split <= stream.size(); ++split) {
    LineBuffer buffer(100);
    std::vector<std::string> lines;
    for (const std::string& part : {stream.substr(0, split), stream.substr(split)}) {
      buffer.Append(part);
      while (auto line = buffer.Take()) lines.push_back(*line);
    }
    EXPECT_EQ(lines, (std::vector<std::string>{"one", "", "three"}));
    EXPECT_EQ(buffer.size(), 4u);
  }
}

TEST(LineBufferTest, RefusesALineThatIsTooLongWholeOrNot) {
  LineBuffer buffer(5);
  buffer.Append("12345\n");
  EXPECT_EQ(buffer.Take(), "12345");
  buffer.Append("12345");
  EXPECT_FALSE(buffer.Take());
  buffer.Append("6");
  EXPECT_THROW(buffer.Take(), base::IoError);
  buffer.Append("\n");
  EXPECT_THROW(buffer.Take(), base::IoError);
}

TEST(PrintableTest, LeavesPlainTextAndIsItsOwnFixedPoint) {
  EXPECT_EQ(Printable("plain \\ text", 60), "plain \\ text");
  EXPECT_EQ(Printable("a\tb\xff", 60), "a\\x09b\\xff");
  EXPECT_EQ(Printable("123456", 6), "123456");
  EXPECT_EQ(Printable("1234567", 6), "123...");
  const std::string once = Printable(std::string(100, '\0'), 50);
  EXPECT_EQ(once.size(), 50u);
  EXPECT_EQ(Printable(once, 50), once);
}

}  // namespace
}  // namespace netsmith::search
