#include "netsmith/search/serve.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "netsmith/base/error.h"
#include "netsmith/search/process.h"
#include "netsmith/search/protocol.h"
#include "netsmith/search/text_lines.h"

namespace netsmith::search {
namespace {

std::string Answer(study::Evaluator& evaluator, const study::Job& job) {
  try {
    return EncodeAnswer(job.trial, evaluator.Evaluate(job, std::stop_token()));
  } catch (const std::exception& error) {
    return EncodeError(job.trial, error.what());
  }
}

}  // namespace

void Serve(int input, int output, study::Evaluator& evaluator) {
  LineBuffer received(kMaxLineBytes);
  while (const auto line = ReadLine(input, received)) {
    WriteAll(output, Answer(evaluator, DecodeRequest(*line)) + "\n");
  }
}

void ServeStandardStreams(
    const std::function<std::unique_ptr<study::Evaluator>()>& make_evaluator) {
  const FileDescriptor answers(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (answers.get() < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    throw base::IoError(fmt::format("standard streams: {}", std::strerror(errno)));
  }
  Serve(STDIN_FILENO, answers.get(), *make_evaluator());
}

}  // namespace netsmith::search
