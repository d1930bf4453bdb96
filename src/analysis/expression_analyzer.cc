#include "analysis/expression_analyzer.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/error_place.h"
#include "analysis/functions.h"
#include "analysis/not_here.h"
#include "analysis/relation_analyzer.h"
#include "analysis/type_rules.h"
#include "data/datetime_text.h"
#include "data/schema_text.h"
#include "data/time_zone.h"
#include "data/value.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;
using plan::ExpressionPtr;
namespace ex = plan::expression;

// Deep enough for any query, shallow enough for a thread's stack.
constexpr int kMaxDepth = 500;

base::Status TooDeep() {
  return NotPossibleHere("An expression of more than " + std::to_string(kMaxDepth) + " levels",
                         "Give intermediate results a name with withColumn, or use isin() for a "
                         "long chain of or.");
}

// A type that was built in code may be one that cannot be.
base::Status CheckDecimals(const DataType& type) {
  if (type.is(Kind::kArray)) return CheckDecimals(type.elementType());
  if (type.is(Kind::kMap)) {
    MILLRACE_RETURN_IF_ERROR(CheckDecimals(type.keyType()));
    return CheckDecimals(type.valueType());
  }
  if (type.is(Kind::kStruct)) {
    for (const StructField& field : type.fields()) {
      MILLRACE_RETURN_IF_ERROR(CheckDecimals(field.dataType));
    }
  }
  if (!type.is(Kind::kDecimal)) return base::Status::Ok();
  if (type.precision() > 38) {
    return AnalysisError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                         {{"precision", std::to_string(type.precision())}, {"maxPrecision", "38"}});
  }
  if (type.scale() > type.precision() || type.scale() < 0 || type.precision() < 1) {
    return AnalysisError(
        "_LEGACY_ERROR_TEMP_1228",
        {{"scale", std::to_string(type.scale())}, {"precision", std::to_string(type.precision())}});
  }
  return base::Status::Ok();
}

base::Result<DataType> TargetType(const ex::Cast& cast) {
  const auto* type = std::get_if<DataType>(&cast.type);
  if (type == nullptr) return data::ParseDataType(std::get<std::string>(cast.type));
  MILLRACE_RETURN_IF_ERROR(CheckDecimals(*type));
  return *type;
}

bool IsComplex(const DataType& type) {
  return type.is(Kind::kArray) || type.is(Kind::kMap) || type.is(Kind::kStruct);
}

plan::EvalMode ModeOf(const ex::Cast& cast, bool ansi) {
  switch (cast.mode) {
    case ex::CastMode::kTry:
      return plan::EvalMode::kTry;
    case ex::CastMode::kLegacy:
      return plan::EvalMode::kLegacy;
    case ex::CastMode::kSession:
      return ansi ? plan::EvalMode::kAnsi : plan::EvalMode::kLegacy;
    default:
      return plan::EvalMode::kAnsi;
  }
}

// The name that a SELECT gives a column.
void NameColumn(Resolved* column) {
  if (column->kind == Resolved::Kind::kUnnamed || column->kind == Resolved::Kind::kField ||
      (column->kind == Resolved::Kind::kCast && column->name.empty())) {
    column->name = column->bound->text;
  }
}

}  // namespace

std::vector<ExpressionPtr> ChildrenOf(const plan::Expression& expression) {
  if (const auto* call = expression.As<ex::UnresolvedFunction>()) {
    std::vector<ExpressionPtr> children = call->args;
    if (call->filter != nullptr) children.push_back(call->filter);
    for (const ex::SortOrder& order : call->within_group) children.push_back(order.child);
    return children;
  }
  if (const auto* call = expression.As<ex::CallFunction>()) return call->args;
  if (const auto* alias = expression.As<ex::Alias>()) return {alias->child};
  if (const auto* cast = expression.As<ex::Cast>()) return {cast->child};
  if (const auto* extract = expression.As<ex::UnresolvedExtractValue>()) {
    return {extract->child, extract->extraction};
  }
  if (const auto* lambda = expression.As<ex::LambdaFunction>()) return {lambda->function};
  if (const auto* argument = expression.As<ex::NamedArgument>()) return {argument->value};
  if (const auto* order = expression.As<ex::SortOrder>()) return {order->child};
  if (const auto* subquery = expression.As<ex::SubqueryExpression>()) return subquery->in_values;
  if (const auto* udf = expression.As<ex::InlineUdf>()) return udf->args;
  if (const auto* update = expression.As<ex::UpdateFields>()) {
    if (update->value == nullptr) return {update->child};
    return {update->child, update->value};
  }
  if (const auto* window = expression.As<ex::Window>()) {
    std::vector<ExpressionPtr> children = {window->function};
    children.insert(children.end(), window->partition_spec.begin(), window->partition_spec.end());
    for (const ex::SortOrder& order : window->order_spec) children.push_back(order.child);
    return children;
  }
  if (const auto* text = expression.As<ex::ExpressionString>()) {
    auto parsed = ParseText(text->text);
    if (parsed.ok()) return {*parsed};
  }
  return {};
}

ExpressionAnalyzer::ExpressionAnalyzer(RelationAnalyzer& relations, const AnalyzedRelation& input,
                                       std::string_view operator_name)
    : relations_(relations),
      context_(relations.context()),
      input_(input),
      scope_(input.scope),
      operator_name_(operator_name),
      star_candidates_(input.input_names) {}

base::Result<Resolved> ExpressionAnalyzer::Resolve(const ExpressionPtr& expression) {
  if (++depth_ > kMaxDepth) return TooDeep();
  base::Result<Resolved> result = std::visit(
      [&](const auto& node) -> base::Result<Resolved> {
        if constexpr (requires { this->ResolveNode(node); }) {
          return ResolveNode(node);
        } else {
          return NotHere(*expression);
        }
      },
      expression->node);
  --depth_;
  if (!result.ok()) return At(expression->origin, result.status());
  return result;
}

base::Status ExpressionAnalyzer::At(const std::optional<plan::Origin>& origin,
                                    const base::Status& failure) const {
  // Spark makes the names in a lambda of a SQL text anew, and forgets where they stand.
  const bool is_forgotten = !variables_.empty() && origin &&
                            std::holds_alternative<plan::SqlPlace>(*origin) &&
                            failure.spark_error().condition.starts_with("UNRESOLVED_COLUMN");
  if (!is_forgotten) return AtExpression(failure, origin, relations_.place());
  return Nowhere(AtRelation(failure, relations_.place()));
}

base::Result<std::vector<Resolved>> ExpressionAnalyzer::ResolveColumns(
    const ExpressionPtr& expression) {
  auto columns = ColumnsOf(expression);
  if (!columns.ok()) return At(expression->origin, columns.status());
  return columns;
}

base::Result<std::vector<Resolved>> ExpressionAnalyzer::ColumnsOf(const ExpressionPtr& expression) {
  if (const auto* star = expression->As<ex::UnresolvedStar>()) return ExpandStar(*star);
  if (const auto* regex = expression->As<ex::UnresolvedRegex>()) return ExpandRegex(*regex);
  if (const auto* text = expression->As<ex::ExpressionString>()) {
    MILLRACE_ASSIGN_OR_RETURN(const ExpressionPtr parsed, ParseText(text->text));
    parsed_.push_back(parsed);
    MILLRACE_RETURN_IF_ERROR(CheckFunctions(parsed));
    return ResolveColumns(parsed);
  }
  MILLRACE_ASSIGN_OR_RETURN(Resolved column, Resolve(expression));
  if (const plan::Call* generator = AsGenerator(*column.bound)) {
    if (column.names.empty()) {
      for (const StructField& field : column.bound->type.fields()) {
        column.names.push_back(field.name);
      }
    }
    static_cast<void>(generator);
    return std::vector<Resolved>{std::move(column)};
  }
  NameColumn(&column);
  return std::vector<Resolved>{std::move(column)};
}

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::Literal& node) {
  return Resolved::Unnamed(MakeConstant(
      node.value, node.type, data::ToPrettySql(node.value, node.type, context_.time_zone)));
}

base::Result<Resolved> ExpressionAnalyzer::WithFields(Resolved column, const NameParts& fields) {
  for (const std::string& field : fields) {
    const BoundExpressionPtr name = MakeConstant(data::Value::Bytes(field), StringType(), field);
    MILLRACE_ASSIGN_OR_RETURN(column, ExtractValue(column.bound, name));
    // Spark names what a dotted name finds after the last part, whatever it is.
    column.kind = Resolved::Kind::kAlias;
    column.name = field;
  }
  return column;
}

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::UnresolvedExtractValue& node) {
  MILLRACE_ASSIGN_OR_RETURN(const Resolved child, Resolve(node.child));
  MILLRACE_ASSIGN_OR_RETURN(const Resolved extraction, Resolve(node.extraction));
  auto value = ExtractValue(child.bound, extraction.bound);
  const bool is_mismatch =
      !value.ok() && value.status().spark_error().condition.starts_with("DATATYPE_MISMATCH");
  if (value.ok() || is_mismatch) return value;
  return Nowhere(value.status());
}

base::Result<Resolved> ExpressionAnalyzer::ExtractValue(const BoundExpressionPtr& child,
                                                        const BoundExpressionPtr& extraction) {
  const DataType& type = child->type;
  const auto field = ConstantText(extraction);
  if (type.is(Kind::kStruct)) {
    if (field) return ExtractField(child, type, *field);
    return AnalysisError("INVALID_EXTRACT_FIELD_TYPE",
                         {{"extraction", QuoteSql(extraction->text)}});
  }
  const std::string sql = child->text + "[" + extraction->text + "]";
  if (type.is(Kind::kArray)) {
    if (type.elementType().is(Kind::kStruct) && field) {
      return ExtractField(child, type.elementType(), *field);
    }
    const Parameter index = {ParameterType::Integral()};
    const bool is_null = extraction->type.is(Kind::kNull);
    if (!is_null && !extraction->type.isIntegral()) {
      return UnexpectedInputType(sql, 1, index, extraction);
    }
    return Resolved::Unnamed(MakeCall(
        "getarrayitem", {child, is_null ? ImplicitCast(extraction, IntegerType()) : extraction},
        type.elementType(), true, sql));
  }
  if (type.is(Kind::kMap)) {
    const Parameter key = {ParameterType::One(type.keyType())};
    const auto coerced = key[0].CoercedFrom(extraction->type);
    if (!coerced) return UnexpectedInputType(sql, 1, key, extraction);
    return Resolved::Unnamed(MakeCall("getmapvalue", {child, ImplicitCast(extraction, *coerced)},
                                      type.valueType(), true, sql));
  }
  if (type.is(Kind::kNull)) {
    return Resolved::Unnamed(MakeConstant(data::Value::Null(), NullType(), sql));
  }
  return AnalysisError("INVALID_EXTRACT_BASE_FIELD_TYPE",
                       {{"base", QuoteSql(child->text)}, {"other", QuoteType(type)}});
}

base::Result<Resolved> ExpressionAnalyzer::ExtractField(const BoundExpressionPtr& child,
                                                        const DataType& structure,
                                                        const std::string& name) {
  std::vector<int> found;
  std::string all;
  for (std::size_t i = 0; i < structure.fields().size(); ++i) {
    const StructField& field = structure.fields()[i];
    if (scope_.SameName(field.name, name)) found.push_back(static_cast<int>(i));
    if (i > 0) all += ", ";
    all += QuoteName(field.name);
  }
  if (found.empty()) {
    return AnalysisError("FIELD_NOT_FOUND", {{"fieldName", QuoteName(name)}, {"fields", all}});
  }
  if (found.size() > 1) {
    return AnalysisError("AMBIGUOUS_REFERENCE_TO_FIELDS",
                         {{"field", QuoteName(name)}, {"count", std::to_string(found.size())}});
  }
  const StructField& field = structure.fields()[found[0]];
  Resolved resolved{
      .bound = nullptr, .kind = Resolved::Kind::kField, .name = name, .metadata = field.metadata};
  if (child->type.is(Kind::kStruct)) {
    resolved.bound = MakeGetField(child, found[0], name);
  } else {
    resolved.bound =
        MakeCall("getarraystructfields", {child},
                 ArrayType(field.dataType, child->type.containsNull() || field.nullable),
                 child->nullable, child->text + "." + name, {{"field", std::to_string(found[0])}});
  }
  return resolved;
}

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::Alias& node) {
  if (node.child->As<ex::UnresolvedStar>() != nullptr) {
    return AnalysisError("INVALID_USAGE_OF_STAR_OR_REGEX",
                         {{"elem", "'*'"}, {"prettyName", "expression `alias`"}});
  }
  MILLRACE_ASSIGN_OR_RETURN(Resolved child, Resolve(node.child));
  if (AsGenerator(*child.bound) != nullptr) {
    child.names = node.names;
    if (child.names.size() == child.bound->type.fields().size()) return child;
    std::string names;
    for (const std::string& name : node.names) names += (names.empty() ? "" : ",") + name;
    return AnalysisError(
        "UDTF_ALIAS_NUMBER_MISMATCH",
        {{"aliasesSize", std::to_string(child.bound->type.fields().size())},
         {"aliasesNames", names}});
  }
  if (node.names.size() != 1) {
    std::string names;
    for (const std::string& name : node.names) {
      if (!names.empty()) names += ", ";
      names += name;
    }
    return AnalysisError("MULTI_ALIAS_WITHOUT_GENERATOR",
                         {{"names", names}, {"expr", QuoteSql(child.bound->text)}});
  }
  Resolved alias{.bound = WithText(child.bound, child.bound->text + " AS " + node.names[0]),
                 .kind = Resolved::Kind::kAlias,
                 .name = node.names[0],
                 .metadata = child.metadata};
  if (node.metadata) alias.metadata = *node.metadata;
  return alias;
}

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::Cast& node) {
  MILLRACE_ASSIGN_OR_RETURN(const Resolved child, Resolve(node.child));
  MILLRACE_ASSIGN_OR_RETURN(const DataType wanted, TargetType(node));
  const DataType type = WithoutCharVarchar(wanted);
  if (node.is_literal) {
    const auto text = ConstantText(child.bound);
    const auto zone = data::TimeZone::Parse(context_.time_zone);
    const auto micros = text && zone ? data::ParseTimestamp(*text, *zone, 0) : std::nullopt;
    if (micros) return ResolveNode(ex::Literal{data::Value::Int(*micros), type});
  }
  const plan::EvalMode mode = ModeOf(node, context_.ansi);
  // Spark shows a cast to a complex type as what is cast.
  const std::string sql = IsComplex(type) ? child.bound->text
                                          : (mode == plan::EvalMode::kTry ? "TRY_CAST(" : "CAST(") +
                                                child.bound->text + " AS " + type.sql() + ")";
  if (type.is(Kind::kTime)) return AnalysisError("UNSUPPORTED_TIME_TYPE", {});
  MILLRACE_RETURN_IF_ERROR(CheckCast(child.bound->type, type, mode, sql));
  const bool inherits_name =
      child.kind == Resolved::Kind::kColumn ||
      (child.kind == Resolved::Kind::kCast && !node.is_from_text) ||
      (child.kind == Resolved::Kind::kAlias && node.child->As<ex::Alias>() != nullptr);
  return Resolved{.bound = ExplicitCast(child.bound, type, mode, sql),
                  .kind = Resolved::Kind::kCast,
                  .name = inherits_name ? child.name : std::string()};
}

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::UnresolvedStar&) {
  return AnalysisError("INVALID_USAGE_OF_STAR_OR_REGEX",
                       {{"elem", "'*'"}, {"prettyName", operator_name_}});
}

}  // namespace millrace::analysis
