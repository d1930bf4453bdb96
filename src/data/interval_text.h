#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace millrace::data {

/// What an interval's text says: months, days and microseconds do not mix, their lengths vary.
struct TextInterval {
  std::int64_t months = 0;
  std::int64_t days = 0;
  std::int64_t micros = 0;
};

/// "1 hour 30 minutes", "interval 1.5 seconds": pairs of a number and a unit from microseconds to
/// years, as Spark's IntervalUtils.stringToInterval reads them; only seconds may have a fraction.
/// IllegalArgumentException INVALID_INTERVAL_FORMAT with Spark's texts.
base::Result<TextInterval> ParseIntervalText(std::string_view text);

}  // namespace millrace::data
