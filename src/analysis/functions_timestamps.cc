// Functions that make timestamps and intervals, and those that take them apart.

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/names.h"
#include "analysis/time_operators.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

std::string UpperCase(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return upper;
}

Parameter OneOf(const DataType& type) { return {ParameterType::One(type)}; }

// ------------------------------------------------------------------------------ making

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// [try_]make_timestamp[_ltz|_ntz] of six numbers and perhaps a time zone.
base::Result<BoundExpressionPtr> BindMakeTimestamp(const FunctionCall& call) {
  const bool tolerant = call.name.starts_with("try_");
  const bool ntz = EndsWith(call.name, "_ntz");
  static const std::vector<Parameter> parameters = {
      OneOf(IntegerType()), OneOf(IntegerType()),      OneOf(IntegerType()), OneOf(IntegerType()),
      OneOf(IntegerType()), OneOf(DecimalType(16, 6)), OneOf(StringType())};
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  std::string sql = CallText(call.name, args);
  // Spark does not show the time zone of this one.
  if (call.name == "try_make_timestamp" && args.size() == 7) {
    sql = CallText(call.name, {args.begin(), args.end() - 1});
  }
  MILLRACE_ASSIGN_OR_RETURN(args, CoerceArguments(std::move(args), parameters, sql));
  const DataType type = ntz ? DataType(TimestampNTZType()) : DataType(TimestampType());
  const bool nullable = tolerant || AnyNullable(args);
  std::map<std::string, std::string> options;
  if (tolerant) options["eval"] = "try";
  return MakeCall("make_timestamp", std::move(args), type, nullable, sql, std::move(options));
}

base::Result<BoundExpressionPtr> BindMakeDayTime(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  while (args.size() < 3) args.push_back(MakeConstant(data::Value::Int(0), IntegerType(), "0"));
  const DataType seconds = DecimalType(18, 6);
  if (args.size() < 4) args.push_back(MakeConstant(data::Value::Decimal(0), seconds, "0.000000"));
  const std::string sql = CallText(call.name, args);
  const std::vector<Parameter> parameters = {OneOf(IntegerType()), OneOf(IntegerType()),
                                             OneOf(IntegerType()), OneOf(seconds)};
  MILLRACE_ASSIGN_OR_RETURN(args, CoerceArguments(std::move(args), parameters, sql));
  const bool nullable = AnyNullable(args);
  return MakeCall(call.name, std::move(args), DayTimeIntervalType(), nullable, sql);
}

base::Result<BoundExpressionPtr> BindMakeYearMonth(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  while (args.size() < 2) args.push_back(MakeConstant(data::Value::Int(0), IntegerType(), "0"));
  const std::string sql = CallText(call.name, args);
  MILLRACE_ASSIGN_OR_RETURN(
      args, CoerceArguments(std::move(args), {OneOf(IntegerType()), OneOf(IntegerType())}, sql));
  const bool nullable = AnyNullable(args);
  return MakeCall(call.name, std::move(args), YearMonthIntervalType(), nullable, sql);
}

// ------------------------------------------------------------------------------ fields

/// What a field of date_part and extract is taken by.
struct Field {
  std::string_view function;
  DataType::Kind wanted;  ///< kDate, kTimestamp (either) or an interval.
  DataType type;
};

// The first name is the one that Spark gives to the others.
std::string_view CanonicalField(std::string_view name) {
  static const std::map<std::string_view, std::string_view> names = {
      {"Y", "YEAR"},          {"YEARS", "YEAR"},       {"YR", "YEAR"},
      {"YRS", "YEAR"},        {"QTR", "QUARTER"},      {"MON", "MONTH"},
      {"MONS", "MONTH"},      {"MONTHS", "MONTH"},     {"W", "WEEK"},
      {"WEEKS", "WEEK"},      {"D", "DAY"},            {"DAYS", "DAY"},
      {"DOW", "DAYOFWEEK"},   {"DOW_ISO", "DAYOFWEEK_ISO"},
      {"H", "HOUR"},          {"HOURS", "HOUR"},       {"HR", "HOUR"},
      {"HRS", "HOUR"},        {"M", "MINUTE"},         {"MIN", "MINUTE"},
      {"MINS", "MINUTE"},     {"MINUTES", "MINUTE"},   {"S", "SECOND"},
      {"SEC", "SECOND"},      {"SECONDS", "SECOND"},   {"SECS", "SECOND"},
  };
  const auto found = names.find(name);
  return found == names.end() ? name : found->second;
}

std::optional<Field> TimeField(std::string_view name) {
  static const std::map<std::string_view, Field> fields = {
      {"YEAR", {"year", Kind::kDate, IntegerType()}},
      {"YEAROFWEEK", {"yearofweek", Kind::kDate, IntegerType()}},
      {"QUARTER", {"quarter", Kind::kDate, IntegerType()}},
      {"MONTH", {"month", Kind::kDate, IntegerType()}},
      {"WEEK", {"weekofyear", Kind::kDate, IntegerType()}},
      {"DAY", {"dayofmonth", Kind::kDate, IntegerType()}},
      {"DAYOFWEEK", {"dayofweek", Kind::kDate, IntegerType()}},
      {"DAYOFWEEK_ISO", {"dayofweek_iso", Kind::kDate, IntegerType()}},
      {"DOY", {"dayofyear", Kind::kDate, IntegerType()}},
      {"HOUR", {"hour", Kind::kTimestamp, IntegerType()}},
      {"MINUTE", {"minute", Kind::kTimestamp, IntegerType()}},
      {"SECOND", {"second_with_fraction", Kind::kTimestamp, DecimalType(8, 6)}},
  };
  const auto found = fields.find(name);
  return found == fields.end() ? std::nullopt : std::optional<Field>(found->second);
}

std::optional<Field> IntervalField(std::string_view name, const DataType& interval) {
  static const std::map<std::string_view, Field> months = {
      {"YEAR", {"interval_years", Kind::kYearMonthInterval, IntegerType()}},
      {"MONTH", {"interval_months", Kind::kYearMonthInterval, ByteType()}},
  };
  static const std::map<std::string_view, std::pair<int, Field>> parts = {
      {"DAY", {0, {"interval_days", Kind::kDayTimeInterval, IntegerType()}}},
      {"HOUR", {1, {"interval_hours", Kind::kDayTimeInterval, ByteType()}}},
      {"MINUTE", {2, {"interval_minutes", Kind::kDayTimeInterval, ByteType()}}},
      {"SECOND", {3, {"interval_seconds", Kind::kDayTimeInterval, DecimalType(8, 6)}}},
  };
  if (interval.is(Kind::kYearMonthInterval)) {
    const auto found = months.find(name);
    const int place = name == "MONTH" ? 1 : 0;
    if (found == months.end() || place < interval.intervalStart() ||
        place > interval.intervalEnd()) {
      return std::nullopt;
    }
    return found->second;
  }
  const auto found = parts.find(name);
  if (found == parts.end() || found->second.first < interval.intervalStart() ||
      found->second.first > interval.intervalEnd()) {
    return std::nullopt;
  }
  return found->second.second;
}

// date_part(field, time) and extract(field FROM time).
base::Result<BoundExpressionPtr> BindDatePart(const FunctionCall& call) {
  const BoundExpressionPtr& field = call.arg(0);
  BoundExpressionPtr source = call.arg(1);
  const std::string sql = call.name == "date_part"
                              ? CallText(call.name, call.BoundArgs())
                              : call.name + "(" + field->text + " FROM " + source->text + ")";
  if (!IsFoldable(*field)) {
    return AnalysisError("NON_FOLDABLE_ARGUMENT", {{"funcName", QuoteName(call.name)},
                                                   {"paramName", "`field`"},
                                                   {"paramType", "\"STRING\""}});
  }
  const data::Value* constant = AsConstant(field);
  if (constant != nullptr && constant->is_null()) {
    return MakeConstant(data::Value::Null(), DoubleType(), sql);
  }
  const auto name = ConstantText(field);
  if (!name) {
    return NotPossibleHere("A computed field name in \"" + sql + "\"",
                           "Write the name as a string literal.");
  }
  const std::string upper = UpperCase(*name);
  const auto known = IsAnsiInterval(source->type)
                         ? IntervalField(CanonicalField(upper), source->type)
                         : TimeField(CanonicalField(upper));
  if (source->type.is(Kind::kCalendarInterval)) return CalendarIntervalRefused(sql);
  if (!known) {
    return AnalysisError("INVALID_EXTRACT_FIELD",
                         {{"field", QuoteName(*name)}, {"expr", QuoteSql(source->text)}});
  }
  Parameter parameter = OneOf(source->type);
  if (known->wanted == Kind::kDate) parameter = OneOf(DateType());
  if (known->wanted == Kind::kTimestamp) parameter = {ParameterType::AnyTimestamp()};
  MILLRACE_ASSIGN_OR_RETURN(auto args, CoerceArguments({source}, {parameter}, sql));
  const bool nullable = AnyNullable(args);
  return MakeCall(known->function, std::move(args), known->type, nullable, sql);
}

// ------------------------------------------------------------------------------ units

constexpr std::string_view kUnits[] = {"YEAR",   "QUARTER", "MONTH",       "WEEK",
                                       "DAY",    "DAYOFYEAR", "HOUR",      "MINUTE",
                                       "SECOND", "MILLISECOND", "MICROSECOND"};

// timestampadd(unit, count, time) and timestampdiff(unit, start, end); the unit is a text.
base::Result<BoundExpressionPtr> BindWithUnit(const FunctionCall& call) {
  const bool add = call.name == "timestampadd";
  const std::string sql = CallText(call.name, call.BoundArgs());
  const auto unit = ConstantText(call.arg(0));
  const std::string upper = unit ? UpperCase(*unit) : "";
  if (std::find(std::begin(kUnits), std::end(kUnits), upper) == std::end(kUnits)) {
    return AnalysisError("INVALID_PARAMETER_VALUE.DATETIME_UNIT",
                         {{"functionName", QuoteName(call.name)},
                          {"parameter", "`unit`"},
                          {"invalidValue", "'" + unit.value_or(call.arg(0)->text) + "'"}});
  }
  std::vector<Parameter> parameters = {OneOf(LongType()), {ParameterType::AnyTimestamp()}};
  if (!add) parameters = {OneOf(TimestampType()), OneOf(TimestampType())};
  MILLRACE_ASSIGN_OR_RETURN(auto args,
                            CoerceArguments({call.arg(1), call.arg(2)}, parameters, sql));
  const DataType type = add ? args[1]->type : DataType(LongType());
  const bool nullable = AnyNullable(args);
  return MakeCall(call.name, std::move(args), type, nullable, sql, {{"unit", upper}});
}


}  // namespace

std::vector<FunctionSpec> TimestampFunctions() {
  std::vector<FunctionSpec> functions = {
      {"make_dt_interval", 0, 4, BindMakeDayTime},
      {"make_ym_interval", 0, 2, BindMakeYearMonth},
      {"date_part", 2, 2, BindDatePart},
      {"datepart", 2, 2, BindDatePart},
      {"extract", 2, 2, BindDatePart},
      {"timestampadd", 3, 3, BindWithUnit},
      {"timestampdiff", 3, 3, BindWithUnit},
      {"make_timestamp_ntz", 6, 6, BindMakeTimestamp},
      {"try_make_timestamp_ntz", 6, 6, BindMakeTimestamp},
  };
  for (const std::string_view name : {"make_timestamp", "make_timestamp_ltz", "try_make_timestamp",
                                      "try_make_timestamp_ltz"}) {
    functions.push_back({name, 6, 7, BindMakeTimestamp});
  }
  return functions;
}

}  // namespace millrace::analysis
