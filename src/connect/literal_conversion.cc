#include <limits>

#include <fmt/format.h>

#include "connect/expression_conversion.h"
#include "connect/refusals.h"
#include "connect/type_conversion.h"
#include "data/decimal_limits.h"
#include "data/decimal_text.h"

namespace millrace::connect {
namespace {

namespace pb = spark::connect;
using data::Value;
using plan::expression::Literal;

base::Result<Literal> WholeNumber(std::int64_t value, int bits, const DataType& type) {
  const std::int64_t limit = std::int64_t{1} << (bits - 1);
  if (value < -limit || value >= limit) {
    return InvalidPlan(fmt::format("the literal {} is no {}", value, type.simpleString()));
  }
  return Literal{Value::Int(value), type};
}

/// As Spark: the literal's own digits may widen the type that was sent.
base::Result<Literal> DecimalLiteral(const pb::Expression::Literal::Decimal& from) {
  const auto number = data::ParseBigDecimal(from.value());
  if (!number) return InvalidPlan("the decimal literal \"" + from.value() + "\" is no number");
  std::int64_t scale = std::max<std::int64_t>(number->scale, 0);
  std::int64_t precision = static_cast<std::int64_t>(number->digits.size()) + scale - number->scale;
  precision = std::max<std::int64_t>(precision, 1);
  if (from.has_precision()) precision = std::max<std::int64_t>(precision, from.precision());
  if (from.has_scale()) scale = std::max<std::int64_t>(scale, from.scale());
  precision = std::max(precision, scale);
  constexpr std::int64_t kFar = 1'000'000;
  MILLRACE_RETURN_IF_ERROR(data::CheckDecimal(static_cast<int>(std::min(precision, kFar)),
                                              static_cast<int>(std::min(scale, kFar))));
  const auto value =
      data::ToDecimal(*number, static_cast<int>(precision), static_cast<int>(scale));
  if (!value) return InvalidPlan("the decimal literal " + from.value() + " has too many digits");
  return Literal{Value::Decimal(*value),
                 DecimalType(static_cast<int>(precision), static_cast<int>(scale))};
}

/// The elements of an array or one side of a map. Their common type is the declared one, else that
/// of the first element that is no null.
struct Elements {
  std::vector<Value> values;
  DataType type;
};

bool Fits(const DataType& declared, const Literal& element) {
  if (element.type.is(DataType::Kind::kNull)) return element.value.is_null();
  return declared.kind() == element.type.kind();
}

base::Result<Elements> ElementsFromProto(
    const google::protobuf::RepeatedPtrField<pb::Expression::Literal>& from,
    const std::optional<DataType>& declared) {
  MILLRACE_ASSIGN_OR_RETURN(std::vector<Literal> literals, AllFromProto(from));
  Elements elements;
  bool known = declared.has_value();
  if (known) elements.type = *declared;
  for (Literal& literal : literals) {
    if (!known && !literal.type.is(DataType::Kind::kNull)) {
      elements.type = literal.type;
      known = true;
    }
    if (known && !Fits(elements.type, literal)) {
      return InvalidPlan(fmt::format("an array or map literal of {} holds a literal of {}",
                                     elements.type.simpleString(), literal.type.simpleString()));
    }
    elements.values.push_back(std::move(literal.value));
  }
  return elements;
}

/// `data_type` of the literal (the way since Spark 4.1), else the older field inside it.
base::Result<std::optional<DataType>> Declared(bool has_type, const pb::DataType& type) {
  if (!has_type) return std::optional<DataType>();
  MILLRACE_ASSIGN_OR_RETURN(DataType converted, FromProto(type));
  return std::optional<DataType>(std::move(converted));
}

base::Result<Literal> ArrayLiteral(const pb::Expression::Literal& from) {
  const auto& array = from.array();
  MILLRACE_ASSIGN_OR_RETURN(std::optional<DataType> element,
                            Declared(array.has_element_type(), array.element_type()));
  bool contains_null = true;
  if (from.has_data_type()) {
    MILLRACE_ASSIGN_OR_RETURN(const DataType type, FromProto(from.data_type()));
    if (!type.is(DataType::Kind::kArray)) {
      return InvalidPlan("an array literal of type " + type.simpleString());
    }
    element = type.elementType();
    contains_null = type.containsNull();
  }
  MILLRACE_ASSIGN_OR_RETURN(Elements elements, ElementsFromProto(array.elements(), element));
  return Literal{Value::List(std::move(elements.values)), ArrayType(elements.type, contains_null)};
}

base::Result<Literal> MapLiteral(const pb::Expression::Literal& from) {
  const auto& map = from.map();
  MILLRACE_ASSIGN_OR_RETURN(std::optional<DataType> key,
                            Declared(map.has_key_type(), map.key_type()));
  MILLRACE_ASSIGN_OR_RETURN(std::optional<DataType> value,
                            Declared(map.has_value_type(), map.value_type()));
  bool contains_null = true;
  if (from.has_data_type()) {
    MILLRACE_ASSIGN_OR_RETURN(const DataType type, FromProto(from.data_type()));
    if (!type.is(DataType::Kind::kMap)) {
      return InvalidPlan("a map literal of type " + type.simpleString());
    }
    key = type.keyType();
    value = type.valueType();
    contains_null = type.valueContainsNull();
  }
  MILLRACE_ASSIGN_OR_RETURN(Elements keys, ElementsFromProto(map.keys(), key));
  MILLRACE_ASSIGN_OR_RETURN(Elements values, ElementsFromProto(map.values(), value));
  if (keys.values.size() != values.values.size()) {
    return InvalidPlan("a map literal has not as many keys as values");
  }
  std::vector<Value> entries;
  for (std::size_t i = 0; i < keys.values.size(); ++i) {
    entries.push_back(Value::List({std::move(keys.values[i]), std::move(values.values[i])}));
  }
  return Literal{Value::List(std::move(entries)), MapType(keys.type, values.type, contains_null)};
}

base::Result<Literal> StructLiteral(const pb::Expression::Literal& from) {
  const auto& fields = from.struct_();
  if (!from.has_data_type() && !fields.has_struct_type()) {
    return InvalidPlan("a struct literal without its type");
  }
  MILLRACE_ASSIGN_OR_RETURN(
      const StructType type,
      StructFromProto(from.has_data_type() ? from.data_type() : fields.struct_type()));
  MILLRACE_ASSIGN_OR_RETURN(std::vector<Literal> literals, AllFromProto(fields.elements()));
  if (literals.size() != type.size()) {
    return InvalidPlan(fmt::format("a struct literal has {} values for {} fields", literals.size(),
                                   type.size()));
  }
  std::vector<Value> values;
  for (std::size_t i = 0; i < literals.size(); ++i) {
    if (!Fits(type[i].dataType, literals[i])) {
      return InvalidPlan(fmt::format("a struct literal has a {} in its field {}",
                                     literals[i].type.simpleString(), type[i].name));
    }
    values.push_back(std::move(literals[i].value));
  }
  return Literal{Value::List(std::move(values)), type};
}

template <typename Values, typename Make>
Literal Specialized(const Values& from, const DataType& element, Make make) {
  std::vector<Value> values;
  values.reserve(from.values_size());
  for (const auto& one : from.values()) values.push_back(make(one));
  return Literal{Value::List(std::move(values)), ArrayType(element, false)};
}

base::Result<Literal> SpecializedArrayLiteral(
    const pb::Expression::Literal::SpecializedArray& from) {
  using Array = pb::Expression::Literal::SpecializedArray;
  switch (from.value_type_case()) {
    case Array::kBools:
      return Specialized(from.bools(), BooleanType(), Value::Bool);
    case Array::kInts:
      return Specialized(from.ints(), IntegerType(), Value::Int);
    case Array::kLongs:
      return Specialized(from.longs(), LongType(), Value::Int);
    case Array::kFloats:
      return Specialized(from.floats(), FloatType(), Value::Double);
    case Array::kDoubles:
      return Specialized(from.doubles(), DoubleType(), Value::Double);
    case Array::kStrings:
      return Specialized(from.strings(), StringType(), Value::Bytes);
    case Array::VALUE_TYPE_NOT_SET:
      break;
  }
  return InvalidPlan("an array literal without values of a known type");
}

base::Result<Literal> NullOfType(const pb::DataType& from) {
  if (from.kind_case() == pb::DataType::KIND_NOT_SET) return Literal{Value::Null(), NullType()};
  MILLRACE_ASSIGN_OR_RETURN(DataType type, FromProto(from));
  return Literal{Value::Null(), std::move(type)};
}

base::Result<Literal> TimeLiteral(const pb::Expression::Literal::Time& from) {
  constexpr std::int64_t kDay = 86'400'000'000'000;
  const int precision = from.has_precision() ? from.precision() : 6;
  if (precision < 0 || precision > 6) {
    return InvalidPlan(fmt::format("a time literal with {} fractional digits", precision));
  }
  if (from.nano() < 0 || from.nano() >= kDay) {
    return InvalidPlan(fmt::format("the time literal {} is not within a day", from.nano()));
  }
  return Literal{Value::Int(from.nano()), TimeType(precision)};
}

base::Result<Literal> ValueFromProto(const pb::Expression::Literal& from) {
  using Kind = pb::Expression::Literal;
  switch (from.literal_type_case()) {
    case Kind::kNull:
      return NullOfType(from.null());
    case Kind::kBinary:
      return Literal{Value::Bytes(from.binary()), BinaryType()};
    case Kind::kBoolean:
      return Literal{Value::Bool(from.boolean()), BooleanType()};
    case Kind::kByte:
      return WholeNumber(from.byte(), 8, ByteType());
    case Kind::kShort:
      return WholeNumber(from.short_(), 16, ShortType());
    case Kind::kInteger:
      return Literal{Value::Int(from.integer()), IntegerType()};
    case Kind::kLong:
      return Literal{Value::Int(from.long_()), LongType()};
    case Kind::kFloat:
      return Literal{Value::Double(from.float_()), FloatType()};
    case Kind::kDouble:
      return Literal{Value::Double(from.double_()), DoubleType()};
    case Kind::kDecimal:
      return DecimalLiteral(from.decimal());
    case Kind::kString:
      return Literal{Value::Bytes(from.string()), StringType()};
    case Kind::kDate:
      return Literal{Value::Int(from.date()), DateType()};
    case Kind::kTimestamp:
      return Literal{Value::Int(from.timestamp()), TimestampType()};
    case Kind::kTimestampNtz:
      return Literal{Value::Int(from.timestamp_ntz()), TimestampNTZType()};
    case Kind::kCalendarInterval:
      return Literal{Value::List({Value::Int(from.calendar_interval().months()),
                                  Value::Int(from.calendar_interval().days()),
                                  Value::Int(from.calendar_interval().microseconds())}),
                     CalendarIntervalType()};
    case Kind::kYearMonthInterval:
      return Literal{Value::Int(from.year_month_interval()), YearMonthIntervalType()};
    case Kind::kDayTimeInterval:
      return Literal{Value::Int(from.day_time_interval()), DayTimeIntervalType()};
    case Kind::kArray:
      return ArrayLiteral(from);
    case Kind::kMap:
      return MapLiteral(from);
    case Kind::kStruct:
      return StructLiteral(from);
    case Kind::kSpecializedArray:
      return SpecializedArrayLiteral(from.specialized_array());
    case Kind::kTime:
      return TimeLiteral(from.time());
    case Kind::LITERAL_TYPE_NOT_SET:
      break;
  }
  return InvalidPlan("a literal is missing, or is one that this server does not know");
}

bool IsNested(const pb::Expression::Literal& from) {
  return from.has_array() || from.has_map() || from.has_struct_();
}

}  // namespace

base::Result<Literal> FromProto(const pb::Expression::Literal& from) {
  MILLRACE_ASSIGN_OR_RETURN(Literal literal, ValueFromProto(from));
  if (!from.has_data_type() || IsNested(from)) return literal;
  // Of the others the value says the type already; what was declared may only be more exact.
  MILLRACE_ASSIGN_OR_RETURN(const DataType declared, FromProto(from.data_type()));
  if (literal.value.is_null()) return Literal{Value::Null(), declared};
  if (declared.kind() != literal.type.kind()) {
    return InvalidPlan(fmt::format("a literal of {} declared as {}", literal.type.simpleString(),
                                   declared.simpleString()));
  }
  if (!declared.is(DataType::Kind::kDecimal)) literal.type = declared;
  return literal;
}

}  // namespace millrace::connect
