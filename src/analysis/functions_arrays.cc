// Functions that make arrays, and those that compare their elements.

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "analysis/collection_types.h"
#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/legacy_rules.h"
#include "analysis/names.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

Parameter OneOf(const DataType& type) { return {ParameterType::One(type)}; }

base::Result<BoundExpressionPtr> BindArray(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  if (call.args.empty()) return MakeCall("array", {}, ArrayType(NullType(), false), false, sql);
  auto args = CastToCommonType(call.BoundArgs());
  if (!args) return DifferentTypes(sql, "array", call.BoundArgs(), TypeListStyle::kAlternatives);
  const DataType type = ArrayType(args->front()->type, AnyNullable(*args));
  return MakeCall("array", std::move(*args), type, false, sql);
}

/// An array and a value of its element's type, brought to the type that both fit.
struct ArrayAndValue {
  BoundExpressionPtr array;
  BoundExpressionPtr value;
};

base::Result<ArrayAndValue> CoerceArrayAndValue(const FunctionCall& call, std::size_t value_index,
                                                const std::string& sql) {
  BoundExpressionPtr array = call.arg(0);
  BoundExpressionPtr value = call.arg(value_index);
  if (!array->type.is(Kind::kArray)) return NotAnArray(sql, 0, array);
  const auto common = LegacyRules::Active()
                          ? WiderNumberType(array->type.elementType(), value->type)
                          : TightestCommonType(array->type.elementType(), value->type);
  if (!common) {
    return TypeMismatch("ARRAY_FUNCTION_DIFF_TYPES", sql,
                        {{"functionName", QuoteName(call.name)},
                         {"dataType", "\"ARRAY\""},
                         {"leftType", QuoteType(array->type)},
                         {"rightType", QuoteType(value->type)}});
  }
  return ArrayAndValue{CastElements(array, *common), ImplicitCast(value, *common)};
}

// array_contains, array_position and array_remove.
base::Result<BoundExpressionPtr> BindSearch(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  if (call.arg(0)->type.is(Kind::kNull) || call.arg(1)->type.is(Kind::kNull)) {
    return TypeMismatch("NULL_TYPE", sql, {{"functionName", QuoteName(call.name)}});
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto both, CoerceArrayAndValue(call, 1, sql));
  MILLRACE_RETURN_IF_ERROR(CheckOrdering(both.value->type, call.name, sql));
  const bool nullable = both.array->nullable || both.value->nullable;
  const bool contains = call.name == "array_contains";
  DataType type = both.array->type;
  if (contains) type = BooleanType();
  if (call.name == "array_position") type = LongType();
  return MakeCall(call.name, {both.array, both.value}, type,
                  nullable || (contains && both.array->type.containsNull()), sql);
}

DataType WithNulls(const DataType& array, bool nulls) {
  return ArrayType(array.elementType(), array.containsNull() || nulls);
}

// array_append and array_prepend.
base::Result<BoundExpressionPtr> BindExtend(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  MILLRACE_ASSIGN_OR_RETURN(const auto both, CoerceArrayAndValue(call, 1, sql));
  return MakeCall(call.name, {both.array, both.value},
                  WithNulls(both.array->type, both.value->nullable), both.array->nullable, sql);
}

base::Result<BoundExpressionPtr> BindInsert(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  MILLRACE_ASSIGN_OR_RETURN(const auto both, CoerceArrayAndValue(call, 2, sql));
  const BoundExpressionPtr& given = call.arg(1);
  const bool fits = given->type.isIntegral() && !given->type.is(Kind::kLong);
  if (!fits && !given->type.is(Kind::kNull)) {
    return UnexpectedInputType(sql, 1, OneOf(IntegerType()), given);
  }
  const BoundExpressionPtr position = ImplicitCast(given, IntegerType());
  return MakeCall(call.name, {both.array, position, both.value}, WithNulls(both.array->type, true),
                  both.array->nullable || position->nullable, sql);
}

base::Result<BoundExpressionPtr> BindRepeat(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  BoundExpressionPtr count = call.arg(1);
  if (count->type.is(Kind::kNull) || count->type.is(Kind::kByte) || count->type.is(Kind::kShort)) {
    count = ImplicitCast(count, IntegerType());
  }
  if (!count->type.is(Kind::kInteger)) {
    return UnexpectedInputType(sql, 1, OneOf(IntegerType()), count);
  }
  const BoundExpressionPtr& value = call.arg(0);
  return MakeCall(call.name, {value, count}, ArrayType(value->type, value->nullable),
                  count->nullable, sql);
}

// Two arrays of one type.
base::Result<BoundExpressionPtr> BindSet(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  BoundExpressionPtr a = call.arg(0);
  BoundExpressionPtr b = call.arg(1);
  std::optional<DataType> common;
  if (a->type.is(Kind::kArray) && b->type.is(Kind::kArray)) {
    common = TightestCommonType(a->type.elementType(), b->type.elementType());
  }
  if (!common) {
    return TypeMismatch("BINARY_ARRAY_DIFF_TYPES", sql,
                        {{"functionName", QuoteName(call.name)},
                         {"arrayType", "\"ARRAY\""},
                         {"leftType", QuoteType(a->type)},
                         {"rightType", QuoteType(b->type)}});
  }
  a = CastElements(a, *common);
  b = CastElements(b, *common);
  MILLRACE_RETURN_IF_ERROR(CheckOrdering(*common, call.name, sql));
  bool nulls = a->type.containsNull();
  if (call.name == "array_union") nulls = nulls || b->type.containsNull();
  if (call.name == "array_intersect") nulls = nulls && b->type.containsNull();
  const bool overlap = call.name == "arrays_overlap";
  const DataType type = overlap ? DataType(BooleanType()) : DataType(ArrayType(*common, nulls));
  const bool nullable = a->nullable || b->nullable || (overlap && (a->type.containsNull() ||
                                                                   b->type.containsNull()));
  return MakeCall(call.name, {a, b}, type, nullable, sql);
}

// Named after the arguments that have a name, else by place.
base::Result<BoundExpressionPtr> BindZip(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  StructType fields;
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    const Resolved& arg = call.args[i];
    if (!arg.bound->type.is(Kind::kArray)) return NotAnArray(sql, i, arg.bound);
    const bool named = arg.kind == Resolved::Kind::kColumn || arg.kind == Resolved::Kind::kField ||
                       arg.kind == Resolved::Kind::kAlias;
    fields = fields.add(named ? arg.name : std::to_string(i), arg.bound->type.elementType());
  }
  return MakeCall(call.name, call.BoundArgs(), ArrayType(fields, false),
                  AnyNullable(call.BoundArgs()), sql);
}

// ------------------------------------------------------------------------------ sequence

bool IsTime(const DataType& type) {
  return type.is(Kind::kDate) || type.is(Kind::kTimestamp) || type.is(Kind::kTimestampNtz);
}

bool IsInterval(const DataType& type) {
  return type.is(Kind::kDayTimeInterval) || type.is(Kind::kYearMonthInterval) ||
         type.is(Kind::kCalendarInterval);
}

base::Status WrongSequence(const std::string& sql) {
  return TypeMismatch(
      "SEQUENCE_WRONG_INPUT_TYPES", sql,
      {{"functionName", "`sequence`"},
       {"startType", "(\"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"DATE\")"},
       {"stepType",
        "(\"INTERVAL\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")"},
       {"otherStartType", "\"INTEGRAL\""}});
}

base::Result<BoundExpressionPtr> BindSequence(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  // The step of a sequence of times keeps its own type.
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const bool interval_step = args.size() == 3 && IsInterval(args[2]->type);
  std::vector<BoundExpressionPtr> same = args;
  if (interval_step) same.pop_back();
  if (auto cast = CastToCommonType(same)) std::copy(cast->begin(), cast->end(), args.begin());
  const DataType& type = args[0]->type;
  const bool fits = SameType(type, args[1]->type) &&
                    (IsTime(type) ? args.size() == 2 || interval_step
                                  : type.isIntegral() && !interval_step &&
                                        (args.size() == 2 || SameType(type, args[2]->type)));
  if (!fits) return WrongSequence(sql);
  if (interval_step && args[2]->type.is(Kind::kCalendarInterval)) {
    return NotPossibleHere("A step of months, days and microseconds in \"" + sql + "\"",
                           "Use an interval of days and seconds, or of years and months.");
  }
  const DataType element = type;
  const bool nullable = AnyNullable(args);
  return MakeCall(call.name, std::move(args), ArrayType(element, false), nullable, sql);
}

}  // namespace

std::vector<FunctionSpec> ArrayFunctions() {
  return {
      {"array", 0, -1, BindArray},
      {"array_contains", 2, 2, BindSearch},
      {"array_position", 2, 2, BindSearch},
      {"array_remove", 2, 2, BindSearch},
      {"array_append", 2, 2, BindExtend},
      {"array_prepend", 2, 2, BindExtend},
      {"array_insert", 3, 3, BindInsert},
      {"array_repeat", 2, 2, BindRepeat},
      {"array_union", 2, 2, BindSet},
      {"array_intersect", 2, 2, BindSet},
      {"array_except", 2, 2, BindSet},
      {"arrays_overlap", 2, 2, BindSet},
      {"arrays_zip", 0, -1, BindZip},
      {"sequence", 2, 3, BindSequence},
  };
}

}  // namespace millrace::analysis
