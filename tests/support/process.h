#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/environment.h"

namespace netsmith::testing {

struct ProcessOptions {
  /// Added to this process's environment; an empty value unsets the variable.
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::string input = "";             // of standard input
  std::filesystem::path folder = {};  // working folder; empty: this process's
  int timeout_ms = 120'000;           // then the process is killed, and its exit code is -1
};

struct ProcessResult {
  int exit_code = 0;  // 128 + N when it was ended by signal N
  std::string out;
  std::string err;
};

/// A program that runs beside the test.
class BackgroundProcess {
 public:
  explicit BackgroundProcess(const std::vector<std::string>& argv, ProcessOptions options = {});
  /// Kills it if it still runs.
  ~BackgroundProcess();
  BackgroundProcess(const BackgroundProcess&) = delete;
  BackgroundProcess& operator=(const BackgroundProcess&) = delete;

  void Signal(int signal) const;
  bool HasEnded();
  /// What it has written to standard error so far.
  std::string ErrorsSoFar() const;
  /// To standard output.
  std::string OutputSoFar() const;
  ProcessResult Wait();

 private:
  TemporaryFolder streams_;
  ProcessOptions options_;
  pid_t pid_ = -1;
  bool ended_ = false;
  int exit_code_ = 0;
};

/// Runs a program to its end.
ProcessResult RunProcess(const std::vector<std::string>& argv, const ProcessOptions& options = {});

}  // namespace netsmith::testing
