#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "millrace/types.h"
#include "processor/duckdb/datetime_pattern.h"
#include "processor/duckdb/json_tokenizer.h"
#include "processor/duckdb/time_zone.h"

namespace millrace::processor::duckdb {

/// A datetime format option.
struct DatetimeFormat {
  /// Empty when the option is not given, or when Spark fails on every value because of it.
  std::optional<DatetimePattern> pattern;
  /// Neither Spark nor its predecessor knows the pattern: every value is a bad field.
  bool unreadable = false;
  /// When the pattern does not match, or there is none: the rules of casts, and Spark 1's.
  bool fallback = true;
};

/// The options of from_json that matter to it (org.apache.spark.sql.catalyst.json.JSONOptions).
/// Names are case-insensitive; unknown ones and those of files are ignored, as Spark does.
struct FromJsonOptions {
  JsonSyntax syntax;
  bool fail_fast = false;
  std::string corrupt_column = "_corrupt_record";
  TimeZone zone;
  DatetimeFormat timestamp;
  DatetimeFormat timestamp_ntz;
  DatetimeFormat date;

  /// `schema` decides which formats are compiled and whether there is a corrupt-record column.
  /// InvalidArgument with PARSE_MODE_UNSUPPORTED, INVALID_CORRUPT_RECORD_TYPE, INVALID_TIMEZONE,
  /// INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION; Unsupported for a locale
  /// that would change answers, and for types that from_json cannot make here.
  static base::Result<FromJsonOptions> Parse(const std::map<std::string, std::string>& options,
                                             const DataType& schema, const TimeZone& session_zone);
};

/// Spark's error for an unknown zone.
base::Status InvalidTimeZone(std::string_view id);

}  // namespace millrace::processor::duckdb
