#include "netsmith/search/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/search/guardian.h"

namespace netsmith::search {
namespace {

[[noreturn]] void FailCall(const std::string& program, const char* call) {
  throw base::IoError(fmt::format("cannot start {}: {}: {}", program, call, std::strerror(errno)));
}

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;
};

/// Clear of the standard streams, even where some of these are closed.
Pipe MakePipe(const std::string& program) {
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0) FailCall(program, "pipe2");
  const FileDescriptor low_read(ends[0]);
  const FileDescriptor low_write(ends[1]);
  Pipe pipe{FileDescriptor(fcntl(ends[0], F_DUPFD_CLOEXEC, STDERR_FILENO + 1)),
            FileDescriptor(fcntl(ends[1], F_DUPFD_CLOEXEC, STDERR_FILENO + 1))};
  if (pipe.read_end.get() < 0 || pipe.write_end.get() < 0) FailCall(program, "fcntl");
  return pipe;
}

std::string Describe(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return fmt::format("was killed by signal {} ({})", signal, strsignal(signal));
  }
  return fmt::format("exited with code {}", WEXITSTATUS(status));
}

/// As waitpid; a program that nobody can wait for counts as ended.
std::optional<int> Wait(pid_t pid, int flags) {
  int status = 0;
  for (;;) {
    const pid_t ended = waitpid(pid, &status, flags);
    if (ended == 0) return std::nullopt;
    if (ended == pid || errno != EINTR) return status;
  }
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    Close();
    fd_ = other.Release();
  }
  return *this;
}

int FileDescriptor::Release() { return std::exchange(fd_, -1); }

void FileDescriptor::Close() {
  if (fd_ >= 0) close(Release());
}

Process::Process(const std::vector<std::string>& argv) {
  NETSMITH_CHECK(!argv.empty());
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);

  Pipe to_program = MakePipe(argv[0]);
  Pipe from_program = MakePipe(argv[0]);
  const pid_t parent = getpid();
  // The parent's signal handlers must not run in the child before it has put them away.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  guardian_ = fork();
  if (guardian_ != 0) pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (guardian_ < 0) FailCall(argv[0], "fork");
  if (guardian_ == 0) {
    RunGuarded(arguments.data(), to_program.read_end.get(), from_program.write_end.get(), parent);
  }
  input_ = std::move(to_program.write_end);
  output_ = std::move(from_program.read_end);
  fcntl(input_.get(), F_SETFL, O_NONBLOCK);
  fcntl(output_.get(), F_SETFL, O_NONBLOCK);
}

Process::~Process() { Kill(); }

std::optional<std::string> Process::WaitForEnd(int ms) {
  constexpr std::chrono::milliseconds kStep{2};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  while (true) {
    if (!status_) status_ = Wait(guardian_, WNOHANG);
    if (status_) return Describe(*status_);
    if (std::chrono::steady_clock::now() >= deadline) return std::nullopt;
    std::this_thread::sleep_for(kStep);
  }
}

void Process::Kill() {
  if (status_) return;
  input_.Close();
  kill(guardian_, SIGTERM);
  status_ = Wait(guardian_, 0);
}

}  // namespace netsmith::search
