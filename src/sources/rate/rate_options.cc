#include "sources/rate/rate_options.h"

#include <charconv>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "connector/duration.h"

namespace millrace::sources::rate {

namespace {

using base::Result;
using base::Status;
using connector::Options;

const std::vector<std::string> kKnownNames = {"rowsPerSecond", "rampUpTime", "numPartitions"};

/// Java's Long.parseLong or Integer.parseInt of an option, with its error.
template <typename Number>
Result<std::optional<Number>> ReadNumber(const Options& options, const char* name) {
  const std::optional<std::string> text = options.GetString(name);
  if (!text) return std::optional<Number>();
  Number value = 0;
  const char* first = text->data() + (text->starts_with('+') ? 1 : 0);
  const char* last = text->data() + text->size();
  const auto [end, error] = std::from_chars(first, last, value);
  if (error != std::errc() || end != last || (*first == '-' && first != text->data())) {
    return Status::InvalidArgument(
               fmt::format("rate source: option \"{}\": For input string: \"{}\"", name, *text))
        .WithSparkError({.exception_class = "NumberFormatException"});
  }
  return std::optional(value);
}

Status Invalid(const Options& options, const char* name, const char* demand) {
  return Status::InvalidArgument(fmt::format("Invalid value '{}'. The option '{}' must {}",
                                             options.GetString(name).value_or(""), name, demand))
      .WithSparkError({.exception_class = "IllegalArgumentException"});
}

std::int64_t MostSeconds(const RateOptions& options) {
  return std::numeric_limits<std::int64_t>::max() / options.rows_per_second;
}

}  // namespace

Result<RateOptions> RateOptions::Read(const Options& options) {
  RateOptions read;
  MILLRACE_ASSIGN_OR_RETURN(const auto rows, ReadNumber<std::int64_t>(options, "rowsPerSecond"));
  read.rows_per_second = rows.value_or(1);
  if (read.rows_per_second <= 0) return Invalid(options, "rowsPerSecond", "be positive");
  if (const auto text = options.GetString("rampUpTime")) {
    const auto time = connector::ParseDuration(*text, std::chrono::seconds(1));
    if (!time) {
      return Status::InvalidArgument(
                 fmt::format("rate source: option \"rampUpTime\": Time must be specified as "
                             "seconds (s), milliseconds (ms), microseconds (us), minutes (m or "
                             "min), hour (h), or day (d). E.g. 50s, 100ms, or 250us.\nFailed to "
                             "parse time string: {}",
                             *text))
          .WithSparkError({.exception_class = "NumberFormatException"});
    }
    read.ramp_up_seconds = std::chrono::duration_cast<std::chrono::seconds>(*time).count();
    if (read.ramp_up_seconds < 0) return Invalid(options, "rampUpTime", "not be negative");
  }
  MILLRACE_ASSIGN_OR_RETURN(read.num_partitions, ReadNumber<int>(options, "numPartitions"));
  if (read.num_partitions.value_or(1) <= 0) return Invalid(options, "numPartitions", "be positive");
  MILLRACE_RETURN_IF_ERROR(options.CheckAllHonoured("rate source", kKnownNames));
  if (read.ramp_up_seconds > MostSeconds(read)) {
    return Status::InvalidArgument(
               fmt::format("Max offset with {} rowsPerSecond is {}, but 'rampUpTimeSeconds' is {}.",
                           read.rows_per_second, MostSeconds(read), read.ramp_up_seconds))
        .WithSparkError(
            {.exception_class = "SparkRuntimeException",
             .condition = "INCORRECT_RAMP_UP_RATE",
             .sql_state = "22003",
             .parameters = {{"rowsPerSecond", std::to_string(read.rows_per_second)},
                            {"maxSeconds", std::to_string(MostSeconds(read))},
                            {"rampUpTimeSeconds", std::to_string(read.ramp_up_seconds)}}});
  }
  return read;
}

Status CheckEnd(std::int64_t seconds, const RateOptions& options) {
  if (seconds <= MostSeconds(options)) return Status::Ok();
  return Status::InvalidArgument(
             fmt::format("Max offset with {} rowsPerSecond is {}, but it's {} now.",
                         options.rows_per_second, MostSeconds(options), seconds))
      .WithSparkError({.exception_class = "SparkRuntimeException",
                       .condition = "INCORRECT_END_OFFSET",
                       .sql_state = "22003",
                       .parameters = {{"rowsPerSecond", std::to_string(options.rows_per_second)},
                                      {"maxSeconds", std::to_string(MostSeconds(options))},
                                      {"endSeconds", std::to_string(seconds)}}});
}

std::int64_t ValueAtSecond(std::int64_t seconds, const RateOptions& options) {
  const std::int64_t ramp = options.ramp_up_seconds;
  if (seconds > ramp) {
    return ValueAtSecond(ramp, options) + (seconds - ramp) * options.rows_per_second;
  }
  const std::int64_t step = options.rows_per_second / (ramp + 1);
  return seconds % 2 == 1 ? (seconds + 1) / 2 * step * seconds : seconds / 2 * step * (seconds + 1);
}

}  // namespace millrace::sources::rate
