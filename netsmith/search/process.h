#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace netsmith::search {

/// Owns a file descriptor; -1 is none.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  ~FileDescriptor() { Close(); }
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.Release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;

  int get() const { return fd_; }
  int Release();
  void Close();

 private:
  int fd_;
};

/// A program that runs beside us, with pipes to its standard input and output; its standard error
/// is ours. It runs in a process group of its own, so a Ctrl-C on the terminal does not reach it,
/// and ignores SIGINT. Nothing of the group outlives the program, this object, or this process,
/// however that ends (SIGKILL too).
class Process {
 public:
  /// Starts `argv`: a path or a name in $PATH, and arguments. A program that cannot be started ends
  /// with exit code 127. Errors   IoError: no process or pipe can be made.
  explicit Process(const std::vector<std::string>& argv);
  /// Kills what still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Our ends of the pipes; they never block.
  int input() const { return input_.get(); }    // to write to
  int output() const { return output_.get(); }  // to read from
  /// The program finds the end of its input.
  void CloseInput() { input_.Close(); }

  /// How the program ended, if it ends within `ms`: "exited with code 3", "was killed by signal 9
  /// (Killed)".
  std::optional<std::string> WaitForEnd(int ms);
  /// Ends the whole group at once and waits until it has ended.
  void Kill();

 private:
  FileDescriptor input_;
  FileDescriptor output_;
  pid_t guardian_ = -1;
  std::optional<int> status_;  // as of waitpid, once it has ended
};

}  // namespace netsmith::search
