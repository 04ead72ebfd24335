#include "netsmith/cli/signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <initializer_list>
#include <stop_token>
#include <system_error>
#include <thread>

#include "netsmith/base/log.h"
#include "netsmith/cli/command.h"

namespace netsmith::cli {
namespace {

std::atomic<int> signals_seen{0};
std::atomic<int> wake_up_fd{-1};  // writing end of the watcher's pipe

/// Only what a signal handler may do.
void HandleSignal(int) {
  const int saved_errno = errno;
  if (signals_seen.fetch_add(1) > 0) _exit(kInterrupted);
  const char byte = 0;
  [[maybe_unused]] const ssize_t ignored = write(wake_up_fd.load(), &byte, 1);
  errno = saved_errno;
}

void InstallHandler(int signal) {
  struct sigaction action = {}, before = {};
  action.sa_handler = HandleSignal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(signal, nullptr, &before);
  if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
}

/// Waits for the first signal; lives as long as the program.
void Watch(int fd, std::stop_source& source) {
  char byte = 0;
  while (read(fd, &byte, 1) < 0 && errno == EINTR) {
  }
  base::LogWarning("stopping: what is finished is kept; Ctrl-C again ends at once");
  source.request_stop();
}

}  // namespace

std::stop_token StopOnSignals() {
  std::array<int, 2> fds{};
  if (pipe2(fds.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category());
  wake_up_fd = fds[1];
  std::stop_source source;
  std::thread([fd = fds[0], source]() mutable { Watch(fd, source); }).detach();
  InstallHandler(SIGINT);
  InstallHandler(SIGTERM);
  return source.get_token();
}

void KeepStandardStreams() {
  // The lowest free number is taken first. Each is opened for what it is not used for.
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) _exit(kOtherError);
  }
}

}  // namespace netsmith::cli
