// Functions that stand only before OVER.

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

Bound BindRowNumber(const FunctionCall& call) {
  return MakeCall(call.name, {}, IntegerType(), false, "row_number()");
}

// Spark takes the columns of the order as arguments of these; a user gives none.
Bound BindRank(const FunctionCall& call) {
  if (!call.args.empty()) {
    return NotPossibleHere("Arguments of the function `" + call.name + "`", "Leave them out.");
  }
  std::string text = call.name == "rank"         ? "RANK()"
                     : call.name == "dense_rank" ? "DENSE_RANK()"
                                                 : "PERCENT_RANK()";
  const DataType type =
      call.name == "percent_rank" ? DataType(DoubleType()) : DataType(IntegerType());
  return MakeCall(call.name, {}, type, false, text);
}

Bound BindCumeDist(const FunctionCall& call) {
  return MakeCall(call.name, {}, DoubleType(), false, "cume_dist()");
}

BoundExpressionPtr IntegerConstant(int value) {
  return MakeConstant(data::Value::Int(value), IntegerType(), std::to_string(value));
}

base::Status NotFoldable(const std::string& text, std::string_view name,
                         const BoundExpressionPtr& arg) {
  return TypeMismatch("NON_FOLDABLE_INPUT", text,
                      {{"inputName", QuoteName(name)},
                       {"inputType", QuoteType(arg->type)},
                       {"inputExpr", QuoteSql(arg->text)}});
}

// A positive INT.
base::Status CheckCount(const std::string& text, const BoundExpressionPtr& arg,
                        std::string_view name, std::string_view shown_name) {
  if (!arg->type.is(Kind::kInteger)) {
    return UnexpectedInputType(text, name == "buckets" ? 0 : 1,
                               {ParameterType::One(IntegerType())}, arg);
  }
  const data::Value* value = AsConstant(arg);
  if (value == nullptr) return NotFoldable(text, name, arg);
  if (!value->is_int() || value->int_value() <= 0) {
    return TypeMismatch("VALUE_OUT_OF_RANGE", text,
                        {{"exprName", std::string(shown_name)},
                         {"valueRange", "(0, 2147483647]"},
                         {"currentValue", value->is_int() ? std::to_string(value->int_value())
                                                          : std::string("null")}});
  }
  return base::Status::Ok();
}

Bound BindNtile(const FunctionCall& call) {
  const BoundExpressionPtr buckets = call.args.empty() ? IntegerConstant(1) : call.arg(0);
  const std::string text = CallText("ntile", {buckets});
  MILLRACE_RETURN_IF_ERROR(CheckCount(text, buckets, "buckets", "buckets"));
  return MakeCall("ntile", {buckets}, IntegerType(), false, text);
}

Bound BindNthValue(const FunctionCall& call) {
  const std::string text = CallText("nth_value", call.BoundArgs());
  MILLRACE_RETURN_IF_ERROR(CheckCount(text, call.arg(1), "offset", "offset"));
  return MakeCall("nth_value", call.BoundArgs(), call.arg(0)->type, true, text);
}

Bound BindLagOrLead(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  if (args.size() < 2) args.push_back(IntegerConstant(1));
  if (args.size() < 3) args.push_back(MakeConstant(data::Value::Null(), NullType(), "NULL"));
  const std::string text = CallText(call.name, args);
  if (!args[1]->type.is(Kind::kInteger)) {
    return UnexpectedInputType(text, 1, {ParameterType::One(IntegerType())}, args[1]);
  }
  if (!IsFoldable(*args[1])) return NotFoldable(text, "offset", args[1]);
  if (!CanImplicitlyCast(args[2]->type, args[0]->type)) {
    return UnexpectedInputType(text, 2, {ParameterType::One(args[0]->type)}, args[2]);
  }
  args[2] = ImplicitCast(args[2], args[0]->type);
  const bool nullable = args[0]->nullable || args[2]->nullable;
  const DataType type = args[0]->type;
  return MakeCall(call.name, std::move(args), type, nullable, text);
}

}  // namespace

const FunctionSpec* FindWindowFunction(std::string_view name) {
  static const std::map<std::string_view, FunctionSpec> registry = {
      {"row_number", {"row_number", 0, 0, BindRowNumber}},
      {"rank", {"rank", 0, -1, BindRank}},
      {"dense_rank", {"dense_rank", 0, -1, BindRank}},
      {"percent_rank", {"percent_rank", 0, -1, BindRank}},
      {"cume_dist", {"cume_dist", 0, 0, BindCumeDist}},
      {"ntile", {"ntile", 0, 1, BindNtile}},
      {"nth_value", {"nth_value", 2, 2, BindNthValue}},
      {"lag", {"lag", 1, 3, BindLagOrLead}},
      {"lead", {"lead", 1, 3, BindLagOrLead}},
  };
  const auto found = registry.find(name);
  return found == registry.end() ? nullptr : &found->second;
}

}  // namespace millrace::analysis
