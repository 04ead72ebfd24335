#include "netsmith/search/guardian.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <climits>
#include <initializer_list>

namespace netsmith::search {
namespace {

constexpr int kCannotStart = 127;      // as the shell says it
constexpr int kParentEnded = SIGUSR1;  // or one of its threads

/// As _exit, which sanitizers replace by one that reports on the parent's threads.
[[noreturn]] void Exit(int code) {
  for (;;) syscall(SYS_exit_group, code);
}

void SetHandler(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaction(signal, &action, nullptr);
}

void SetMask(void (*fill)(sigset_t*)) {
  sigset_t mask;
  fill(&mask);
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
}

[[noreturn]] void Become(char* const* argv, pid_t guardian) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != guardian) Exit(kCannotStart);
  for (const int ignored_here : {SIGPIPE, SIGXFSZ}) SetHandler(ignored_here, SIG_DFL);
  SetHandler(SIGINT, SIG_IGN);
  SetMask([](sigset_t* mask) { sigemptyset(mask); });
  execvp(argv[0], argv);
  Exit(kCannotStart);
}

[[noreturn]] void EndLike(int status) {
  if (!WIFSIGNALED(status)) Exit(WEXITSTATUS(status));
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  SetHandler(WTERMSIG(status), SIG_DFL);
  SetMask([](sigset_t* mask) { sigemptyset(mask); });
  kill(getpid(), WTERMSIG(status));
  Exit(kCannotStart);
}

[[noreturn]] void Guard(pid_t program, pid_t parent) {
  sigset_t watched;
  sigemptyset(&watched);
  for (const int signal : {SIGCHLD, SIGTERM, kParentEnded}) sigaddset(&watched, signal);
  for (;;) {
    if (getppid() != parent) kill(-program, SIGKILL);
    siginfo_t ended{};
    waitid(P_PID, static_cast<id_t>(program), &ended, WEXITED | WNOHANG | WNOWAIT);
    if (ended.si_pid == program) {
      kill(-program, SIGKILL);  // what it left behind; the group's number is still its own
      int status = 0;
      waitpid(program, &status, 0);
      EndLike(status);
    }
    int signal = 0;
    sigwait(&watched, &signal);
    if (signal == SIGTERM) kill(-program, SIGKILL);
  }
}

}  // namespace

void RunGuarded(char* const* argv, int input, int output, pid_t parent) {
  SetMask([](sigset_t* mask) { sigfillset(mask); });
  SetHandler(SIGCHLD, SIG_DFL);
  SetHandler(SIGTERM, SIG_DFL);
  SetHandler(kParentEnded, SIG_DFL);
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, kParentEnded);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  // Other programs' pipes would never end if a copy of their other ends stayed open here.
  close_range(STDERR_FILENO + 1, UINT_MAX, 0);
  const pid_t guardian = getpid();
  const pid_t program = fork();
  if (program < 0) Exit(kCannotStart);
  if (program == 0) Become(argv, guardian);
  setpgid(program, program);
  close(STDIN_FILENO);
  close(STDOUT_FILENO);
  Guard(program, parent);
}

}  // namespace netsmith::search
