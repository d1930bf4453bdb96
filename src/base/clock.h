#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>

namespace millrace::base {

/// Wall time, microsecond resolution, UTC.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

/// Where time comes from. Everything that waits or stamps takes one, so that a whole engine can run
/// from a seed. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime Now() const = 0;
  /// Never goes back; for durations.
  virtual std::chrono::nanoseconds Monotonic() const = 0;
  /// Blocks for `duration` or until `stop` is requested. True when the whole time has passed.
  virtual bool Sleep(std::chrono::nanoseconds duration, std::stop_token stop) = 0;

  /// The machine's clock; lives for ever.
  static Clock* System();
};

/// A clock that a test moves. Sleep moves it and returns at once.
class ManualClock : public Clock {
 public:
  explicit ManualClock(WallTime start = WallTime{}) : now_(start) {}
  WallTime Now() const override;
  std::chrono::nanoseconds Monotonic() const override;
  bool Sleep(std::chrono::nanoseconds duration, std::stop_token stop) override;
  void Advance(std::chrono::microseconds duration);

 private:
  mutable std::mutex mutex_;
  WallTime now_;
};

/// "2026-11-22T21:51:25.042Z": UTC, milliseconds; the form of Spark's progress and events.
std::string FormatIsoMillis(WallTime time);
std::int64_t ToMillis(WallTime time);

}  // namespace millrace::base
