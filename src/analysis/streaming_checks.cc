#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

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
  if (call != nullptr && call->function == "from_json") {
    MILLRACE_RETURN_IF_ERROR(CheckFromJson(expression, *call));
  }
  for (const plan::BoundExpressionPtr& child : plan::ChildrenOf(expression)) {
    if (child != nullptr) MILLRACE_RETURN_IF_ERROR(CheckExpression(*child, seen));
  }
  return base::Status::Ok();
}

base::Status CheckRelation(const plan::ResolvedRelation& top,
                           std::set<const plan::BoundExpression*>* seen) {
  std::vector<const plan::ResolvedRelation*> left = {&top};
  while (!left.empty()) {
    const plan::ResolvedRelation* relation = left.back();
    left.pop_back();
    std::vector<plan::BoundExpressionPtr> expressions;
    std::visit(
        [&](const auto& node) {
          if constexpr (requires { node.condition; }) expressions.push_back(node.condition);
          if constexpr (requires { node.expressions; }) expressions = node.expressions;
          if constexpr (requires { node.aggregates; }) {
            expressions = node.groupings;
            expressions.insert(expressions.end(), node.aggregates.begin(), node.aggregates.end());
          }
          if constexpr (requires { node.functions; }) expressions = node.functions;
          if constexpr (requires { node.generator; }) expressions.push_back(node.generator);
        },
        relation->node);
    for (const plan::BoundExpressionPtr& expression : expressions) {
      if (expression != nullptr) MILLRACE_RETURN_IF_ERROR(CheckExpression(*expression, seen));
    }
    for (const auto& input : plan::InputsOf(*relation)) left.push_back(input.get());
  }
  return base::Status::Ok();
}

// What has to keep rows, or something of them, from one batch to the next; null: nothing.
const char* StateOf(const plan::ResolvedRelation& relation) {
  if (std::holds_alternative<plan::Aggregate>(relation.node)) return "Streaming aggregation";
  if (std::holds_alternative<plan::Deduplicate>(relation.node)) return "Streaming deduplication";
  if (std::holds_alternative<plan::Join>(relation.node)) return "A join with a stream";
  if (std::holds_alternative<plan::Sort>(relation.node)) return "Sorting a stream";
  if (std::holds_alternative<plan::Limit>(relation.node)) return "A limit or offset of a stream";
  if (std::holds_alternative<plan::Tail>(relation.node)) return "The tail of a stream";
  if (std::holds_alternative<plan::Window>(relation.node)) return "A window function over a stream";
  if (std::holds_alternative<plan::SetOperation>(relation.node)) return "A set operation on streams";
  if (std::holds_alternative<plan::Generate>(relation.node)) return "A generator over a stream";
  if (std::holds_alternative<plan::Sample>(relation.node)) return "A sample of a stream";
  return nullptr;
}

base::Status CheckStateless(const plan::ResolvedRelation& top) {
  std::vector<const plan::ResolvedRelation*> left = {&top};
  while (!left.empty()) {
    const plan::ResolvedRelation* relation = left.back();
    left.pop_back();
    if (const char* state = StateOf(*relation)) {
      return NotPossibleHere(state, "Do it in foreachBatch, or on what the stream has written.");
    }
    for (const auto& input : plan::InputsOf(*relation)) left.push_back(input.get());
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
  if (query.is_streaming) MILLRACE_RETURN_IF_ERROR(CheckStateless(*query.root));
  std::set<const plan::BoundExpression*> seen;
  return CheckRelation(*query.root, &seen);
}

}  // namespace millrace::analysis
