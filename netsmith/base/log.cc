#include "netsmith/base/log.h"

#include <atomic>
#include <cstdio>
#include <mutex>
#include <string>

#include "netsmith/base/printable.h"

namespace netsmith::base {
namespace {

constexpr std::string_view kClearLine = "\r\x1b[K";

std::atomic<LogLevel> lowest_level{LogLevel::kInfo};

/// The status line on the terminal; one lock, so that lines of several threads never mix.
struct Terminal {
  std::mutex mutex;
  std::string status;
};

/// Never destroyed: threads may write until the very end of the program.
Terminal& GetTerminal() {
  static auto* terminal = new Terminal;
  return *terminal;
}

void Write(LogLevel level, std::string_view prefix, std::string_view message) {
  if (level < lowest_level.load(std::memory_order_relaxed)) return;
  Terminal& terminal = GetTerminal();
  const std::lock_guard lock(terminal.mutex);
  std::string line;
  if (!terminal.status.empty()) line.append(kClearLine);
  line.append(prefix);
  line.append(Printable(message)).append("\n").append(terminal.status);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

void SetLogLevel(LogLevel level) { lowest_level.store(level, std::memory_order_relaxed); }
LogLevel GetLogLevel() { return lowest_level.load(std::memory_order_relaxed); }

void LogDebug(std::string_view message) { Write(LogLevel::kDebug, "debug: ", message); }
void LogInfo(std::string_view message) { Write(LogLevel::kInfo, "", message); }
void LogWarning(std::string_view message) { Write(LogLevel::kWarning, "warning: ", message); }
void LogError(std::string_view message) { Write(LogLevel::kError, "error: ", message); }

void SetStatusLine(std::string_view line) {
  Terminal& terminal = GetTerminal();
  const std::lock_guard lock(terminal.mutex);
  if (line.empty() && terminal.status.empty()) return;
  std::string text(kClearLine);
  text.append(line);
  std::fwrite(text.data(), 1, text.size(), stderr);
  terminal.status = line;
}

}  // namespace netsmith::base
