// from_csv and to_csv.

#include <map>
#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/names.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;
using Options = std::map<std::string, std::string>;

// The options that may stand as argument `index`.
base::Result<Options> OptionsAt(const FunctionCall& call, std::size_t index) {
  if (call.args.size() <= index) return Options();
  return OptionsFromMap(call.arg(index));
}

base::Result<BoundExpressionPtr> BindFromCsv(const FunctionCall& call) {
  MILLRACE_ASSIGN_OR_RETURN(const DataType schema, SchemaArgument(call.arg(1)));
  if (!schema.is(Kind::kStruct)) {
    return AnalysisError("INVALID_SCHEMA.NON_STRUCT_TYPE",
                         {{"inputSchema", QuoteSql(call.arg(1)->text)},
                          {"dataType", QuoteType(schema)}});
  }
  MILLRACE_ASSIGN_OR_RETURN(Options options, OptionsAt(call, 2));
  BoundExpressionPtr csv = call.arg(0);
  if (csv->type.is(Kind::kNull)) csv = ImplicitCast(csv, StringType());
  const std::string sql = CallText(call.name, {csv});
  if (!csv->type.is(Kind::kString)) {
    return UnexpectedInputType(sql, 0, {ParameterType::One(StringType())}, csv);
  }
  return MakeCall(call.name, {csv}, AsNullable(schema), true, sql, std::move(options));
}

base::Result<BoundExpressionPtr> BindToCsv(const FunctionCall& call) {
  MILLRACE_ASSIGN_OR_RETURN(Options options, OptionsAt(call, 1));
  const BoundExpressionPtr& row = call.arg(0);
  const std::string sql = CallText(call.name, {row});
  if (!row->type.is(Kind::kStruct)) {
    return TypeMismatch(
        "UNSUPPORTED_INPUT_TYPE", sql,
        {{"functionName", QuoteName(call.name)}, {"dataType", QuoteType(row->type)}});
  }
  return MakeCall(call.name, {row}, StringType(), true, sql, std::move(options));
}

}  // namespace

std::vector<FunctionSpec> CsvFunctions() {
  return {
      {"from_csv", 2, 3, BindFromCsv},
      {"to_csv", 1, 2, BindToCsv},
  };
}

}  // namespace millrace::analysis
