#include "tests/support/process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace netsmith::testing {
namespace {

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

void Redirect(const std::filesystem::path& path, int flags, int stream) {
  const int fd = open(path.c_str(), flags, 0600);
  if (fd < 0 || dup2(fd, stream) < 0) _exit(126);
}

/// What the child does between fork and exec. The tests that use it have one thread.
[[noreturn]] void Become(const std::vector<std::string>& argv, const ProcessOptions& options,
                         const std::filesystem::path& streams) {
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) std::signal(signal, SIG_DFL);
  Redirect(streams / "in", O_RDONLY, STDIN_FILENO);
  Redirect(streams / "out", O_WRONLY | O_CREAT, STDOUT_FILENO);
  Redirect(streams / "err", O_WRONLY | O_CREAT, STDERR_FILENO);
  for (const auto& [name, value] : options.environment) {
    if (value.empty()) {
      unsetenv(name.c_str());
    } else {
      setenv(name.c_str(), value.c_str(), 1);
    }
  }
  if (!options.folder.empty() && chdir(options.folder.c_str()) != 0) _exit(126);
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

}  // namespace

BackgroundProcess::BackgroundProcess(const std::vector<std::string>& argv, ProcessOptions options)
    : options_(std::move(options)) {
  std::ofstream(streams_.path() / "in") << options_.input;
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) Become(argv, options_, streams_.path());
}

BackgroundProcess::~BackgroundProcess() {
  if (ended_) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void BackgroundProcess::Signal(int signal) const {
  if (!ended_) kill(pid_, signal);
}

bool BackgroundProcess::HasEnded() {
  int status = 0;
  if (!ended_ && waitpid(pid_, &status, WNOHANG) == pid_) {
    ended_ = true;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  return ended_;
}

std::string BackgroundProcess::ErrorsSoFar() const { return ReadAll(streams_.path() / "err"); }

std::string BackgroundProcess::OutputSoFar() const { return ReadAll(streams_.path() / "out"); }

ProcessResult BackgroundProcess::Wait() {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.timeout_ms);
  while (!HasEnded()) {
    if (std::chrono::steady_clock::now() > deadline) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
      ended_ = true;
      exit_code_ = -1;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return {exit_code_, ReadAll(streams_.path() / "out"), ReadAll(streams_.path() / "err")};
}

ProcessResult RunProcess(const std::vector<std::string>& argv, const ProcessOptions& options) {
  return BackgroundProcess(argv, options).Wait();
}

}  // namespace netsmith::testing
