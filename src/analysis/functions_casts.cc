// Which casts there are, and the functions that are casts: int(a), date(a).

#include <string>
#include <string_view>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

bool IsComplex(const DataType& type) {
  return type.is(Kind::kArray) || type.is(Kind::kMap) || type.is(Kind::kStruct);
}

// The functions that CAST_WITH_FUNC_SUGGESTION names, by the two types.
std::string_view FunctionsFor(const DataType& from, const DataType& to) {
  if (from.isNumeric() && to.is(Kind::kDate)) return "`DATE_FROM_UNIX_DATE`";
  if (from.is(Kind::kDate) && to.isNumeric()) return "`UNIX_DATE`";
  return "";
}

base::Status CannotCast(const DataType& from, const DataType& to, plan::EvalMode mode,
                        std::string_view sql) {
  MessageParameters parameters = {{"srcType", QuoteType(from)}, {"targetType", QuoteType(to)}};
  const bool only_ansi_forbids =
      mode == plan::EvalMode::kAnsi && CanCast(from, to, LegacyOrAnsi::kLegacy);
  std::string_view functions =
      mode == plan::EvalMode::kLegacy ? std::string_view() : FunctionsFor(from, to);
  if (only_ansi_forbids && IsComplex(to)) functions = "`try_cast`";
  if (!functions.empty()) {
    parameters["functionNames"] = functions;
    return TypeMismatch("CAST_WITH_FUNC_SUGGESTION", sql, std::move(parameters));
  }
  if (only_ansi_forbids) {
    parameters["config"] = "\"spark.sql.ansi.enabled\"";
    parameters["configVal"] = "'false'";
    return TypeMismatch("CAST_WITH_CONF_SUGGESTION", sql, std::move(parameters));
  }
  return TypeMismatch("CAST_WITHOUT_SUGGESTION", sql, std::move(parameters));
}

LegacyOrAnsi RulesOf(plan::EvalMode mode) {
  switch (mode) {
    case plan::EvalMode::kTry:
      return LegacyOrAnsi::kTry;
    case plan::EvalMode::kLegacy:
      return LegacyOrAnsi::kLegacy;
    default:
      return LegacyOrAnsi::kAnsi;
  }
}

DataType TypeNamed(std::string_view name) {
  if (name == "boolean") return BooleanType();
  if (name == "tinyint") return ByteType();
  if (name == "smallint") return ShortType();
  if (name == "int") return IntegerType();
  if (name == "bigint") return LongType();
  if (name == "float") return FloatType();
  if (name == "double") return DoubleType();
  if (name == "decimal") return DecimalType(10, 0);
  if (name == "date") return DateType();
  if (name == "timestamp") return TimestampType();
  if (name == "binary") return BinaryType();
  return StringType();
}

// Spark does not show this cast.
base::Result<BoundExpressionPtr> BindCastFunction(const FunctionCall& call) {
  const BoundExpressionPtr& arg = call.arg(0);
  const DataType type = TypeNamed(call.name);
  const auto mode = call.ansi ? plan::EvalMode::kAnsi : plan::EvalMode::kLegacy;
  MILLRACE_RETURN_IF_ERROR(CheckCast(arg->type, type, mode, arg->text));
  return ExplicitCast(arg, type, mode, arg->text);
}

}  // namespace

base::Status CheckCast(const DataType& from, const DataType& to, plan::EvalMode mode,
                       std::string_view sql) {
  if (CanCast(from, to, RulesOf(mode))) return base::Status::Ok();
  return CannotCast(from, to, mode, sql);
}

std::vector<FunctionSpec> CastFunctions() {
  std::vector<FunctionSpec> functions;
  for (const std::string_view name :
       {"bigint", "binary", "boolean", "date", "decimal", "double", "float", "int", "smallint",
        "string", "timestamp", "tinyint"}) {
    functions.push_back({name, 1, 1, BindCastFunction});
  }
  return functions;
}

}  // namespace millrace::analysis
