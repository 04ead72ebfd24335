#pragma once

#include <string_view>

/// Messages for people, on stderr; results go to stdout and never pass through here.
namespace netsmith::base {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

/// Lowest level that is written; kInfo until set.
void SetLogLevel(LogLevel level);
LogLevel GetLogLevel();

void LogDebug(std::string_view message);
void LogInfo(std::string_view message);
void LogWarning(std::string_view message);
void LogError(std::string_view message);

/// A line that stays below the messages of a terminal and is drawn over by the next one; an empty
/// one takes it away. Only for a stderr that is a terminal.
void SetStatusLine(std::string_view line);

}  // namespace netsmith::base
