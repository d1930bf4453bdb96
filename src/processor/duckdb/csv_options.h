#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "millrace/types.h"
#include "processor/duckdb/from_json_options.h"
#include "processor/duckdb/time_zone.h"

namespace millrace::processor::duckdb {

enum class UnescapedQuotes {
  kStopAtClosingQuote,
  kBackToDelimiter,
  kStopAtDelimiter,
  kSkipValue,
  kRaiseError,
};

/// How records are written and read (org.apache.spark.sql.catalyst.csv.CSVOptions). A character
/// that is not there is NUL, as in Spark.
struct CsvFormat {
  std::string delimiter = ",";
  char quote = '"';
  char escape = '\\';
  /// Escapes the escape before a quote; NUL: nothing does.
  char escape_escape = '\0';
  char comment = '\0';
  bool has_comment = false;
  std::string null_value;
};

/// The options of from_csv. Names are case-insensitive; unknown ones and those of files are
/// ignored, as Spark does.
struct FromCsvOptions {
  CsvFormat format;
  bool trim_left = false;
  bool trim_right = false;
  UnescapedQuotes unescaped_quotes = UnescapedQuotes::kStopAtDelimiter;
  std::string empty_value;
  std::string nan = "NaN";
  std::string positive_infinity = "Inf";
  std::string negative_infinity = "-Inf";
  std::int64_t most_columns = 20480;
  /// Negative: no limit.
  std::int64_t most_characters = -1;
  bool fail_fast = false;
  /// Zone, formats of dates and times, the column of corrupt records.
  FromJsonOptions times;

  /// InvalidArgument with PARSE_MODE_UNSUPPORTED, INVALID_CORRUPT_RECORD_TYPE, UNSUPPORTED_DATATYPE
  /// and what Spark says of bad values; Unsupported for characters beyond ASCII as quote or escape,
  /// and for types that Spark reads but this does not.
  static base::Result<FromCsvOptions> Parse(const std::map<std::string, std::string>& options,
                                            const DataType& schema, const TimeZone& session_zone);
};

/// The options of to_csv.
struct ToCsvOptions {
  CsvFormat format;
  bool trim_left = true;
  bool trim_right = true;
  bool quote_all = false;
  bool escape_quotes = true;
  std::string empty_value = "\"\"";
  TimeZone zone;
  /// Empty: as the type's values print.
  std::string date_format;
  /// What Spark's yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX] gives; seconds of an offset are shown too.
  std::string timestamp_format = "yyyy-MM-dd'T'HH:mm:ss.SSSXXXXX";
  std::string timestamp_ntz_format = "yyyy-MM-dd'T'HH:mm:ss.SSS";

  static base::Result<ToCsvOptions> Parse(const std::map<std::string, std::string>& options,
                                          const TimeZone& session_zone);
};

}  // namespace millrace::processor::duckdb
