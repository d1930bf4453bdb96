// Functions of chance and of a row's place. Each is evaluated for every row anew.

#include <string>
#include <utility>

#include "analysis/chance.h"
#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/names.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

/// A null seed is the seed 0.
BoundExpressionPtr AsSeed(const BoundExpressionPtr& given) {
  if (const data::Value* value = AsConstant(given); value != nullptr && value->is_null()) {
    return MakeConstant(data::Value::Int(0), LongType(), given->text);
  }
  return ImplicitCast(given, LongType());
}

base::Status CheckSeed(const BoundExpressionPtr& seed, std::size_t index, const std::string& sql) {
  const Parameter whole = {ParameterType::One(IntegerType()), ParameterType::One(LongType())};
  const Kind kind = seed->type.kind();
  if (!IsFoldable(*seed)) {
    return AnalysisError("SEED_EXPRESSION_IS_UNFOLDABLE",
                         {{"seedExpr", QuoteSql(seed->text)}, {"exprWithSeed", QuoteSql(sql)}});
  }
  if (kind == Kind::kInteger || kind == Kind::kLong || kind == Kind::kNull) {
    return base::Status::Ok();
  }
  return UnexpectedInputType(sql, index, whole, seed);
}

/// The call with its seed, or without one: the engine takes a seed of its own then.
base::Result<BoundExpressionPtr> WithSeed(std::string_view function,
                                          std::vector<BoundExpressionPtr> args,
                                          const BoundExpressionPtr& seed, const DataType& type,
                                          bool nullable, const std::string& sql) {
  if (seed != nullptr) {
    MILLRACE_RETURN_IF_ERROR(CheckSeed(seed, args.size(), sql));
    args.push_back(AsSeed(seed));
  }
  return MakeCall(function, std::move(args), type, nullable, sql);
}

base::Result<BoundExpressionPtr> BindRand(const FunctionCall& call) {
  const std::string function = call.name == "randn" ? "randn" : "rand";
  const std::string sql = CallText(function, call.BoundArgs());
  return WithSeed(function, {}, call.args.empty() ? nullptr : call.arg(0), DoubleType(), false,
                  sql);
}

base::Result<BoundExpressionPtr> BindUuid(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  return WithSeed("uuid", {}, call.args.empty() ? nullptr : call.arg(0), StringType(), false, sql);
}

base::Result<BoundExpressionPtr> BindShuffle(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  const BoundExpressionPtr& list = call.arg(0);
  if (!list->type.is(Kind::kArray)) {
    return UnexpectedInputType(sql, 0, {ParameterType::One(ArrayType(DataType()))}, list);
  }
  return WithSeed("shuffle", {list}, call.args.size() > 1 ? call.arg(1) : nullptr, list->type,
                  list->nullable, sql);
}

base::Status NotFoldable(const std::string& sql, std::string_view input, std::string_view type,
                         const BoundExpressionPtr& arg) {
  return TypeMismatch("NON_FOLDABLE_INPUT", sql,
                      {{"inputName", QuoteName(input)},
                       {"inputType", std::string(type)},
                       {"inputExpr", QuoteSql(arg->text)}});
}

base::Result<BoundExpressionPtr> BindRandstr(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  if (!IsFoldable(*call.arg(0))) return NotFoldable(sql, "length", "integer", call.arg(0));
  MILLRACE_ASSIGN_OR_RETURN(
      auto args, CoerceArguments({call.arg(0)}, {{ParameterType::One(IntegerType())}}, sql));
  return WithSeed("randstr", std::move(args), call.args.size() > 1 ? call.arg(1) : nullptr,
                  StringType(), false, sql);
}

/// Between numbers of these two types.
DataType UniformType(const DataType& low, const DataType& high) {
  if (low.isIntegral() && high.isIntegral()) return CanUpCast(low, high) ? high : low;
  for (const Kind kind : {Kind::kDouble, Kind::kFloat}) {
    if (low.is(kind)) return low;
    if (high.is(kind)) return high;
  }
  if (!low.is(Kind::kDecimal)) return high;
  if (!high.is(Kind::kDecimal)) return low;
  return CanUpCast(low, high) ? high : low;
}

base::Result<BoundExpressionPtr> BindUniform(const FunctionCall& call) {
  const std::string sql = CallText(call.name, call.BoundArgs());
  const BoundExpressionPtr& low = call.arg(0);
  const BoundExpressionPtr& high = call.arg(1);
  for (std::size_t i = 0; i < 2; ++i) {
    const BoundExpressionPtr& bound = call.arg(i);
    if (!IsFoldable(*bound)) {
      return NotFoldable(sql, i == 0 ? "min" : "max", "integer or floating-point", bound);
    }
    if (!bound->type.isNumeric() && !bound->type.is(Kind::kNull)) {
      return UnexpectedInputType(sql, i, {ParameterType::Numeric()}, bound);
    }
  }
  if (low->type.is(Kind::kNull) || high->type.is(Kind::kNull)) {
    return MakeConstant(data::Value::Null(), DataType(), sql);
  }
  MILLRACE_ASSIGN_OR_RETURN(
      const auto draw,
      WithSeed("rand", {}, call.args.size() > 2 ? call.arg(2) : nullptr, DoubleType(), false, sql));
  const auto from = ImplicitCast(low, DoubleType());
  const auto to = ImplicitCast(high, DoubleType());
  MILLRACE_ASSIGN_OR_RETURN(const auto width, BindBinary("-", to, from));
  MILLRACE_ASSIGN_OR_RETURN(const auto step, BindBinary("*", width, draw));
  MILLRACE_ASSIGN_OR_RETURN(const auto value, BindBinary("+", from, step));
  return WithText(ImplicitCast(value, UniformType(low->type, high->type)), sql);
}

/// monotonically_increasing_id() and spark_partition_id().
base::Result<BoundExpressionPtr> BindPlace(const FunctionCall& call) {
  const bool is_row = call.name == "monotonically_increasing_id";
  return MakeCall(call.name, {}, is_row ? DataType(LongType()) : DataType(IntegerType()), false,
                  (is_row ? call.name : std::string("SPARK_PARTITION_ID")) + "()");
}

}  // namespace

std::vector<FunctionSpec> RandomFunctions() {
  return {
      {"rand", 0, 1, BindRand},
      {"random", 0, 1, BindRand},
      {"randn", 0, 1, BindRand},
      {"randstr", 1, 2, BindRandstr},
      {"shuffle", 1, 2, BindShuffle},
      {"spark_partition_id", 0, 0, BindPlace},
      {"monotonically_increasing_id", 0, 0, BindPlace},
      {"uniform", 2, 3, BindUniform},
      {"uuid", 0, 1, BindUuid},
  };
}

}  // namespace millrace::analysis
