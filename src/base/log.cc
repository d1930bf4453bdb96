#include "base/log.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include <fmt/format.h>

#include "base/clock.h"

namespace millrace::base {
namespace {

LogLevel LevelFromEnvironment() {
  const char* text = std::getenv("MILLRACE_LOG");
  const std::string_view name = text == nullptr ? "info" : text;
  if (name == "debug") return LogLevel::kDebug;
  if (name == "warn") return LogLevel::kWarn;
  if (name == "error") return LogLevel::kError;
  if (name == "off") return LogLevel::kOff;
  return LogLevel::kInfo;
}

struct Logger {
  std::atomic<LogLevel> level = LevelFromEnvironment();
  std::mutex mutex;
  std::function<void(LogLevel, const std::string&)> sink;
};

Logger& TheLogger() {
  static auto* logger = new Logger;  // Never destroyed: threads may outlive main.
  return *logger;
}

std::string_view Name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO ";
    case LogLevel::kWarn:
      return "WARN ";
    default:
      return "ERROR";
  }
}

}  // namespace

void Log(LogLevel level, std::string_view text) {
  Logger& logger = TheLogger();
  if (level < logger.level.load(std::memory_order_relaxed)) return;
  std::string line =
      fmt::format("{} {} {}", FormatIsoMillis(Clock::System()->Now()), Name(level), text);
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  std::lock_guard lock(logger.mutex);
  if (logger.sink) {
    logger.sink(level, line);
    return;
  }
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void SetLogLevel(LogLevel level) { TheLogger().level = level; }

void SetLogSink(std::function<void(LogLevel, const std::string&)> sink) {
  Logger& logger = TheLogger();
  std::lock_guard lock(logger.mutex);
  logger.sink = std::move(sink);
}

}  // namespace millrace::base
