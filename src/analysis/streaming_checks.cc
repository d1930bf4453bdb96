#include <map>
#include <set>
#include <string>
#include <variant>

#include "analysis/analyzer.h"
#include "analysis/error_messages.h"
#include "analysis/names.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

// The option whatever the case of its name, or `missing`.
std::string OptionOr(const std::map<std::string, std::string>& options, std::string_view name,
                     std::string_view missing) {
  for (const auto& [key, value] : options) {
    if (NamesEqual(key, name)) return value;
  }
  return std::string(missing);
}

base::Status CheckFromJson(const plan::BoundExpression& expression, const plan::Call& call) {
  const std::string mode = OptionOr(call.options, "mode", "PERMISSIVE");
  if (!NamesEqual(mode, "PERMISSIVE") && !NamesEqual(mode, "FAILFAST")) {
    return AnalysisError("PARSE_MODE_UNSUPPORTED",
                         {{"funcName", "`from_json`"},
                          {"mode", NamesEqual(mode, "DROPMALFORMED") ? "DROPMALFORMED" : mode}});
  }
  if (!expression.type.is(Kind::kStruct)) return base::Status::Ok();
  const std::string corrupt =
      OptionOr(call.options, "columnNameOfCorruptRecord", "_corrupt_record");
  for (const StructField& field : expression.type.fields()) {
    if (field.name == corrupt && !field.dataType.is(Kind::kString)) {
      return AnalysisError(
          "INVALID_CORRUPT_RECORD_TYPE",
          {{"columnName", QuoteName(corrupt)}, {"actualType", QuoteType(field.dataType)}});
    }
  }
  return base::Status::Ok();
}

// `seen` holds what was checked before: parts may be shared, many times over.
base::Status CheckExpression(const plan::BoundExpression& expression,
                             std::set<const plan::BoundExpression*>* seen) {
  if (!seen->insert(&expression).second) return base::Status::Ok();
  if (const auto* cast = std::get_if<plan::CastTo>(&expression.node)) {
    return CheckExpression(*cast->child, seen);
  }
  if (const auto* field = std::get_if<plan::GetField>(&expression.node)) {
    return CheckExpression(*field->child, seen);
  }
  const auto* call = std::get_if<plan::Call>(&expression.node);
  if (call == nullptr) return base::Status::Ok();
  if (call->function == "from_json") MILLRACE_RETURN_IF_ERROR(CheckFromJson(expression, *call));
  for (const plan::BoundExpressionPtr& arg : call->args) {
    MILLRACE_RETURN_IF_ERROR(CheckExpression(*arg, seen));
  }
  return base::Status::Ok();
}

}  // namespace

base::Result<std::string> ParseOutputMode(std::string_view mode) {
  for (const std::string_view known : {"append", "complete", "update"}) {
    if (NamesEqual(mode, known)) return std::string(known);
  }
  return AnalysisError("STREAMING_OUTPUT_MODE.INVALID", {{"outputMode", std::string(mode)}});
}

base::Status CheckOutputMode(const plan::ResolvedQuery& query, std::string_view mode) {
  if (!query.is_streaming) return AnalysisError("WRITE_STREAM_NOT_ALLOWED", {});
  if (const auto parsed = ParseOutputMode(mode); !parsed.ok()) return parsed.status();
  // A query of projections and filters has no result that could be given completely.
  if (NamesEqual(mode, "complete")) {
    return AnalysisError("STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION",
                         {{"outputMode", "complete"}, {"operation", "no streaming aggregations"}});
  }
  return base::Status::Ok();
}

base::Status CheckColumnNamesForWrite(const StructType& schema, bool case_sensitive) {
  std::map<std::string, int> counts;
  for (const StructField& field : schema.fields()) {
    const std::string name = case_sensitive ? field.name : LowerCase(field.name);
    if (++counts[name] > 1) {
      return AnalysisError("COLUMN_ALREADY_EXISTS", {{"columnName", QuoteName(name)}});
    }
  }
  for (const StructField& field : schema.fields()) {
    const DataType* type = &field.dataType;
    while (type->is(Kind::kArray) || type->is(Kind::kMap)) {
      type = type->is(Kind::kArray) ? &type->elementType() : &type->valueType();
    }
    if (type->is(Kind::kStruct)) {
      MILLRACE_RETURN_IF_ERROR(CheckColumnNamesForWrite(StructType(*type), case_sensitive));
    }
  }
  return base::Status::Ok();
}

base::Status CheckRunnable(const plan::ResolvedQuery& query) {
  std::set<const plan::BoundExpression*> seen;
  const plan::ResolvedRelation* relation = query.root.get();
  while (relation != nullptr) {
    if (const auto* filter = std::get_if<plan::Filter>(&relation->node)) {
      MILLRACE_RETURN_IF_ERROR(CheckExpression(*filter->condition, &seen));
      relation = filter->input.get();
    } else if (const auto* project = std::get_if<plan::Project>(&relation->node)) {
      for (const plan::BoundExpressionPtr& expression : project->expressions) {
        MILLRACE_RETURN_IF_ERROR(CheckExpression(*expression, &seen));
      }
      relation = project->input.get();
    } else {
      relation = nullptr;
    }
  }
  return base::Status::Ok();
}

}  // namespace millrace::analysis
