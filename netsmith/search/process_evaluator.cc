#include "netsmith/search/process_evaluator.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "netsmith/base/check.h"
#include "netsmith/base/error.h"
#include "netsmith/search/process.h"
#include "netsmith/search/protocol.h"
#include "netsmith/search/text_lines.h"
#include "netsmith/search/without_reward.h"

namespace netsmith::search {
namespace {

constexpr int kGraceMs = 1000;  // for a program to end once its input or output has ended

/// A descriptor that becomes readable when `stop` is requested.
class StopDescriptor {
 public:
  explicit StopDescriptor(const std::stop_token& stop)
      : event_(eventfd(0, EFD_CLOEXEC)),
        callback_(stop, [this] { eventfd_write(event_.get(), 1); }) {
    if (event_.get() < 0) {
      throw base::IoError(fmt::format("eventfd: {}", std::strerror(errno)));
    }
  }
  int get() const { return event_.get(); }

 private:
  FileDescriptor event_;
  std::stop_callback<std::function<void()>> callback_;
};

}  // namespace

/// The program ended without an answer.
struct ProcessEvaluator::Lost {
  std::string how;
};

/// A running program and what it has said so far.
struct ProcessEvaluator::Conversation {
  explicit Conversation(const std::vector<std::string>& argv) : process(argv) {}

  /// Sends a line and waits for one. Throws Lost, IoError (line too long), Interrupted.
  std::string Ask(std::string_view request, const std::stop_token& stop) {
    const StopDescriptor stopped(stop);
    for (;;) {
      if (auto line = received.Take()) return *std::move(line);
      std::array<pollfd, 3> events{
          pollfd{.fd = stopped.get(), .events = POLLIN, .revents = 0},
          pollfd{.fd = process.output(), .events = POLLIN, .revents = 0},
          pollfd{.fd = request.empty() ? -1 : process.input(), .events = POLLOUT, .revents = 0}};
      if (poll(events.data(), events.size(), -1) < 0) {
        NETSMITH_CHECK_EQ(errno, EINTR);
        continue;
      }
      if (events[0].revents != 0) throw base::Interrupted("evaluation stopped");
      if (events[2].revents != 0) Send(request);
      if (events[1].revents != 0) Receive();
    }
  }

  /// Writes what the pipe takes. A program that reads no more may still answer.
  void Send(std::string_view& request) {
    const auto count = WriteWithoutSignal(process.input(), request);
    if (count >= 0) {
      request.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EPIPE) {
      request = {};
    }
  }

  void Receive() {
    std::array<char, 4096> chunk;
    const ssize_t count = read(process.output(), chunk.data(), chunk.size());
    if (count > 0) received.Append({chunk.data(), static_cast<std::size_t>(count)});
    if (count == 0) throw Lost{process.WaitForEnd(kGraceMs).value_or("closed its output")};
  }

  Process process;
  LineBuffer received{kMaxLineBytes};
};

std::vector<std::string> ShellCommand(const std::string& command) {
  return {"/bin/sh", "-c", command};
}

ProcessEvaluator::ProcessEvaluator(ProcessOptions options) : options_(std::move(options)) {
  NETSMITH_CHECK_GE(options_.max_attempts, 1);
}

ProcessEvaluator::~ProcessEvaluator() {
  if (!conversation_) return;
  conversation_->process.CloseInput();
  conversation_->process.WaitForEnd(kGraceMs);
}

study::Evaluation ProcessEvaluator::Evaluate(const study::Job& job, const std::stop_token& stop) {
  if (stop.stop_requested()) throw base::Interrupted("evaluation stopped");
  const auto start = std::chrono::steady_clock::now();
  const std::string request = EncodeRequest(job, options_.decisions) + "\n";
  std::string reason;
  for (int attempt = 1; attempt <= options_.max_attempts; ++attempt) {
    try {
      study::Evaluation evaluation = EvaluateOnce(request, job.trial, stop);
      if (evaluation.seconds == 0) {
        evaluation.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      }
      return evaluation;
    } catch (const Lost& lost) {
      reason = fmt::format("{} {} before it answered (attempt {} of {})", options_.name, lost.how,
                           attempt, options_.max_attempts);
    } catch (const base::InvalidArgument& wrong) {
      return Failed(fmt::format("{}: {}", options_.name, wrong.what()));
    } catch (const base::IoError& error) {
      return Failed(fmt::format("{}: {}", options_.name, error.what()));
    }
  }
  return Failed(reason);
}

/// Keeps the program only if it answered as it should.
study::Evaluation ProcessEvaluator::EvaluateOnce(const std::string& request, std::int64_t trial,
                                                 const std::stop_token& stop) {
  std::unique_ptr<Conversation> conversation = std::move(conversation_);
  if (!conversation || conversation->process.WaitForEnd(0)) {
    conversation = std::make_unique<Conversation>(options_.argv);
  }
  const std::string answer = conversation->Ask(request, stop);
  study::Evaluation evaluation = DecodeAnswer(answer, trial);
  conversation_ = std::move(conversation);
  return evaluation;
}

}  // namespace netsmith::search
