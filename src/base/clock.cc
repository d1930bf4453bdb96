#include "base/clock.h"

#include <fmt/format.h>

namespace millrace::base {
namespace {

class SystemClock final : public Clock {
 public:
  WallTime Now() const override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
  std::chrono::nanoseconds Monotonic() const override {
    return std::chrono::steady_clock::now().time_since_epoch();
  }
  bool Sleep(std::chrono::nanoseconds duration, std::stop_token stop) override {
    std::mutex mutex;
    std::condition_variable_any condition;
    std::unique_lock lock(mutex);
    condition.wait_for(lock, stop, duration, [] { return false; });
    return !stop.stop_requested();
  }
};

}  // namespace

Clock* Clock::System() {
  static auto* clock = new SystemClock;  // Never destroyed: threads may outlive main.
  return clock;
}

WallTime ManualClock::Now() const {
  std::lock_guard lock(mutex_);
  return now_;
}

std::chrono::nanoseconds ManualClock::Monotonic() const {
  std::lock_guard lock(mutex_);
  return now_.time_since_epoch();
}

bool ManualClock::Sleep(std::chrono::nanoseconds duration, std::stop_token stop) {
  if (stop.stop_requested()) return false;
  Advance(std::chrono::ceil<std::chrono::microseconds>(duration));
  return true;
}

void ManualClock::Advance(std::chrono::microseconds duration) {
  std::lock_guard lock(mutex_);
  now_ += duration;
}

std::string FormatIsoMillis(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::milliseconds>(time - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::int64_t ToMillis(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

}  // namespace millrace::base
