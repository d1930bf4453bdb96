#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "processor/duckdb/time_zone.h"

namespace millrace::processor::duckdb {

/// A datetime pattern of Spark 3 and later, java.time's DateTimeFormatter with Spark's rules:
/// strict resolving, names in English in any case, fractions of any length when parsing, missing
/// fields filled from 1970-01-01T00:00:00. Immutable after Compile.
class DatetimePattern {
 public:
  /// InvalidArgument with INVALID_DATETIME_PATTERN or
  /// INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN for what Spark refuses too;
  /// Unsupported, naming the letter, for what only Spark can do.
  static base::Result<DatetimePattern> Compile(std::string_view pattern, bool for_parsing);

  /// What a query fails with when Compile has failed: SparkUpgradeException with
  /// INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION where Spark 2 knew the
  /// pattern, else Spark 3's own error. Unsupported stays.
  static base::Status SparkError(std::string_view pattern, const base::Status& compile_error);

  /// Microseconds of the instant; texts without a zone are in `zone`. `why`, where it is given,
  /// gets java.time's message for a text that does not match.
  std::optional<std::int64_t> ParseTimestamp(std::string_view text, const TimeZone& zone,
                                             std::string* why = nullptr) const;
  /// Microseconds of local time. A zone in the text is dropped, or refused unless `allow_zone`.
  std::optional<std::int64_t> ParseTimestampNtz(std::string_view text, bool allow_zone,
                                                std::string* why = nullptr) const;
  std::optional<std::int32_t> ParseDate(std::string_view text) const;

  /// Empty when the pattern wants a zone (`zone` null) or a field that cannot be shown.
  std::optional<std::string> Format(std::int64_t micros, const TimeZone* zone) const;

  /// The pattern contains names of months, days or halves of the day.
  bool has_names() const;
  /// The pattern shows abbreviated names of zones: only some zones have one here (CanName).
  bool has_zone_names() const;
  static bool CanName(const TimeZone& zone);

 private:
  enum class Kind {
    kLiteral,
    kNumber,
    kReducedYear,
    kFraction,
    kMonthName,
    kDayName,
    kHalfOfDay,
    kEra,
    kQuarterName,
    kOffset,
    kLocalizedOffset,
    kZoneId,
    kZoneName,
    kOptionalStart,
    kOptionalEnd,
  };
  enum class Sign { kNormal, kNotNegative, kExceedsPad };
  enum class Field {
    kYear,
    kYearOfEra,
    kQuarter,
    kMonth,
    kDay,
    kDayOfYear,
    kDayOfWeek,
    kHour,
    kClockHour,
    kHalfHour,
    kClockHalfHour,
    kMinute,
    kSecond,
    kNano,
    kHalf,
    kEra,
  };
  static constexpr int kFields = 16;
  struct Element {
    Kind kind;
    Field field = Field::kYear;
    int min_width = 0;
    int max_width = 0;
    Sign sign = Sign::kNormal;
    int subsequent_width = 0;
    bool full = false;        ///< Names: full text, not abbreviated.
    std::string text;         ///< Literals; the offset pattern of kOffset.
    std::string no_offset;    ///< kOffset: text for zero.
    std::size_t partner = 0;  ///< kOptionalStart: index of its end.
  };
  struct Parsed {
    std::optional<std::int64_t> field[kFields];
    std::optional<TimeZone> zone;
  };
  struct Local {
    std::int64_t days;
    std::int64_t nanos;
  };
  class Compiler;
  static std::string ZoneName(const TimeZone& zone, std::int64_t epoch_seconds);

  std::optional<Parsed> ParseFields(std::string_view text, std::string* why = nullptr) const;
  /// `*at` is where it ended, or the place of the part that does not match.
  bool ParseRange(std::size_t begin, std::size_t end, std::string_view text, std::size_t* at,
                  Parsed* parsed) const;
  static bool ParseElement(const Element& element, std::string_view text, std::size_t* at,
                           Parsed* parsed);
  static bool ParseNumber(const Element& element, std::string_view text, std::size_t* at,
                          Parsed* parsed);
  static bool Put(Parsed* parsed, Field field, std::int64_t value);
  static std::optional<Local> Resolve(const Parsed& parsed, std::string* why = nullptr);
  static std::optional<std::int64_t> ResolveDays(const Parsed& parsed, std::string* why = nullptr);
  static std::optional<std::int64_t> ResolveNanos(const Parsed& parsed, std::string* why = nullptr);

  std::vector<Element> elements_;
};

}  // namespace millrace::processor::duckdb
