#include "netsmith/search/serve.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>

#include "netsmith/base/error.h"
#include "netsmith/search/process.h"
#include "netsmith/search/protocol.h"
#include "netsmith/search/text_lines.h"
#include "tests/support/simulated_search.h"

namespace netsmith::testing {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends;
    EXPECT_EQ(pipe(ends.data()), 0);
    read_end = search::FileDescriptor(ends[0]);
    write_end = search::FileDescriptor(ends[1]);
  }
  search::FileDescriptor read_end;
  search::FileDescriptor write_end;
};

/// What Serve answers to `input`; all of it fits the pipes.
std::string AnswersTo(const std::string& input) {
  Pipe requests;
  Pipe answers;
  search::WriteAll(requests.write_end.get(), input);
  requests.write_end.Close();
  SimulatedEvaluator evaluator;
  search::Serve(requests.read_end.get(), answers.write_end.get(), evaluator);
  answers.write_end.Close();
  search::LineBuffer buffer(search::kMaxLineBytes);
  std::string all;
  while (const auto line = search::ReadLine(answers.read_end.get(), buffer)) all += *line + "\n";
  return all;
}

std::string RequestFor(std::int64_t trial) {
  return search::EncodeRequest({.trial = trial, .genome = {1, 0}, .network = "n"},
                               TinySpace().decisions()) +
         "\n";
}

TEST(ServeTest, AnswersEachRequestInOrderAndEndsWithItsInput) {
  SimulatedEvaluator evaluator;
  std::string input;
  std::string expected;
  for (std::int64_t trial = 0; trial < 30; ++trial) {
    input += RequestFor(trial);
    try {
      expected += search::EncodeAnswer(
          trial, evaluator.Evaluate({.trial = trial, .genome = {1, 0}, .network = "n"}, {}));
    } catch (const std::exception& error) {
      expected += search::EncodeError(trial, error.what());
    }
    expected += "\n";
  }
  EXPECT_NE(expected.find("simulated failure"), std::string::npos);
  EXPECT_EQ(AnswersTo(input), expected);
  EXPECT_EQ(AnswersTo(""), "");
}

TEST(ServeTest, ALineThatIsNoRequestIsAnError) {
  EXPECT_THROW(AnswersTo("hello\n"), base::InvalidArgument);
  EXPECT_THROW(AnswersTo(R"({"trial":0})"), base::IoError) << "the stream ends within a line";
}

TEST(ServeTest, AnOtherSideThatIsGoneIsAnErrorAndNoSignal) {
  Pipe requests;
  Pipe answers;
  answers.read_end.Close();
  search::WriteAll(requests.write_end.get(), RequestFor(3));
  SimulatedEvaluator evaluator;
  EXPECT_THROW(search::Serve(requests.read_end.get(), answers.write_end.get(), evaluator),
               base::IoError);
}

}  // namespace
}  // namespace netsmith::testing
