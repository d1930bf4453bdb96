#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace millrace::base {

enum class LogLevel { kDebug, kInfo, kWarn, kError, kOff };

/// Writes one line to stderr: `2026-11-22T21:51:25.042Z WARN  text`. Line breaks inside the text
/// become spaces, so one event is one line. Thread-safe.
void Log(LogLevel level, std::string_view text);
inline void LogInfo(std::string_view text) { Log(LogLevel::kInfo, text); }
inline void LogWarn(std::string_view text) { Log(LogLevel::kWarn, text); }
inline void LogError(std::string_view text) { Log(LogLevel::kError, text); }

/// Lines below this level are dropped. Starts at `MILLRACE_LOG` (debug, info, warn, error, off) or
/// info.
void SetLogLevel(LogLevel level);
/// Sends lines to `sink` (null: stderr again). For tests and for programs that draw a terminal.
void SetLogSink(std::function<void(LogLevel, const std::string& line)> sink);

}  // namespace millrace::base
