#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "connector/options.h"

namespace millrace::sources::rate {

/// The options of `format("rate")`.
struct RateOptions {
  std::int64_t rows_per_second = 1;
  std::int64_t ramp_up_seconds = 0;   ///< Whole seconds until rows_per_second is reached.
  std::optional<int> num_partitions;  ///< Absent: as many as threads read.

  /// Refuses what Spark refuses, in its words, and options that nobody knows by name.
  static base::Result<RateOptions> Read(const connector::Options& options);
};

/// How many rows the stream has given when `seconds` are over: rises evenly during the ramp, then
/// by rows_per_second. Precondition: seconds >= 0, and the result fits (CheckEnd).
std::int64_t ValueAtSecond(std::int64_t seconds, const RateOptions& options);

/// INCORRECT_END_OFFSET when more than 2^63 - 1 rows would have been given by then.
base::Status CheckEnd(std::int64_t seconds, const RateOptions& options);

}  // namespace millrace::sources::rate
