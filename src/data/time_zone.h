#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <absl/time/time.h>

#include "base/result.h"

namespace millrace::data {

/// A java.time.ZoneId: an offset or a region of the system's time zone database. A value.
class TimeZone {
 public:
  /// UTC.
  TimeZone();
  /// What Spark's getZoneId accepts: "Z", "+02:00", "+2:00", "UTC+1", "Europe/Berlin", "PST", ...
  static std::optional<TimeZone> Parse(std::string_view id);
  static TimeZone Offset(int seconds);

  /// Seconds east of UTC at an instant.
  int OffsetAt(std::int64_t epoch_seconds) const;
  /// The instant of a local time, both in seconds since 1970-01-01T00:00:00. In a gap the clock is
  /// moved forward by its length, in an overlap the earlier instant is taken, as java.time does.
  std::int64_t FromLocal(std::int64_t local_seconds) const;

  /// Constant offset, in seconds; empty for regions.
  const std::optional<int>& fixed_offset() const { return fixed_offset_; }
  /// As ZoneId.getId gives it: "Z" is "Z", "+2:00" is "+02:00".
  const std::string& id() const { return id_; }
  const absl::TimeZone& zone() const { return zone_; }

 private:
  std::string id_;
  std::optional<int> fixed_offset_;
  absl::TimeZone zone_;
};

/// "+HH:MM[:SS]", or "Z" for zero: ZoneOffset.getId.
std::string OffsetId(int seconds);

/// ZoneOffset.of: "Z", +h, +hh, +hh:mm, +hhmm, +hh:mm:ss, +hhmmss up to 18 hours.
std::optional<int> ParseOffset(std::string_view text);

/// The zone of spark.sql.session.timeZone or of a function's argument, by the rules of
/// TimeZone::Parse. InvalidArgument with INVALID_TIMEZONE otherwise. Files outside the zone
/// database are never read.
base::Result<absl::TimeZone> LoadTimeZone(std::string_view name);

}  // namespace millrace::data
