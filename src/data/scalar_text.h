#pragma once

#include <cstdint>
#include <string>

#include <absl/time/time.h>

#include "millrace/types.h"

namespace millrace::data {

/// Values as Spark prints them in `show`, in casts to string and in literals.

/// Java's Double.toString and Float.toString: 1.0, 1.0E10, 1.0E-5, NaN, -Infinity; the shortest
/// digits that read back as the same number.
std::string DoubleText(double value);
std::string FloatText(float value);

/// All digits, `scale` of them behind the point: "-0.05".
std::string DecimalPlainText(__int128 unscaled, int scale);
/// java.math.BigDecimal.toString: as above, but 1E-7 and 0E-10 for what is smaller than 1e-6.
std::string DecimalText(__int128 unscaled, int scale);

/// "2026-02-03"; years outside 0000..9999 with their sign: "+10000-01-01", "-0001-12-31".
std::string DateText(std::int64_t days_since_epoch);
/// "2026-01-01 00:00:00.1234": microseconds since the epoch in `zone`, fraction without zeros at
/// its end. For timestamp_ntz the zone is UTC.
std::string TimestampText(std::int64_t micros, absl::TimeZone zone);
/// "23:59:59.999": nanoseconds of the day.
std::string TimeText(std::int64_t nanos);

/// "INTERVAL '1 02:03:04.5' DAY TO SECOND": microseconds. Precondition: a kDayTimeInterval.
std::string DayTimeIntervalText(std::int64_t micros, const DataType& type);
/// "INTERVAL '1-2' YEAR TO MONTH": months. Precondition: a kYearMonthInterval.
std::string YearMonthIntervalText(std::int64_t months, const DataType& type);

/// "[61 62]": what `show` prints for binary.
std::string BinaryText(std::string_view bytes);

}  // namespace millrace::data
