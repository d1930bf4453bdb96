#pragma once

#include <string_view>

#include <absl/time/time.h>

#include "base/result.h"

namespace millrace::data {

/// A zone as spark.sql.session.timeZone and Spark's functions take it: an area ("Europe/Berlin",
/// "UTC"), or an offset ("+01:00", "-8", "+1:30", "+053000", "Z", "UTC+1", "GMT-03:00") within 18
/// hours. InvalidArgument with INVALID_TIMEZONE otherwise. Files outside the zone database are
/// never read.
base::Result<absl::TimeZone> LoadTimeZone(std::string_view name);

}  // namespace millrace::data
