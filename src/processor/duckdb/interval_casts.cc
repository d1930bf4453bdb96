#include "processor/duckdb/interval_casts.h"

#include <limits>
#include <optional>

#include <arrow/array.h>

#include "data/scalar_text.h"
#include "processor/duckdb/decimal_text.h"
#include "processor/duckdb/value_errors.h"
#include "processor/duckdb/wide_integer.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

bool IsInterval(const DataType& type) {
  return type.is(Kind::kDayTimeInterval) || type.is(Kind::kYearMonthInterval);
}

bool IsExact(const DataType& type) { return type.isIntegral() || type.is(Kind::kDecimal); }

bool CountsMicros(const DataType& type) {
  return type.is(Kind::kDayTimeInterval) && type.intervalEnd() == 3;
}

/// One of the interval's last field, as intervals are kept: microseconds or months. A second when
/// that is the field.
std::int64_t UnitOf(const DataType& interval) {
  constexpr std::int64_t kMicros[] = {86'400'000'000, 3'600'000'000, 60'000'000, 1'000'000};
  if (interval.is(Kind::kDayTimeInterval)) return kMicros[interval.intervalEnd()];
  return interval.intervalEnd() == 0 ? 12 : 1;
}

// What an interval cannot hold is none.
std::optional<std::int64_t> Fitting(const WideInteger& magnitude, bool negative,
                                    const DataType& to) {
  const bool micros = to.is(Kind::kDayTimeInterval);
  const auto most = static_cast<unsigned __int128>(
      micros ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int32_t>::max());
  if (magnitude > WideInteger(most + (negative ? 1 : 0))) return std::nullopt;
  const auto value = static_cast<std::uint64_t>(magnitude.value());
  return static_cast<std::int64_t>(negative ? -value : value);
}

IntervalCast FromNumber(const DataType& from, const DataType& to, const data::TimeZone& zone) {
  const int scale = from.is(Kind::kDecimal) ? from.scale() : 0;
  const auto unit = static_cast<unsigned __int128>(UnitOf(to));
  return [=](const arrow::Array& array, std::int64_t row, ColumnBuilder* out) {
    const data::Value value = ValueAt(array, row);
    const __int128 number = value.is_decimal() ? value.decimal_value() : value.int_value();
    const bool negative = number < 0;
    const auto bits = static_cast<unsigned __int128>(number);
    const WideInteger scaled = WideInteger(negative ? -bits : bits) * WideInteger(unit);
    const auto fitting = Fitting(scaled.DropDigits(scale), negative, to);
    if (!fitting) return CastOverflow(ErrorText(array, row, from, zone), from, to);
    out->AppendInt(*fitting);
    return base::Status::Ok();
  };
}

IntervalCast ToInteger(const DataType& from, const DataType& to, const data::TimeZone& zone) {
  const int bits = to.is(Kind::kByte) ? 8 : to.is(Kind::kShort) ? 16 : to.is(Kind::kInteger) ? 32 : 64;
  const auto most = static_cast<std::int64_t>(std::numeric_limits<std::uint64_t>::max() >> (65 - bits));
  return [=, unit = UnitOf(from)](const arrow::Array& array, std::int64_t row,
                                  ColumnBuilder* out) {
    const std::int64_t value = ValueAt(array, row).int_value() / unit;
    if (value > most || value < -most - 1) {
      return CastOverflow(ErrorText(array, row, from, zone), from, to);
    }
    out->AppendInt(value);
    return base::Status::Ok();
  };
}

IntervalCast ToDecimal(const DataType& from, const DataType& to) {
  constexpr int kMicroDigits = 6;
  const int scale = CountsMicros(from) ? kMicroDigits : 0;
  return [=, unit = scale > 0 ? 1 : UnitOf(from)](const arrow::Array& array, std::int64_t row,
                                                  ColumnBuilder* out) {
    const std::string text =
        data::DecimalPlainText(ValueAt(array, row).int_value() / unit, scale);
    const auto unscaled =
        duckdb::ToDecimal(*ParseBigDecimal(text), to.precision(), to.scale());
    if (!unscaled) return DecimalOutOfRange(text, to);
    out->AppendDecimal(*unscaled);
    return base::Status::Ok();
  };
}

// What is less than the last field is cut off.
IntervalCast Narrowed(const DataType& to) {
  return [unit = CountsMicros(to) ? 1 : UnitOf(to)](const arrow::Array& array, std::int64_t row,
                                                    ColumnBuilder* out) {
    const std::int64_t value = ValueAt(array, row).int_value();
    out->AppendInt(value - value % unit);
    return base::Status::Ok();
  };
}

}  // namespace

IntervalCast MakeIntervalCast(const DataType& from, const DataType& to,
                              const data::TimeZone& zone) {
  if (IsInterval(to)) {
    if (from.kind() == to.kind()) return Narrowed(to);
    return IsExact(from) ? FromNumber(from, to, zone) : IntervalCast();
  }
  if (!IsInterval(from)) return {};
  if (to.isIntegral()) return ToInteger(from, to, zone);
  return to.is(Kind::kDecimal) ? ToDecimal(from, to) : IntervalCast();
}

}  // namespace millrace::processor::duckdb
