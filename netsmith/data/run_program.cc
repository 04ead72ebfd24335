#include "netsmith/data/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"

namespace netsmith::data {
namespace {

using Clock = std::chrono::steady_clock;

/// What a running program writes on stderr, and its process, which ends with the object.
class Child {
 public:
  Child(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
    std::array<int, 2> ends;
    NETSMITH_CHECK_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    errors_ = ends[0];
    const int error = Spawn(arguments, folder, ends[1]);
    close(ends[1]);
    if (error != 0) {
      close(errors_);
      throw base::DataError(arguments[0] + ": cannot be run: " + std::strerror(error));
    }
  }

  ~Child() {
    close(errors_);
    if (process_ <= 0) return;
    kill(process_, SIGKILL);
    Wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Waits a little for output; false when there will be no more.
  bool ReadSome() {
    pollfd waiting = {.fd = errors_, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, 50) <= 0) return true;
    std::array<char, 4096> buffer;
    const ssize_t count = read(errors_, buffer.data(), buffer.size());
    if (count <= 0) return false;
    constexpr std::size_t kEnough = 1 << 16;
    if (text_.size() < kEnough) text_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }

  /// The exit status as waitpid gives it.
  int Wait() {
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = 0;
    return status;
  }

  std::string FirstLine() const { return text_.substr(0, text_.find('\n')); }

 private:
  int Spawn(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
            int errors) {
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (const std::string& argument : arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    const int error = posix_spawnp(&process_, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
  }

  pid_t process_ = 0;
  int errors_ = -1;
  std::string text_;
};

}  // namespace

void RunProgram(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                std::chrono::seconds timeout, const std::stop_token& stop) {
  NETSMITH_CHECK(!arguments.empty());
  const std::string& program = arguments[0];
  const auto deadline = Clock::now() + timeout;
  Child child(arguments, folder);
  while (child.ReadSome()) {
    if (stop.stop_requested()) throw base::Interrupted(program + ": interrupted");
    if (Clock::now() > deadline) {
      throw base::DataError(program + ": took longer than " + std::to_string(timeout.count()) +
                            " s");
    }
  }
  const int status = child.Wait();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  const std::string ending = WIFEXITED(status) ? "exit code " + std::to_string(WEXITSTATUS(status))
                                               : "signal " + std::to_string(WTERMSIG(status));
  throw base::DataError(program + ": " + ending + ": " + child.FirstLine());
}

}  // namespace netsmith::data
