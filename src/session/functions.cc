#include "millrace/functions.h"

#include "plan/expression.h"
#include "session/exceptions.h"
#include "sql/parser.h"

namespace millrace {
namespace {

Column Call(std::string_view name, std::vector<plan::ExpressionPtr> args) {
  return Column(plan::Function(name, std::move(args)));
}

std::vector<plan::ExpressionPtr> Expressions(const std::vector<Column>& columns) {
  std::vector<plan::ExpressionPtr> expressions;
  for (const Column& column : columns) expressions.push_back(column.expression());
  return expressions;
}

/// Options are a map expression, as Spark Connect's clients send them.
void AppendOptions(std::vector<plan::ExpressionPtr>& args, const FunctionOptions& options) {
  if (options.empty()) return;
  std::vector<plan::ExpressionPtr> entries;
  for (const auto& [name, value] : options) {
    entries.push_back(plan::Literal(std::string_view(name)));
    entries.push_back(plan::Literal(std::string_view(value)));
  }
  args.push_back(plan::Function("map", std::move(entries)));
}

}  // namespace

Column col(std::string_view name) { return Column(name); }
Column expr(std::string_view sql) {
  return Column(session::ValueOrThrow(sql::ParseExpression(sql)));
}
Column lit(const Operand& value) { return value.column(); }

Column from_json(const Column& text, const DataType& schema, const FunctionOptions& options) {
  return from_json(text, schema.json(), options);
}

Column from_json(const Column& text, std::string_view schema, const FunctionOptions& options) {
  std::vector<plan::ExpressionPtr> args = {text.expression(), plan::Literal(schema)};
  AppendOptions(args, options);
  return Call("from_json", std::move(args));
}

Column to_json(const Column& value, const FunctionOptions& options) {
  std::vector<plan::ExpressionPtr> args = {value.expression()};
  AppendOptions(args, options);
  return Call("to_json", std::move(args));
}

Column structOf(const std::vector<ColumnOrName>& columns) {
  std::vector<plan::ExpressionPtr> args;
  for (const ColumnOrName& column : columns) args.push_back(column.column().expression());
  return Call("struct", std::move(args));
}

Column current_timestamp() { return Call("current_timestamp", {}); }
Column coalesce(const std::vector<Column>& columns) {
  return Call("coalesce", Expressions(columns));
}
Column when(const Column& condition, const Operand& value) {
  return Call("when", {condition.expression(), value.column().expression()});
}

Column upper(const Column& text) { return Call("upper", {text.expression()}); }
Column lower(const Column& text) { return Call("lower", {text.expression()}); }
Column length(const Column& value) { return Call("length", {value.expression()}); }
Column concat(const std::vector<Column>& columns) { return Call("concat", Expressions(columns)); }
Column substring(const Column& value, int position, int length) {
  return value.substr(position, length);
}

Column to_timestamp(const Column& text) { return Call("to_timestamp", {text.expression()}); }
Column to_timestamp(const Column& text, std::string_view format) {
  return Call("to_timestamp", {text.expression(), plan::Literal(format)});
}
Column date_format(const Column& time, std::string_view format) {
  return Call("date_format", {time.expression(), plan::Literal(format)});
}
Column year(const Column& time) { return Call("year", {time.expression()}); }
Column quarter(const Column& time) { return Call("quarter", {time.expression()}); }
Column month(const Column& time) { return Call("month", {time.expression()}); }
Column dayofmonth(const Column& time) { return Call("dayofmonth", {time.expression()}); }
Column day(const Column& time) { return Call("day", {time.expression()}); }
Column dayofweek(const Column& time) { return Call("dayofweek", {time.expression()}); }
Column dayofyear(const Column& time) { return Call("dayofyear", {time.expression()}); }
Column weekofyear(const Column& time) { return Call("weekofyear", {time.expression()}); }
Column hour(const Column& time) { return Call("hour", {time.expression()}); }
Column minute(const Column& time) { return Call("minute", {time.expression()}); }
Column second(const Column& time) { return Call("second", {time.expression()}); }

Column call_function(std::string_view name, const std::vector<Column>& args) {
  return Column(
      plan::MakeExpression(plan::expression::CallFunction{std::string(name), Expressions(args)}));
}

}  // namespace millrace
