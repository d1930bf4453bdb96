// Functions that give rows: explode and its kin.

#include <algorithm>
#include <map>
#include <utility>

#include "analysis/aggregates.h"
#include "analysis/error_messages.h"
#include "analysis/names.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;
using Bound = base::Result<BoundExpressionPtr>;

Bound MakeGenerator(const FunctionCall& call, std::string_view function,
                    std::vector<BoundExpressionPtr> args, const StructType& columns) {
  std::map<std::string, std::string> options;
  if (call.name.ends_with("_outer")) options["outer"] = "true";
  return MakeCall(function, std::move(args), columns, false,
                  CallText(call.name, call.BoundArgs()), std::move(options));
}

std::string_view WithoutOuter(std::string_view name) {
  return name.ends_with("_outer") ? name.substr(0, name.size() - 6) : name;
}

Bound BindExplode(const FunctionCall& call) {
  const BoundExpressionPtr& arg = call.arg(0);
  const DataType& type = arg->type;
  const bool outer = call.name.ends_with("_outer");
  const std::string_view function = WithoutOuter(call.name);
  StructType columns;
  if (function == "posexplode") columns = columns.add("pos", IntegerType(), outer);
  if (type.is(Kind::kArray)) {
    columns = columns.add("col", type.elementType(), outer || type.containsNull());
  } else if (type.is(Kind::kMap)) {
    columns = columns.add("key", type.keyType(), outer)
                  .add("value", type.valueType(), outer || type.valueContainsNull());
  } else {
    return TypeMismatch("UNEXPECTED_INPUT_TYPE", CallText(call.name, {arg}),
                        {{"paramIndex", "first"},
                         {"requiredType", "(\"ARRAY\" or \"MAP\")"},
                         {"inputSql", QuoteSql(arg->text)},
                         {"inputType", QuoteType(type)}});
  }
  return MakeGenerator(call, function, {arg}, columns);
}

Bound BindInline(const FunctionCall& call) {
  const BoundExpressionPtr& arg = call.arg(0);
  const DataType& type = arg->type;
  if (!type.is(Kind::kArray) || !type.elementType().is(Kind::kStruct)) {
    return TypeMismatch("UNEXPECTED_INPUT_TYPE", CallText(call.name, {arg}),
                        {{"paramIndex", "first"},
                         {"requiredType", "\"ARRAY<STRUCT>\""},
                         {"inputSql", QuoteSql(arg->text)},
                         {"inputType", QuoteType(type)}});
  }
  const bool outer = call.name.ends_with("_outer");
  std::vector<StructField> fields;
  for (StructField field : type.elementType().fields()) {
    field.nullable = field.nullable || type.containsNull() || outer;
    fields.push_back(std::move(field));
  }
  return MakeGenerator(call, "inline", {arg}, StructType(std::move(fields)));
}

Bound BindStack(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const std::string text = CallText("stack", args);
  const data::Value* count = AsConstant(args[0]);
  if (!args[0]->type.is(Kind::kInteger)) {
    return UnexpectedInputType(text, 0, {ParameterType::One(IntegerType())}, args[0]);
  }
  if (count == nullptr) {
    return TypeMismatch("NON_FOLDABLE_INPUT", text,
                        {{"inputName", "`n`"},
                         {"inputType", "\"INT\""},
                         {"inputExpr", QuoteSql(args[0]->text)}});
  }
  if (!count->is_int() || count->int_value() <= 0) {
    return TypeMismatch("VALUE_OUT_OF_RANGE", text,
                        {{"exprName", "`n`"},
                         {"valueRange", "(0, 2147483647]"},
                         {"currentValue",
                          count->is_int() ? std::to_string(count->int_value()) : "null"}});
  }
  const auto rows = static_cast<std::size_t>(count->int_value());
  const std::size_t width = (args.size() - 1 + rows - 1) / rows;
  StructType columns;
  for (std::size_t column = 0; column < width; ++column) {
    DataType type = NullType();
    std::size_t first = 0;
    for (std::size_t i = 1 + column; i < args.size(); i += width) {
      if (args[i]->type.is(Kind::kNull)) continue;
      if (first == 0) {
        first = i;
        type = args[i]->type;
      } else if (!SameType(type, args[i]->type)) {
        return TypeMismatch("STACK_COLUMN_DIFF_TYPES", text,
                            {{"columnIndex", std::to_string(column)},
                             {"leftParamIndex", std::to_string(first)},
                             {"leftType", QuoteType(type)},
                             {"rightParamIndex", std::to_string(i)},
                             {"rightType", QuoteType(args[i]->type)}});
      }
    }
    for (std::size_t i = 1 + column; i < args.size(); i += width) {
      args[i] = ImplicitCast(args[i], type);
    }
    columns = columns.add("col" + std::to_string(column), type, true);
  }
  return MakeGenerator(call, "stack", std::move(args), columns);
}

Bound BindJsonTuple(const FunctionCall& call) {
  StructType columns;
  const std::string text = CallText("json_tuple", call.BoundArgs());
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    const DataType& type = call.arg(i)->type;
    if (!type.is(Kind::kString) && !type.is(Kind::kNull)) {
      return TypeMismatch("NON_STRING_TYPE", text, {{"funcName", "`json_tuple`"}});
    }
    if (i > 0) columns = columns.add("c" + std::to_string(i - 1), StringType(), true);
  }
  std::vector<BoundExpressionPtr> args;
  for (const auto& arg : call.BoundArgs()) args.push_back(ImplicitCast(arg, StringType()));
  return MakeGenerator(call, "json_tuple", std::move(args), columns);
}

}  // namespace

const FunctionSpec* FindGenerator(std::string_view name) {
  static const std::map<std::string_view, FunctionSpec> registry = {
      {"explode", {"explode", 1, 1, BindExplode}},
      {"explode_outer", {"explode_outer", 1, 1, BindExplode}},
      {"posexplode", {"posexplode", 1, 1, BindExplode}},
      {"posexplode_outer", {"posexplode_outer", 1, 1, BindExplode}},
      {"inline", {"inline", 1, 1, BindInline}},
      {"inline_outer", {"inline_outer", 1, 1, BindInline}},
      {"stack", {"stack", 2, -1, BindStack}},
      {"json_tuple", {"json_tuple", 2, -1, BindJsonTuple}},
  };
  const auto found = registry.find(name);
  return found == registry.end() ? nullptr : &found->second;
}

const plan::Call* AsGenerator(const plan::BoundExpression& expression) {
  const auto* call = std::get_if<plan::Call>(&expression.node);
  return call != nullptr && FindGenerator(call->function) != nullptr ? call : nullptr;
}

}  // namespace millrace::analysis
