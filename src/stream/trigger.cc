#include "stream/trigger.h"

#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "data/interval_text.h"

namespace millrace::stream {
namespace {

base::Status Refused(std::string message) {
  return base::Status::InvalidArgument(std::move(message))
      .WithSparkError({"IllegalArgumentException", "", "", {}});
}

/// As java.lang.Math.floorDiv.
std::int64_t FloorDivide(std::int64_t value, std::int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

}  // namespace

base::Result<std::chrono::milliseconds> ParseTriggerInterval(std::string_view text) {
  MILLRACE_ASSIGN_OR_RETURN(const data::TextInterval interval, data::ParseIntervalText(text));
  if (interval.months != 0) {
    return Refused(fmt::format("Doesn't support month or year interval: {}", text));
  }
  std::int64_t millis = 0;
  if (__builtin_mul_overflow(interval.days, std::int64_t{86'400'000}, &millis) ||
      __builtin_add_overflow(millis, FloorDivide(interval.micros, 1000), &millis)) {
    return Refused(fmt::format("trigger interval \"{}\": it is too long", text));
  }
  if (millis < 0) {
    return Refused("requirement failed: the interval of trigger should not be negative");
  }
  return std::chrono::milliseconds(millis);
}

base::WallTime NextTriggerTime(base::WallTime now, std::chrono::milliseconds interval) {
  const std::int64_t step = interval.count();
  const std::int64_t slots = base::ToMillis(now) / step;
  return base::WallTime(std::chrono::milliseconds((slots + 1) * step));
}

}  // namespace millrace::stream
