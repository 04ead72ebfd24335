#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "netsmith/space/search_space.h"
#include "netsmith/study/evaluator.h"
#include "netsmith/study/trial.h"

namespace netsmith::search {

/// argv that runs a command line by the shell.
std::vector<std::string> ShellCommand(const std::string& command);

struct ProcessOptions {
  std::vector<std::string> argv;           // the program and its arguments
  std::vector<space::Decision> decisions;  // of the space that genomes come from
  std::string name = "evaluator";          // in messages
  /// How often a job is begun when the program ends without an answer (out of memory, killed by
  /// hand), each time in a new process; so a worker that is lost changes no result.
  int max_attempts = 2;
};

/// Asks a program for rewards, by the lines of protocol.h on its standard input and output. The
/// program is started at the first job and serves any number of them; it is started anew after it
/// ended or gave a wrong answer, and is killed when an evaluation is stopped. At destruction it
/// finds the end of its input and has a second to end by itself.
///
/// Whatever the program does wrong makes the job kFailed with a reason.
class ProcessEvaluator : public study::Evaluator {
 public:
  explicit ProcessEvaluator(ProcessOptions options);
  ~ProcessEvaluator() override;

  study::Evaluation Evaluate(const study::Job& job, const std::stop_token& stop) override;

 private:
  struct Conversation;
  struct Lost;

  study::Evaluation EvaluateOnce(const std::string& request, std::int64_t trial,
                                 const std::stop_token& stop);

  ProcessOptions options_;
  std::unique_ptr<Conversation> conversation_;
};

}  // namespace netsmith::search
