// Showing a moment by a pattern.

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "processor/duckdb/datetime_names.h"
#include "processor/duckdb/datetime_pattern.h"
#include "processor/duckdb/datetime_text.h"
#include "processor/duckdb/offset_pattern.h"

namespace millrace::processor::duckdb {
namespace {

std::int64_t FloorDiv(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

std::optional<std::string> DatetimePattern::Format(std::int64_t micros,
                                                   const TimeZone* zone) const {
  std::int64_t utc = FloorDiv(micros, 1'000'000);
  std::int64_t nanos = (micros % 1'000'000 + 1'000'000) % 1'000'000 * 1000;
  int offset = zone == nullptr ? 0 : zone->OffsetAt(utc);
  std::int64_t seconds = utc + offset;
  std::int64_t days = FloorDiv(seconds, 86'400);
  std::int64_t time = seconds - days * 86'400;
  CivilDate date = CivilFromDays(days);
  std::int64_t hour = time / 3600;
  auto value = [&](Field field) -> std::int64_t {
    switch (field) {
      case Field::kYear:
        return date.year;
      case Field::kYearOfEra:
        return date.year > 0 ? date.year : 1 - date.year;
      case Field::kQuarter:
        return (date.month + 2) / 3;
      case Field::kMonth:
        return date.month;
      case Field::kDay:
        return date.day;
      case Field::kDayOfYear:
        return days - DaysFromCivil(date.year, 1, 1) + 1;
      case Field::kHour:
        return hour;
      case Field::kClockHour:
        return hour == 0 ? 24 : hour;
      case Field::kHalfHour:
        return hour % 12;
      case Field::kClockHalfHour:
        return hour % 12 == 0 ? 12 : hour % 12;
      case Field::kMinute:
        return time / 60 % 60;
      case Field::kSecond:
        return time % 60;
      default:
        return 0;
    }
  };
  std::string out;
  for (const Element& element : elements_) {
    switch (element.kind) {
      case Kind::kLiteral:
        out += element.text;
        break;
      case Kind::kNumber: {
        std::int64_t number = value(element.field);
        std::string digits = std::to_string(std::abs(number));
        if (static_cast<int>(digits.size()) > element.max_width) return std::nullopt;
        if (number < 0) {
          if (element.sign == Sign::kNotNegative) return std::nullopt;
          out += '-';
        } else if (element.sign == Sign::kExceedsPad &&
                   static_cast<int>(digits.size()) > element.min_width) {
          out += '+';
        }
        out.append(std::max(0, element.min_width - static_cast<int>(digits.size())), '0');
        out += digits;
        break;
      }
      case Kind::kReducedYear:
        out += fmt::format("{:02}", std::abs(value(element.field)) % 100);
        break;
      case Kind::kFraction:
        out += fmt::format("{:09}", nanos).substr(0, element.max_width);
        break;
      case Kind::kMonthName:
        out += kMonths[date.month - 1].substr(0, element.full ? std::string_view::npos : 3);
        break;
      case Kind::kDayName:
        // 1970-01-01 was a Thursday.
        out += kDays[((days + 3) % 7 + 7) % 7].substr(0, element.full ? std::string_view::npos : 3);
        break;
      case Kind::kQuarterName:
        out += element.full ? std::string(kQuarters[value(Field::kQuarter) - 1])
                            : fmt::format("Q{}", value(Field::kQuarter));
        break;
      case Kind::kHalfOfDay:
        out += hour < 12 ? "AM" : "PM";
        break;
      case Kind::kEra:
        out += date.year > 0 ? (element.full ? "Anno Domini" : "AD")
                             : (element.full ? "Before Christ" : "BC");
        break;
      case Kind::kOffset: {
        if (zone == nullptr) return std::nullopt;
        // What the pattern does not show counts as zero.
        bool shows_seconds = element.text.find("ss") != std::string::npos;
        int shown = shows_seconds ? offset : offset / 60 * 60;
        out += shown == 0 ? element.no_offset : FormatOffset(element.text, offset);
        break;
      }
      case Kind::kLocalizedOffset:
        if (zone == nullptr) return std::nullopt;
        out += "GMT";
        if (offset != 0) {
          int total = std::abs(offset);
          out += offset < 0 ? '-' : '+';
          if (element.full) {
            out += fmt::format("{:02}:{:02}", total / 3600, total / 60 % 60);
            if (total % 60 != 0) out += fmt::format(":{:02}", total % 60);
          } else {
            out += std::to_string(total / 3600);
            if (total % 3600 != 0) out += fmt::format(":{:02}", total / 60 % 60);
            if (total % 60 != 0) out += fmt::format(":{:02}", total % 60);
          }
        }
        break;
      case Kind::kZoneId:
        if (zone == nullptr) return std::nullopt;
        out += zone->id();
        break;
      case Kind::kZoneName:
        if (zone == nullptr) return std::nullopt;
        out += ZoneName(*zone, utc);
        break;
      case Kind::kOptionalStart:
      case Kind::kOptionalEnd:
        break;
    }
  }
  return out;
}

}  // namespace millrace::processor::duckdb
