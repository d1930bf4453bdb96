#include "analysis/expression_analyzer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/type_rules.h"
#include "data/schema_text.h"
#include "data/value.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;
using plan::ExpressionPtr;
namespace ex = plan::expression;

// Deep enough for any query, shallow enough for a thread's stack.
constexpr int kMaxDepth = 500;

base::Status UnresolvedRoutine(const std::string& name) {
  auto parts = ParseName(name);
  return AnalysisError(
      "UNRESOLVED_ROUTINE",
      {{"routineName", parts.ok() ? QuoteName(*parts) : QuoteName(name)},
       {"searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]"}});
}

base::Status TooDeep() {
  return NotPossibleHere("An expression of more than " + std::to_string(kMaxDepth) + " levels",
                         "Give intermediate results a name with withColumn, or use isin() for a "
                         "long chain of or.");
}

// The direct children of an expression that is resolved here.
std::vector<ExpressionPtr> ChildrenOf(const plan::Expression& expression) {
  if (const auto* call = expression.As<ex::UnresolvedFunction>()) return call->args;
  if (const auto* call = expression.As<ex::CallFunction>()) return call->args;
  if (const auto* alias = expression.As<ex::Alias>()) return {alias->child};
  if (const auto* cast = expression.As<ex::Cast>()) return {cast->child};
  if (const auto* extract = expression.As<ex::UnresolvedExtractValue>()) {
    return {extract->child, extract->extraction};
  }
  return {};
}

std::string LowerName(const std::string& name) {
  constexpr std::array<std::string_view, 3> kPrefixes = {"system.builtin.", "builtin.", "system."};
  std::string lower = LowerCase(name);
  for (const std::string_view prefix : kPrefixes) {
    if (lower.starts_with(prefix)) return lower.substr(prefix.size());
  }
  return lower;
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

// The functions that CAST_WITH_FUNC_SUGGESTION names, by the two types.
std::string_view CastFunctions(const DataType& from, const DataType& to) {
  if (from.isNumeric() && to.is(Kind::kDate)) return "`DATE_FROM_UNIX_DATE`";
  if (from.is(Kind::kDate) && to.isNumeric()) return "`UNIX_DATE`";
  return "";
}

base::Status CannotCast(const DataType& from, const DataType& to, plan::EvalMode mode,
                        std::string_view sql) {
  MessageParameters parameters = {{"srcType", QuoteType(from)}, {"targetType", QuoteType(to)}};
  const bool only_ansi_forbids =
      mode == plan::EvalMode::kAnsi && CanCast(from, to, LegacyOrAnsi::kLegacy);
  std::string_view functions = CastFunctions(from, to);
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

plan::EvalMode ModeOf(const ex::Cast& cast) {
  switch (cast.mode) {
    case ex::CastMode::kTry:
      return plan::EvalMode::kTry;
    case ex::CastMode::kLegacy:
      return plan::EvalMode::kLegacy;
    default:
      return plan::EvalMode::kAnsi;
  }
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

// The name that a SELECT gives a column.
void NameColumn(Resolved* column) {
  if (column->kind == Resolved::Kind::kUnnamed || column->kind == Resolved::Kind::kField ||
      (column->kind == Resolved::Kind::kCast && column->name.empty())) {
    column->name = column->bound->text;
  }
}

}  // namespace

base::Status ExpressionAnalyzer::CheckFunctions(const ExpressionPtr& expression) {
  if (++depth_ > kMaxDepth) return TooDeep();
  const std::string* name = nullptr;
  if (const auto* call = expression->As<ex::UnresolvedFunction>()) name = &call->name;
  if (const auto* call = expression->As<ex::CallFunction>()) name = &call->name;
  if (name != nullptr && FindFunction(LowerName(*name)) == nullptr) {
    if (!SparkHasFunction(LowerName(*name))) return UnresolvedRoutine(*name);
    return NotPossibleHere("The function `" + LowerName(*name) + "`",
                           "docs/differences.md lists the functions that there are.");
  }
  for (const ExpressionPtr& child : ChildrenOf(*expression)) {
    MILLRACE_RETURN_IF_ERROR(CheckFunctions(child));
  }
  --depth_;
  return base::Status::Ok();
}

base::Result<Resolved> ExpressionAnalyzer::Resolve(const ExpressionPtr& expression) {
  if (++depth_ > kMaxDepth) return TooDeep();
  base::Result<Resolved> result = std::visit(
      [&](const auto& node) -> base::Result<Resolved> {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, ex::UnresolvedFunction>) {
          if (node.is_distinct || node.is_user_defined) {
            return NotPossibleHere("The function `" + node.name + "` " +
                                       (node.is_distinct ? "with DISTINCT" : "of the user"),
                                   "Use the built-in functions.");
          }
          return ResolveCall(node.name, node.args);
        } else if constexpr (std::is_same_v<Node, ex::CallFunction>) {
          return ResolveCall(node.name, node.args);
        } else if constexpr (requires { this->ResolveNode(node); }) {
          return ResolveNode(node);
        } else {
          return NotPossibleHere(
              "The expression " + std::string(NodeName(*expression)),
              "Write it with columns, literals and the functions that docs/differences.md lists.");
        }
      },
      expression->node);
  --depth_;
  return result;
}

base::Result<std::vector<Resolved>> ExpressionAnalyzer::ResolveColumns(
    const ExpressionPtr& expression) {
  if (const auto* star = expression->As<ex::UnresolvedStar>()) return ExpandStar(*star);
  MILLRACE_ASSIGN_OR_RETURN(Resolved column, Resolve(expression));
  NameColumn(&column);
  return std::vector<Resolved>{std::move(column)};
}

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::Literal& node) {
  return Resolved::Unnamed(MakeConstant(
      node.value, node.type, data::ToPrettySql(node.value, node.type, context_.time_zone)));
}

Resolved ExpressionAnalyzer::Column(int index, const std::string& name) const {
  const ScopeColumn& column = scope_.columns[index];
  return {.bound = MakeColumn(index, column.type, column.nullable, name),
          .kind = Resolved::Kind::kColumn,
          .name = name,
          .metadata = column.metadata,
          .column_id = column.id};
}

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::UnresolvedAttribute& node) {
  MILLRACE_ASSIGN_OR_RETURN(const NameParts name, ParseName(node.name));
  if (node.is_metadata_column) {
    return NotPossibleHere("The metadata column " + QuoteName(name), "Read the data columns only.");
  }
  if (node.plan_id) return ResolvePlanColumn(node, name);
  MILLRACE_ASSIGN_OR_RETURN(const auto match, scope_.Find(name));
  if (!match) return ResolveLateralAlias(name);
  const std::string& spelled = name[name.size() - match->fields.size() - 1];
  return WithFields(Column(match->column, spelled), match->fields);
}

// A column of a certain relation below: found there by name, here by its identity.
base::Result<Resolved> ExpressionAnalyzer::ResolvePlanColumn(const ex::UnresolvedAttribute& node,
                                                             const NameParts& name) {
  const base::Status not_found = AnalysisError("CANNOT_RESOLVE_DATAFRAME_COLUMN",
                                               {{"name", QuoteSql(QuoteNameIfNeeded(name))}});
  const auto origin = plan_scopes_.find(*node.plan_id);
  if (origin == plan_scopes_.end()) return not_found;
  MILLRACE_ASSIGN_OR_RETURN(const auto match, origin->second.Find(name));
  if (!match) return UnresolvedColumn(name, origin->second.Candidates());
  const auto index = scope_.FindId(origin->second.columns[match->column].id);
  if (!index) return not_found;
  const std::string& spelled = name[name.size() - match->fields.size() - 1];
  return WithFields(Column(*index, spelled), match->fields);
}

base::Result<Resolved> ExpressionAnalyzer::ResolveLateralAlias(const NameParts& name) {
  const Resolved* found = nullptr;
  int matches = 0;
  for (const Resolved& alias : aliases_) {
    if (!scope_.SameName(alias.name, name[0])) continue;
    found = &alias;
    ++matches;
  }
  if (matches == 0 && name.size() == 1) {
    // Some functions may be called without parentheses.
    const std::string lower = LowerCase(name[0]);
    if (lower == "current_timestamp" || lower == "current_date") return ResolveCall(lower, {});
    for (const std::string_view function :
         {"current_user", "user", "session_user", "current_catalog", "current_database",
          "current_time", "localtimestamp"}) {
      if (lower == function) {
        return NotPossibleHere("The function `" + lower + "`",
                               "docs/differences.md lists the functions that there are.");
      }
    }
  }
  if (matches == 0) return UnresolvedColumn(name, scope_.Candidates());
  if (matches > 1) {
    return AnalysisError("AMBIGUOUS_LATERAL_COLUMN_ALIAS",
                         {{"name", QuoteName(name[0])}, {"n", std::to_string(matches)}});
  }
  Resolved reference = *found;
  reference.bound = WithText(reference.bound, "lateralAliasReference(" + name[0] + ")");
  reference.kind = Resolved::Kind::kColumn;
  reference.name = name[0];
  return WithFields(std::move(reference), NameParts(name.begin() + 1, name.end()));
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
  return ExtractValue(child.bound, extraction.bound);
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
  const plan::EvalMode mode = ModeOf(node);
  // Spark shows a cast to a complex type as what is cast.
  const std::string sql = IsComplex(type) ? child.bound->text
                                          : (mode == plan::EvalMode::kTry ? "TRY_CAST(" : "CAST(") +
                                                child.bound->text + " AS " + type.sql() + ")";
  if (type.is(Kind::kTime)) return AnalysisError("UNSUPPORTED_TIME_TYPE", {});
  if (!CanCast(child.bound->type, type, RulesOf(mode))) {
    return CannotCast(child.bound->type, type, mode, sql);
  }
  const bool inherits_name =
      child.kind == Resolved::Kind::kColumn || child.kind == Resolved::Kind::kCast ||
      (child.kind == Resolved::Kind::kAlias && node.child->As<ex::Alias>() != nullptr);
  return Resolved{.bound = ExplicitCast(child.bound, type, mode, sql),
                  .kind = Resolved::Kind::kCast,
                  .name = inherits_name ? child.name : std::string()};
}

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::UnresolvedStar&) {
  return AnalysisError("INVALID_USAGE_OF_STAR_OR_REGEX",
                       {{"elem", "'*'"}, {"prettyName", operator_name_}});
}

base::Result<Resolved> ExpressionAnalyzer::ResolveCall(const std::string& name,
                                                       const std::vector<ExpressionPtr>& args) {
  const std::string lower = LowerName(name);
  const FunctionSpec* spec = FindFunction(lower);
  if (spec == nullptr) return UnresolvedRoutine(name);
  FunctionCall call{.name = lower, .args = {}, .time_zone = context_.time_zone};
  for (const ExpressionPtr& arg : args) {
    if (const auto* star = arg->As<ex::UnresolvedStar>()) {
      MILLRACE_ASSIGN_OR_RETURN(auto columns, ExpandStar(*star));
      for (Resolved& column : columns) {
        if (column.kind == Resolved::Kind::kAlias) {
          column.bound = WithText(column.bound, column.bound->text + " AS " + column.name);
        }
        call.args.push_back(std::move(column));
      }
      continue;
    }
    MILLRACE_ASSIGN_OR_RETURN(auto resolved, Resolve(arg));
    call.args.push_back(std::move(resolved));
  }
  MILLRACE_ASSIGN_OR_RETURN(auto bound, Bind(*spec, call));
  return Resolved::Unnamed(std::move(bound));
}

base::Result<std::vector<Resolved>> ExpressionAnalyzer::ExpandStar(const ex::UnresolvedStar& star) {
  std::vector<Resolved> columns;
  if (!star.target && !star.plan_id) {
    for (std::size_t i = 0; i < scope_.columns.size(); ++i) {
      columns.push_back(Column(static_cast<int>(i), scope_.columns[i].name));
    }
    return columns;
  }
  if (star.plan_id) {
    const auto origin = plan_scopes_.find(*star.plan_id);
    if (origin != plan_scopes_.end()) {
      for (const ScopeColumn& column : origin->second.columns) {
        if (const auto index = scope_.FindId(column.id)) {
          columns.push_back(Column(*index, column.name));
        }
      }
    }
    if (!columns.empty()) return columns;
    return AnalysisError("CANNOT_RESOLVE_DATAFRAME_COLUMN", {{"name", "\"*\""}});
  }
  MILLRACE_ASSIGN_OR_RETURN(const NameParts target, ParseName(*star.target));
  for (const int index : scope_.ColumnsOf(target)) {
    columns.push_back(Column(index, scope_.columns[index].name));
  }
  if (!columns.empty()) return columns;
  return ExpandStructStar(target);
}

base::Result<std::vector<Resolved>> ExpressionAnalyzer::ExpandStructStar(const NameParts& target) {
  MILLRACE_ASSIGN_OR_RETURN(const auto match, scope_.Find(target));
  if (!match) {
    std::string candidates;
    for (const std::string& name : star_candidates_) {
      if (!candidates.empty()) candidates += ", ";
      const auto parts = ParseName(name);
      candidates += parts.ok() ? QuoteName(*parts) : QuoteName(name);
    }
    return AnalysisError("CANNOT_RESOLVE_STAR_EXPAND",
                         {{"targetString", QuoteName(target)}, {"columns", candidates}});
  }
  const std::string& spelled = target[target.size() - match->fields.size() - 1];
  MILLRACE_ASSIGN_OR_RETURN(const Resolved base,
                            WithFields(Column(match->column, spelled), match->fields));
  if (!base.bound->type.is(Kind::kStruct)) {
    std::string attributes;
    for (const std::string& part : target) {
      if (!attributes.empty()) attributes += ", ";
      attributes += part;
    }
    return AnalysisError("_LEGACY_ERROR_TEMP_1050", {{"attributes", "List(" + attributes + ")"}});
  }
  std::vector<Resolved> columns;
  for (std::size_t i = 0; i < base.bound->type.fields().size(); ++i) {
    const StructField& field = base.bound->type.fields()[i];
    columns.push_back({.bound = MakeGetField(base.bound, static_cast<int>(i), field.name),
                       .kind = Resolved::Kind::kAlias,
                       .name = field.name,
                       .metadata = field.metadata});
  }
  return columns;
}

}  // namespace millrace::analysis
