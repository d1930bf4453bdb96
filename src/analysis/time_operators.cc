#include "analysis/time_operators.h"

#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/legacy_rules.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;
using MaybeBound = std::optional<base::Result<BoundExpressionPtr>>;

struct Sides {
  BoundExpressionPtr left;
  BoundExpressionPtr right;

  const DataType& a() const { return left->type; }
  const DataType& b() const { return right->type; }
  bool nullable() const { return left->nullable || right->nullable; }
  std::string Text(std::string_view op) const {
    return left->text + " " + std::string(op) + " " + right->text;
  }
  std::string InBrackets(std::string_view op) const { return "(" + Text(op) + ")"; }
};

bool IsDayTime(const DataType& type) { return type.is(Kind::kDayTimeInterval); }
bool IsYearMonth(const DataType& type) { return type.is(Kind::kYearMonthInterval); }
bool IsCalendar(const DataType& type) { return type.is(Kind::kCalendarInterval); }
bool IsDate(const DataType& type) { return type.is(Kind::kDate); }
bool IsTime(const DataType& type) { return IsDate(type) || IsTimestamp(type); }
bool IsString(const DataType& type) { return type.is(Kind::kString); }
// INTERVAL DAY, which moves a date.
bool IsDays(const DataType& type) {
  return IsDayTime(type) && type.intervalStart() == 0 && type.intervalEnd() == 0;
}

BoundExpressionPtr Negated(const BoundExpressionPtr& interval) {
  return MakeCall("interval_negative", {interval}, interval->type, interval->nullable,
                  "(- " + interval->text + ")");
}

// A date and an INTERVAL DAY.
base::Result<BoundExpressionPtr> DatePlusDays(const BoundExpressionPtr& date,
                                              const BoundExpressionPtr& interval, bool subtract) {
  auto days = MakeCall("interval_days", {interval}, IntegerType(), interval->nullable,
                       "extractansiintervaldays(" + interval->text + ")");
  if (subtract) {
    days = MakeCall("negative", {days}, IntegerType(), days->nullable, "(- " + days->text + ")");
  }
  return BindDateShift("date_add", date, days);
}

// A timestamp, or what can be cast to one, and a DAY-TIME interval. `given` says whose type the
// result has; a date becomes a timestamp.
base::Result<BoundExpressionPtr> TimePlusDayTime(const Sides& sides, bool subtract) {
  const std::string sql = sides.Text(subtract ? "-" : "+");
  const BoundExpressionPtr time =
      IsDate(sides.a()) ? ImplicitCast(sides.left, TimestampType()) : sides.left;
  const std::vector<Parameter> parameters = {{ParameterType::AnyTimestamp()}};
  // Errors tell of the sum that Spark makes of a difference.
  const std::string sum_sql =
      subtract ? sides.left->text + " + (- " + sides.right->text + ")" : sql;
  MILLRACE_ASSIGN_OR_RETURN(auto args, CoerceArguments({time}, parameters, sum_sql));
  args.push_back(subtract ? Negated(sides.right) : sides.right);
  const DataType type = args[0]->type;
  auto sum = MakeCall("time_add_interval", std::move(args), type, sides.nullable(), sql);
  return IsDate(sides.a()) ? sum : ImplicitCast(sum, sides.a());
}

base::Result<BoundExpressionPtr> TimePlusMonths(const Sides& sides, bool subtract) {
  const std::string sql = sides.Text(subtract ? "-" : "+");
  const BoundExpressionPtr months = subtract ? Negated(sides.right) : sides.right;
  const char* function = IsDate(sides.a()) ? "date_add_interval" : "time_add_interval";
  return MakeCall(function, {sides.left, months}, sides.a(), sides.nullable(), sql);
}

// Both intervals of one kind, or one of them NULL.
MaybeBound BindIntervalSum(std::string_view op, Sides sides) {
  if (sides.a().is(Kind::kNull)) sides.left = ImplicitCast(sides.left, sides.b());
  if (sides.b().is(Kind::kNull)) sides.right = ImplicitCast(sides.right, sides.a());
  if (sides.a().kind() != sides.b().kind() || !IsAnsiInterval(sides.a())) return std::nullopt;
  const auto common = TightestCommonType(sides.a(), sides.b());
  if (!common) return std::nullopt;
  return MakeCall(op == "+" ? "interval_add" : "interval_subtract",
                  {ImplicitCast(sides.left, *common), ImplicitCast(sides.right, *common)}, *common,
                  sides.nullable(), sides.InBrackets(op));
}

// One side is an interval, perhaps both.
MaybeBound BindWithInterval(std::string_view op, Sides sides) {
  if (auto sum = BindIntervalSum(op, sides)) return sum;
  const bool subtract = op == "-";
  if (IsAnsiInterval(sides.a()) && IsAnsiInterval(sides.b())) {
    // Months and days do not add up: the months are taken for a time that is none.
    if (!subtract && IsDayTime(sides.a())) std::swap(sides.left, sides.right);
    if (!IsDayTime(sides.b())) return std::nullopt;
    return TimePlusDayTime(sides, subtract);
  }
  if (!subtract && IsAnsiInterval(sides.a())) std::swap(sides.left, sides.right);
  if (!IsAnsiInterval(sides.b())) return std::nullopt;
  if (IsYearMonth(sides.b())) {
    if (IsTime(sides.a())) return TimePlusMonths(sides, subtract);
    return std::nullopt;
  }
  if (IsDays(sides.b()) && IsDate(sides.a())) {
    return DatePlusDays(sides.left, sides.right, subtract);
  }
  return TimePlusDayTime(sides, subtract);
}

DataType WholeInterval(const DataType& type) {
  return IsDayTime(type) ? DataType(DayTimeIntervalType()) : DataType(YearMonthIntervalType());
}

// An interval times or by a number.
MaybeBound BindScaled(std::string_view op, Sides sides) {
  const bool months_behind = IsYearMonth(sides.b()) && !IsYearMonth(sides.a());
  if (op == "*" && (months_behind || !IsAnsiInterval(sides.a()))) {
    std::swap(sides.left, sides.right);
  }
  if (!IsAnsiInterval(sides.a()) || (op != "*" && op != "/")) return std::nullopt;
  const std::string sql = sides.InBrackets(op);
  const std::vector<Parameter> parameters = {{ParameterType::One(sides.a())},
                                             {ParameterType::Numeric()}};
  auto args = CoerceArguments({sides.left, sides.right}, parameters, sql);
  if (!args.ok()) return args.status();
  const DataType type = WholeInterval(sides.a());
  const bool nullable = AnyNullable(*args);
  return MakeCall(op == "*" ? "interval_multiply" : "interval_divide", std::move(*args), type,
                  nullable, sql);
}

// The difference of two times is an interval.
MaybeBound BindDifference(const Sides& sides) {
  const std::string sql = sides.InBrackets("-");
  const bool stamps = IsTimestamp(sides.a()) || IsTimestamp(sides.b());
  if (!stamps && !IsDate(sides.b())) return std::nullopt;
  std::vector<BoundExpressionPtr> args = {sides.left, sides.right};
  Parameter parameter = {ParameterType::One(DateType())};
  if (stamps) {
    // One without a time zone makes both so; a date or a text becomes what the other is.
    const bool both = IsTimestamp(sides.a()) && IsTimestamp(sides.b());
    DataType type = IsTimestamp(sides.a()) ? sides.a() : sides.b();
    if (both && !SameType(sides.a(), sides.b())) type = TimestampType();
    parameter = {ParameterType::AnyTimestamp()};
    for (std::size_t i = 0; i < args.size(); ++i) {
      if (IsString(args[i]->type) && LegacyRules::Active()) {
        return UnexpectedInputType(sql, i, parameter, args[i]);
      }
      if (IsTime(args[i]->type) || IsString(args[i]->type)) args[i] = ImplicitCast(args[i], type);
    }
  }
  auto coerced = CoerceArguments(std::move(args), {parameter}, sql);
  if (!coerced.ok()) return coerced.status();
  const bool nullable = AnyNullable(*coerced);
  const DataType type =
      stamps ? DataType(DayTimeIntervalType()) : DataType(DayTimeIntervalType(0, 0));
  return MakeCall(stamps ? "subtract_times" : "subtract_dates", std::move(*coerced), type, nullable,
                  sql);
}

MaybeBound BindDaysOfNumber(std::string_view op, const Sides& sides) {
  if (op == "+") {
    if (IsDate(sides.a()) && !IsString(sides.b())) {
      return BindDateShift("date_add", sides.left, sides.right);
    }
    if (IsDate(sides.b()) && !IsString(sides.a())) {
      return BindDateShift("date_add", sides.right, sides.left);
    }
  } else if (IsDate(sides.a()) && !IsString(sides.b())) {
    return BindDateShift("date_sub", sides.left, sides.right);
  }
  return std::nullopt;
}

}  // namespace

bool IsTimestamp(const DataType& type) {
  return type.is(Kind::kTimestamp) || type.is(Kind::kTimestampNtz);
}

bool IsAnsiInterval(const DataType& type) { return IsDayTime(type) || IsYearMonth(type); }

base::Status CalendarIntervalRefused(std::string_view sql) {
  return NotPossibleHere("The type INTERVAL without fields in \"" + std::string(sql) + "\"",
                         "Use intervals of days and seconds, or of years and months.");
}

base::Result<BoundExpressionPtr> BindDateShift(std::string_view function,
                                               const BoundExpressionPtr& date,
                                               const BoundExpressionPtr& days) {
  const std::string sql = CallText(function, {date, days});
  static const Parameter integer = {ParameterType::One(IntegerType()),
                                    ParameterType::One(ShortType()),
                                    ParameterType::One(ByteType())};
  const BoundExpressionPtr number =
      days->type.is(Kind::kNull) ? ImplicitCast(days, IntegerType()) : days;
  // No implicit cast, unlike most functions.
  if (!number->type.isIntegral() || number->type.is(Kind::kLong)) {
    return UnexpectedInputType(sql, 1, integer, number);
  }
  return MakeCall(function, {date, number}, DateType(), date->nullable || number->nullable, sql);
}

MaybeBound BindTimeArithmetic(std::string_view op, const BoundExpressionPtr& left,
                              const BoundExpressionPtr& right) {
  const Sides sides{left, right};
  if (IsCalendar(sides.a()) || IsCalendar(sides.b())) {
    return CalendarIntervalRefused(sides.InBrackets(op));
  }
  const bool with_interval = IsAnsiInterval(sides.a()) || IsAnsiInterval(sides.b());
  if (op != "+" && op != "-") return with_interval ? BindScaled(op, sides) : std::nullopt;
  if (op == "-" && IsAnsiInterval(sides.a()) && IsTime(sides.b())) return BindDifference(sides);
  if (with_interval) return BindWithInterval(op, sides);
  if ((IsTime(sides.a()) && sides.b().is(Kind::kNull)) ||
      (IsTime(sides.b()) && sides.a().is(Kind::kNull))) {
    return NotPossibleHere("A time and NULL in \"" + sides.InBrackets(op) + "\"",
                           "Spark takes the NULL for an interval; cast it to INT for days.");
  }
  if (op == "-") {
    if (auto difference = BindDifference(sides)) return difference;
  }
  return BindDaysOfNumber(op, sides);
}

}  // namespace millrace::analysis
