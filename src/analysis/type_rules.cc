#include "analysis/type_rules.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>

#include "analysis/legacy_rules.h"
#include "analysis/names.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;
using Combine = std::function<std::optional<DataType>(const DataType&, const DataType&)>;

thread_local bool legacy_rules = false;

constexpr int kMaxPrecision = 38;
constexpr int kMinAdjustedScale = 6;

// Position in byte < short < int < long < float < double; -1 for other types.
int NumericRank(const DataType& type) {
  constexpr std::array kOrder = {Kind::kByte, Kind::kShort, Kind::kInteger,
                                 Kind::kLong, Kind::kFloat, Kind::kDouble};
  const auto found = std::find(kOrder.begin(), kOrder.end(), type.kind());
  return found == kOrder.end() ? -1 : static_cast<int>(found - kOrder.begin());
}

bool IsFractional(const DataType& type) {
  return type.is(Kind::kFloat) || type.is(Kind::kDouble) || type.is(Kind::kDecimal);
}

bool IsString(const DataType& type) { return type.is(Kind::kString); }

// A string, or an array of them at any depth.
bool HoldsString(const DataType& type) {
  return type.is(Kind::kArray) ? HoldsString(type.elementType()) : IsString(type);
}

bool IsComplex(const DataType& type) {
  return type.is(Kind::kArray) || type.is(Kind::kMap) || type.is(Kind::kStruct);
}

bool IsAnsiInterval(const DataType& type) {
  return type.is(Kind::kDayTimeInterval) || type.is(Kind::kYearMonthInterval);
}

bool IsAtomic(const DataType& type) {
  return !IsComplex(type) && !type.is(Kind::kNull) && !type.is(Kind::kCalendarInterval) &&
         !type.is(Kind::kVariant);
}

bool IsDatetime(const DataType& type) {
  return type.is(Kind::kDate) || type.is(Kind::kTimestamp) || type.is(Kind::kTimestampNtz);
}

// Element by element; both are the same kind of complex type.
std::optional<DataType> CombineComplex(const DataType& a, const DataType& b,
                                       const Combine& combine) {
  if (a.is(Kind::kArray) && b.is(Kind::kArray)) {
    const auto element = combine(a.elementType(), b.elementType());
    if (!element) return std::nullopt;
    return ArrayType(*element, a.containsNull() || b.containsNull() ||
                                   CastMakesNullable(a.elementType(), *element) ||
                                   CastMakesNullable(b.elementType(), *element));
  }
  if (a.is(Kind::kMap) && b.is(Kind::kMap)) {
    const auto key = combine(a.keyType(), b.keyType());
    const auto value = combine(a.valueType(), b.valueType());
    if (!key || !value || CastMakesNullable(a.keyType(), *key) ||
        CastMakesNullable(b.keyType(), *key)) {
      return std::nullopt;
    }
    return MapType(*key, *value,
                   a.valueContainsNull() || b.valueContainsNull() ||
                       CastMakesNullable(a.valueType(), *value) ||
                       CastMakesNullable(b.valueType(), *value));
  }
  if (!a.is(Kind::kStruct) || !b.is(Kind::kStruct) || a.fields().size() != b.fields().size()) {
    return std::nullopt;
  }
  StructType combined;
  for (std::size_t i = 0; i < a.fields().size(); ++i) {
    const StructField& x = a.fields()[i];
    const StructField& y = b.fields()[i];
    if (!NamesEqual(x.name, y.name)) return std::nullopt;
    const auto type = combine(x.dataType, y.dataType);
    if (!type) return std::nullopt;
    combined = combined.add(x.name, *type,
                            x.nullable || y.nullable || CastMakesNullable(x.dataType, *type) ||
                                CastMakesNullable(y.dataType, *type));
  }
  return combined;
}

std::optional<DataType> CommonInterval(const DataType& a, const DataType& b) {
  const int start = std::min(a.intervalStart(), b.intervalStart());
  const int end = std::max(a.intervalEnd(), b.intervalEnd());
  if (a.is(Kind::kDayTimeInterval)) return DayTimeIntervalType(start, end);
  return YearMonthIntervalType(start, end);
}

std::optional<DataType> WiderDecimalWithNumber(const DataType& a, const DataType& b) {
  if (a.is(Kind::kDecimal) && b.is(Kind::kDecimal)) return WiderDecimal(a, b);
  if (a.is(Kind::kDecimal) && b.isIntegral()) return WiderDecimal(a, DecimalForIntegral(b));
  if (b.is(Kind::kDecimal) && a.isIntegral()) return WiderDecimal(b, DecimalForIntegral(a));
  if (a.is(Kind::kDecimal) && IsFractional(b)) return DoubleType();
  if (b.is(Kind::kDecimal) && IsFractional(a)) return DoubleType();
  return std::nullopt;
}

// Keeps the digits before the point and at least six after it when 38 are not enough.
DataType AdjustedDecimal(int precision, int scale) {
  if (precision <= kMaxPrecision) return DecimalType(precision, scale);
  const int integer_digits = precision - scale;
  const int min_scale = std::min(scale, kMinAdjustedScale);
  return DecimalType(kMaxPrecision, std::max(kMaxPrecision - integer_digits, min_scale));
}

// Keeps the digits before the point, whatever is left of those after it.
DataType WithIntegralDigits(int precision, int scale) {
  const int surplus = std::max(precision - kMaxPrecision, 0);
  return DecimalType(precision - surplus, std::max(scale - surplus, 0));
}

// `decimal` is one, and has room for every value of the other exact number.
bool DecimalHolds(const DataType& decimal, const DataType& other) {
  if (!decimal.is(Kind::kDecimal) || !(other.isIntegral() || other.is(Kind::kDecimal))) {
    return false;
  }
  const DataType exact = other.is(Kind::kDecimal) ? other : DecimalForIntegral(other);
  return decimal.precision() - decimal.scale() >= exact.precision() - exact.scale() &&
         decimal.scale() >= exact.scale();
}

template <typename Transform>
DataType MapFields(const DataType& type, Transform&& transform) {
  StructType fields;
  for (StructField field : type.fields()) {
    transform(&field);
    fields = fields.add(field);
  }
  return fields;
}

bool AnyField(const DataType& type, const std::function<bool(const StructField&)>& holds) {
  return std::any_of(type.fields().begin(), type.fields().end(), holds);
}

}  // namespace

LegacyRules::LegacyRules(bool on) : before_(legacy_rules) { legacy_rules = on; }
LegacyRules::~LegacyRules() { legacy_rules = before_; }
bool LegacyRules::Active() { return legacy_rules; }

bool SameType(const DataType& a, const DataType& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kArray:
      return SameType(a.elementType(), b.elementType());
    case Kind::kMap:
      return SameType(a.keyType(), b.keyType()) && SameType(a.valueType(), b.valueType());
    case Kind::kStruct:
      return std::equal(a.fields().begin(), a.fields().end(), b.fields().begin(), b.fields().end(),
                        [](const StructField& x, const StructField& y) {
                          return NamesEqual(x.name, y.name) && SameType(x.dataType, y.dataType);
                        });
    default:
      return a == b;
  }
}

std::optional<DataType> TightestCommonType(const DataType& a, const DataType& b) {
  if (a == b) return a;
  if (a.is(Kind::kNull)) return b;
  if (b.is(Kind::kNull)) return a;
  const int rank_a = NumericRank(a);
  const int rank_b = NumericRank(b);
  if (rank_a >= 0 && rank_b >= 0) {
    const DataType& wider = rank_a > rank_b ? a : b;
    // A float cannot hold every integer; Spark 3 did not mind.
    if (wider.is(Kind::kFloat) && !legacy_rules) return DoubleType();
    return wider;
  }
  if (DecimalHolds(a, b)) return a;
  if (DecimalHolds(b, a)) return b;
  if (IsDatetime(a) && IsDatetime(b)) {
    if (a.is(Kind::kTimestamp) || b.is(Kind::kTimestamp)) return TimestampType();
    return TimestampNTZType();
  }
  if (IsAnsiInterval(a) && a.kind() == b.kind()) return CommonInterval(a, b);
  return CombineComplex(a, b, TightestCommonType);
}

std::optional<DataType> StringPromotion(const DataType& a, const DataType& b) {
  if (!IsString(a)) return IsString(b) ? StringPromotion(b, a) : std::nullopt;
  if (IsString(b)) return std::nullopt;
  if (legacy_rules && !b.is(Kind::kNull)) {
    if (!IsAtomic(b) || IsAnsiInterval(b)) return std::nullopt;
    return b.is(Kind::kDecimal) ? DataType(DoubleType()) : b;
  }
  if (b.isIntegral()) return LongType();
  if (IsFractional(b)) return DoubleType();
  if (b.is(Kind::kNull)) return a;
  if (IsAnsiInterval(b) || !IsAtomic(b)) return std::nullopt;
  return b;
}

std::optional<DataType> WiderType(const DataType& a, const DataType& b) {
  if (auto type = TightestCommonType(a, b)) return type;
  if (auto type = WiderDecimalWithNumber(a, b)) return type;
  if (legacy_rules && IsString(a) != IsString(b)) {
    const DataType& other = IsString(a) ? b : a;
    const bool promotes =
        IsAtomic(other) && !other.is(Kind::kBinary) && !other.is(Kind::kBoolean);
    return promotes ? std::optional<DataType>(StringType()) : std::nullopt;
  }
  if (auto type = StringPromotion(a, b)) return type;
  return CombineComplex(a, b, WiderType);
}

std::optional<DataType> WiderNumberType(const DataType& a, const DataType& b) {
  if (auto type = TightestCommonType(a, b)) return type;
  if (auto type = WiderDecimalWithNumber(a, b)) return type;
  return CombineComplex(a, b, WiderNumberType);
}

std::optional<DataType> WiderCommonType(std::vector<DataType> types) {
  std::stable_partition(types.begin(), types.end(), HoldsString);
  DataType common = NullType();
  for (const DataType& type : types) {
    const auto wider = WiderType(common, type);
    if (!wider) return std::nullopt;
    common = *wider;
  }
  return common;
}

bool CanUpCast(const DataType& from, const DataType& to) {
  if (from == to) return true;
  const int rank_from = NumericRank(from);
  const int rank_to = NumericRank(to);
  if (rank_from >= 0 && rank_to >= 0) return rank_from < rank_to;
  if (DecimalHolds(to, from)) return true;
  if (IsDatetime(from) && IsDatetime(to)) return from.is(Kind::kDate) || to.is(Kind::kTimestamp);
  return IsString(to) && IsAtomic(from);
}

bool CanImplicitlyCast(const DataType& from, const DataType& to) {
  if (SameType(from, to) || from.is(Kind::kNull)) return true;
  if (IsString(from)) return IsAtomic(to) && !(legacy_rules && to.is(Kind::kBoolean));
  if (from.isNumeric() && to.isNumeric()) return true;
  if (IsString(to)) return IsAtomic(from) || from.is(Kind::kCalendarInterval);
  if (IsDatetime(from) && IsDatetime(to)) return true;
  if (from.is(Kind::kArray) && to.is(Kind::kArray)) {
    return (to.containsNull() || !from.containsNull()) &&
           CanImplicitlyCast(from.elementType(), to.elementType());
  }
  return false;
}

DataType DecimalForIntegral(const DataType& integral) {
  switch (integral.kind()) {
    case Kind::kByte:
      return DecimalType(3, 0);
    case Kind::kShort:
      return DecimalType(5, 0);
    case Kind::kInteger:
      return DecimalType(10, 0);
    default:
      return DecimalType(20, 0);
  }
}

DataType DecimalForValue(std::int64_t value) {
  int digits = 1;
  for (std::int64_t rest = value / 10; rest != 0; rest /= 10) ++digits;
  return DecimalType(digits, 0);
}

DataType WiderDecimal(const DataType& a, const DataType& b) {
  const int scale = std::max(a.scale(), b.scale());
  const int range = std::max(a.precision() - a.scale(), b.precision() - b.scale());
  return WithIntegralDigits(range + scale, scale);
}

DataType DecimalResult(char op, const DataType& a, const DataType& b) {
  const int p1 = a.precision();
  const int s1 = a.scale();
  const int p2 = b.precision();
  const int s2 = b.scale();
  switch (op) {
    case '*':
      return AdjustedDecimal(p1 + p2 + 1, s1 + s2);
    case '/': {
      const int scale = std::max(kMinAdjustedScale, s1 + p2 + 1);
      return AdjustedDecimal(p1 - s1 + s2 + scale, scale);
    }
    case '%': {
      const int scale = std::max(s1, s2);
      return AdjustedDecimal(std::min(p1 - s1, p2 - s2) + scale, scale);
    }
    default: {
      const int scale = std::max(s1, s2);
      return AdjustedDecimal(std::max(p1 - s1, p2 - s2) + scale + 1, scale);
    }
  }
}

bool IsOrderable(const DataType& type) {
  switch (type.kind()) {
    case Kind::kMap:
    case Kind::kVariant:
    case Kind::kCalendarInterval:
      return false;
    case Kind::kArray:
      return IsOrderable(type.elementType());
    case Kind::kStruct:
      return !AnyField(type, [](const StructField& field) { return !IsOrderable(field.dataType); });
    default:
      return true;
  }
}

bool IsGroupable(const DataType& type) {
  switch (type.kind()) {
    case Kind::kVariant:
      return false;
    case Kind::kMap:
      return IsGroupable(type.keyType()) && IsGroupable(type.valueType());
    case Kind::kArray:
      return IsGroupable(type.elementType());
    case Kind::kStruct:
      return !AnyField(type, [](const StructField& field) { return !IsGroupable(field.dataType); });
    default:
      return true;
  }
}

bool ContainsMap(const DataType& type) {
  if (type.is(Kind::kMap)) return true;
  if (type.is(Kind::kArray)) return ContainsMap(type.elementType());
  return type.is(Kind::kStruct) &&
         AnyField(type, [](const StructField& field) { return ContainsMap(field.dataType); });
}

DataType AsNullable(const DataType& type) {
  switch (type.kind()) {
    case Kind::kArray:
      return ArrayType(AsNullable(type.elementType()), true);
    case Kind::kMap:
      return MapType(AsNullable(type.keyType()), AsNullable(type.valueType()), true);
    case Kind::kStruct:
      return MapFields(type, [](StructField* field) {
        field->dataType = AsNullable(field->dataType);
        field->nullable = true;
      });
    default:
      return type;
  }
}

DataType WithoutCharVarchar(const DataType& type) {
  switch (type.kind()) {
    case Kind::kChar:
    case Kind::kVarchar:
      return StringType();
    case Kind::kArray:
      return ArrayType(WithoutCharVarchar(type.elementType()), type.containsNull());
    case Kind::kMap:
      return MapType(WithoutCharVarchar(type.keyType()), WithoutCharVarchar(type.valueType()),
                     type.valueContainsNull());
    case Kind::kStruct:
      return MapFields(
          type, [](StructField* field) { field->dataType = WithoutCharVarchar(field->dataType); });
    default:
      return type;
  }
}

bool ContainsCharVarchar(const DataType& type) { return !(WithoutCharVarchar(type) == type); }

}  // namespace millrace::analysis
