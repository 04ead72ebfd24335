#include "netsmith/base/log.h"

#include <atomic>
#include <cstdio>
#include <string>

namespace netsmith::base {
namespace {

std::atomic<LogLevel> lowest_level{LogLevel::kInfo};

/// One write a message, so that lines of several threads never mix.
void Write(LogLevel level, std::string_view prefix, std::string_view message) {
  if (level < lowest_level.load(std::memory_order_relaxed)) return;
  std::string line;
  line.reserve(prefix.size() + message.size() + 1);
  line.append(prefix).append(message).push_back('\n');
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

void SetLogLevel(LogLevel level) { lowest_level.store(level, std::memory_order_relaxed); }
LogLevel GetLogLevel() { return lowest_level.load(std::memory_order_relaxed); }

void LogDebug(std::string_view message) { Write(LogLevel::kDebug, "debug: ", message); }
void LogInfo(std::string_view message) { Write(LogLevel::kInfo, "", message); }
void LogWarning(std::string_view message) { Write(LogLevel::kWarning, "warning: ", message); }
void LogError(std::string_view message) { Write(LogLevel::kError, "error: ", message); }

}  // namespace netsmith::base
