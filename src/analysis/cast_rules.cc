#include <algorithm>

#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

bool IsInterval(const DataType& type) {
  return type.is(Kind::kDayTimeInterval) || type.is(Kind::kYearMonthInterval);
}

bool MayHold(bool target_contains_null, bool source_contains_null, bool cast_makes_null) {
  return target_contains_null || !(source_contains_null || cast_makes_null);
}

bool CanCastAtomic(const DataType& from, const DataType& to, LegacyOrAnsi mode) {
  const bool ansi = mode != LegacyOrAnsi::kLegacy;
  switch (to.kind()) {
    case Kind::kString:
      return true;
    case Kind::kBinary:
      return from.is(Kind::kString) || (!ansi && from.isIntegral());
    case Kind::kBoolean:
      return from.is(Kind::kString) || from.isNumeric() ||
             (!ansi && (from.is(Kind::kDate) || from.is(Kind::kTimestamp)));
    case Kind::kTimestamp:
      return from.is(Kind::kString) || from.is(Kind::kDate) || from.is(Kind::kTimestampNtz) ||
             from.isNumeric() || (!ansi && from.is(Kind::kBoolean));
    case Kind::kTimestampNtz:
      return from.is(Kind::kString) || from.is(Kind::kDate) || from.is(Kind::kTimestamp);
    case Kind::kDate:
      return from.is(Kind::kString) || from.is(Kind::kTimestamp) || from.is(Kind::kTimestampNtz);
    case Kind::kTime:
      return from.is(Kind::kString) || from.is(Kind::kTime);
    case Kind::kDayTimeInterval:
    case Kind::kYearMonthInterval:
      return from.is(Kind::kString) || from.kind() == to.kind() || from.isIntegral() ||
             from.is(Kind::kDecimal);
    case Kind::kCalendarInterval:
      return from.is(Kind::kString);
    default:
      break;
  }
  if (!to.isNumeric()) return false;
  if (from.is(Kind::kString) || from.is(Kind::kBoolean) || from.isNumeric()) return true;
  if (from.is(Kind::kTimestamp)) return true;
  if (!ansi && from.is(Kind::kDate)) return true;
  return IsInterval(from) && (to.isIntegral() || to.is(Kind::kDecimal));
}

bool CanCastStruct(const DataType& from, const DataType& to, LegacyOrAnsi mode) {
  return std::equal(from.fields().begin(), from.fields().end(), to.fields().begin(),
                    to.fields().end(), [mode](const StructField& x, const StructField& y) {
                      return CanCast(x.dataType, y.dataType, mode) &&
                             MayHold(y.nullable, x.nullable,
                                     CastMakesNullable(x.dataType, y.dataType));
                    });
}

}  // namespace

bool CanCast(const DataType& from, const DataType& to, LegacyOrAnsi mode) {
  if (from == to) return true;
  if (from.is(Kind::kNull)) return true;
  if (to.is(Kind::kNull)) return false;
  if (to.is(Kind::kString)) return true;
  // Inside, try_cast takes all that was legal before ANSI.
  const LegacyOrAnsi inner = mode == LegacyOrAnsi::kTry ? LegacyOrAnsi::kLegacy : mode;
  if (from.is(Kind::kArray) && to.is(Kind::kArray)) {
    return CanCast(from.elementType(), to.elementType(), inner) &&
           MayHold(to.containsNull(), from.containsNull(),
                   CastMakesNullable(from.elementType(), to.elementType()));
  }
  if (from.is(Kind::kMap) && to.is(Kind::kMap)) {
    return CanCast(from.keyType(), to.keyType(), inner) &&
           (mode != LegacyOrAnsi::kLegacy || !CastMakesNullable(from.keyType(), to.keyType())) &&
           CanCast(from.valueType(), to.valueType(), inner) &&
           MayHold(to.valueContainsNull(), from.valueContainsNull(),
                   CastMakesNullable(from.valueType(), to.valueType()));
  }
  if (from.is(Kind::kStruct) && to.is(Kind::kStruct)) {
    return CanCastStruct(from, to, inner);
  }
  if (to.is(Kind::kVariant)) {
    return !from.is(Kind::kMap) && !from.is(Kind::kStruct) && !IsInterval(from);
  }
  if (from.is(Kind::kVariant)) return !IsInterval(to);
  return CanCastAtomic(from, to, mode);
}

bool CastMakesNullable(const DataType& from, const DataType& to) {
  if (from.is(Kind::kNull) || SameType(from, to)) return false;
  if (from.is(Kind::kString)) return !to.is(Kind::kBinary);
  if (to.is(Kind::kString)) return false;
  if (from.is(Kind::kTimestamp) &&
      (to.is(Kind::kByte) || to.is(Kind::kShort) || to.is(Kind::kInteger))) {
    return true;
  }
  if ((from.is(Kind::kFloat) || from.is(Kind::kDouble)) && to.is(Kind::kTimestamp)) return true;
  if (to.is(Kind::kDate)) return !from.is(Kind::kTimestamp);
  if (to.is(Kind::kTimestampNtz)) return from.is(Kind::kDate);
  if (to.is(Kind::kCalendarInterval)) return true;
  if (to.is(Kind::kDecimal)) {
    if (from.isIntegral()) return !CanUpCast(from, to);
    if (from.is(Kind::kDecimal)) {
      // Rounding may need one digit more before the point.
      const int digits = from.precision() - from.scale() + (to.scale() < from.scale() ? 1 : 0);
      return to.precision() - to.scale() < digits;
    }
    return !from.is(Kind::kBoolean) || to.precision() <= to.scale();
  }
  return (from.is(Kind::kFloat) || from.is(Kind::kDouble) || from.is(Kind::kDecimal)) &&
         to.isIntegral();
}

}  // namespace millrace::analysis
