// Queries inside expressions; structs with other fields.

#include <memory>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/expression_analyzer.h"
#include "analysis/legacy_rules.h"
#include "analysis/relation_analyzer.h"
#include "analysis/rewrite.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;
namespace ex = plan::expression;

BoundExpressionPtr MakeSubquery(plan::Subquery subquery, const DataType& type, bool nullable,
                                std::string text) {
  return std::make_shared<const plan::BoundExpression>(
      plan::BoundExpression{type, nullable, std::move(subquery), std::move(text)});
}

std::string QuotedColumns(const std::vector<BoundExpressionPtr>& expressions) {
  std::string text;
  for (const auto& expression : expressions) {
    text += (text.empty() ? "" : ", ") + QuoteSql(expression->text);
  }
  return text;
}

// The query with its columns cast to the types.
plan::ResolvedRelationPtr CastColumns(const plan::ResolvedRelationPtr& query,
                                      const std::vector<DataType>& types) {
  plan::Project project{query, {}};
  std::vector<StructField> fields = query->schema.fields();
  bool changed = false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto column =
        MakeColumn(static_cast<int>(i), fields[i].dataType, fields[i].nullable, fields[i].name);
    const auto cast = ImplicitCast(column, types[i]);
    changed = changed || cast != column;
    fields[i].dataType = cast->type;
    fields[i].nullable = cast->nullable;
    project.expressions.push_back(cast);
  }
  if (!changed) return query;
  return std::make_shared<const plan::ResolvedRelation>(
      plan::ResolvedRelation{StructType(std::move(fields)), std::move(project)});
}

// What a text shows of a query: the columns around it that it names.
std::string QueryText(std::string_view name, const plan::ResolvedRelationPtr& query,
                      const Scope& around) {
  plan::Subquery subquery;
  subquery.query = query;
  std::string columns;
  for (const int index : CorrelatedColumns(MakeSubquery(std::move(subquery), NullType(), true, ""))) {
    columns += (columns.empty() ? "" : ", ") + around.columns[index].name;
  }
  return std::string(name) + "(" + columns + ")";
}

base::Result<BoundExpressionPtr> MakeIn(std::vector<BoundExpressionPtr> values,
                                        const std::vector<std::string>& names,
                                        const AnalyzedRelation& query, const Scope& around) {
  std::string text = values.empty() ? "" : values[0]->text;
  if (values.size() != 1) {
    text = "named_struct(";
    for (std::size_t i = 0; i < values.size(); ++i) {
      text += (i == 0 ? "'" : ", '") + names[i] + "', " + values[i]->text;
    }
    text += ")";
  }
  text = "(" + text + " IN (" + QueryText("listquery", query.resolved, around) + "))";
  const auto& fields = query.resolved->schema.fields();
  std::vector<BoundExpressionPtr> columns;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    columns.push_back(
        MakeColumn(static_cast<int>(i), fields[i].dataType, fields[i].nullable, fields[i].name));
  }
  if (values.size() != columns.size()) {
    return TypeMismatch("IN_SUBQUERY_LENGTH_MISMATCH", text,
                        {{"leftLength", std::to_string(values.size())},
                         {"rightLength", std::to_string(columns.size())},
                         {"leftColumns", QuotedColumns(values)},
                         {"rightColumns", QuotedColumns(columns)}});
  }
  std::vector<DataType> types;
  bool nullable = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    // With ANSI off the sides are compared as `=` does.
    auto common = LegacyRules::Active() ? StringPromotion(values[i]->type, columns[i]->type)
                                        : std::nullopt;
    if (!common && LegacyRules::Active()) {
      common = TightestCommonType(values[i]->type, columns[i]->type);
    }
    if (!LegacyRules::Active()) common = WiderType(values[i]->type, columns[i]->type);
    if (!common) {
      return TypeMismatch(
          "IN_SUBQUERY_DATA_TYPE_MISMATCH", text,
          {{"mismatchedColumns", "`" + values[i]->text + "`:" + values[i]->type.sql() + ", `" +
                                     columns[i]->text + "`:" + columns[i]->type.sql()},
           {"leftType", QuoteType(values[i]->type)},
           {"rightType", QuoteType(columns[i]->type)}});
    }
    types.push_back(*common);
    values[i] = ImplicitCast(values[i], *common);
    nullable = nullable || values[i]->nullable || columns[i]->nullable;
  }
  plan::Subquery subquery;
  subquery.kind = plan::Subquery::Kind::kIn;
  subquery.query = CastColumns(query.resolved, types);
  subquery.values = std::move(values);
  return MakeSubquery(std::move(subquery), BooleanType(), nullable, std::move(text));
}

}  // namespace

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::SubqueryExpression& node) {
  if (node.type == ex::SubqueryExpression::Type::kTableArgument) {
    return NotPossibleHere("A table as the argument of a function",
                           "Call the function on its columns.");
  }
  std::vector<BoundExpressionPtr> values;
  std::vector<std::string> names;
  for (const plan::ExpressionPtr& value : node.in_values) {
    MILLRACE_ASSIGN_OR_RETURN(Resolved resolved, Resolve(value));
    names.push_back(resolved.name.empty() ? "col" + std::to_string(names.size() + 1)
                                          : resolved.name);
    values.push_back(std::move(resolved.bound));
  }
  AnalyzedRelation around = input_;
  if (grouping_input_ != nullptr) {
    const auto& more = grouping_input_->scope.columns;
    around.scope.columns.insert(around.scope.columns.end(), more.begin(), more.end());
  }
  MILLRACE_ASSIGN_OR_RETURN(const AnalyzedRelationPtr query,
                            relations_.AnalyzeSubquery(node.plan_id, around));
  plan::Subquery subquery;
  subquery.query = query->resolved;
  const auto& fields = query->resolved->schema.fields();
  switch (node.type) {
    case ex::SubqueryExpression::Type::kExists:
      subquery.kind = plan::Subquery::Kind::kExists;
      return Resolved::Unnamed(MakeSubquery(
          std::move(subquery), BooleanType(), false,
          QueryText("exists", query->resolved, around.scope)));
    case ex::SubqueryExpression::Type::kIn: {
      MILLRACE_ASSIGN_OR_RETURN(auto in, MakeIn(std::move(values), names, *query, around.scope));
      return Resolved::Unnamed(std::move(in));
    }
    default:
      break;
  }
  if (fields.size() != 1) {
    return AnalysisError(
        "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN",
        {{"number", std::to_string(fields.size())}});
  }
  const DataType type = fields[0].dataType;
  return Resolved::Unnamed(MakeSubquery(
      std::move(subquery), type, true,
      QueryText("scalarsubquery", query->resolved, around.scope)));
}

namespace {

// The struct with one field set or, without a value, left out. `path` is what leads to it.
base::Result<BoundExpressionPtr> UpdateField(const BoundExpressionPtr& structure,
                                             const NameParts& path, std::size_t at,
                                             const BoundExpressionPtr& value, const Scope& scope,
                                             const std::string& text) {
  if (!structure->type.is(Kind::kStruct)) {
    return TypeMismatch("UNEXPECTED_INPUT_TYPE", text,
                        {{"paramIndex", "first"},
                         {"requiredType", "\"STRUCT\""},
                         {"inputSql", QuoteSql(structure->text)},
                         {"inputType", QuoteType(structure->type)}});
  }
  const auto& fields = structure->type.fields();
  std::vector<BoundExpressionPtr> values;
  StructType type;
  bool found = false;
  const auto add = [&](const std::string& name, const BoundExpressionPtr& field,
                       const std::string& metadata) {
    values.push_back(field);
    type = type.add(name, field->type, field->nullable, metadata);
  };
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const StructField& field = fields[i];
    // Where the whole struct is null, so is the result; inside, the field's own nullability counts.
    auto part = MakeGetField(structure, static_cast<int>(i), field.name);
    if (!scope.SameName(field.name, path[at])) {
      plan::BoundExpression copy = *part;
      copy.nullable = field.nullable;
      add(field.name, std::make_shared<const plan::BoundExpression>(std::move(copy)),
          field.metadata);
      continue;
    }
    found = true;
    if (at + 1 < path.size()) {
      MILLRACE_ASSIGN_OR_RETURN(const auto inner,
                                UpdateField(part, path, at + 1, value, scope, text));
      add(field.name, inner, field.metadata);
    } else if (value != nullptr) {
      add(path[at], value, "{}");
    }
  }
  if (!found && at + 1 < path.size()) {
    std::string names;
    for (const StructField& field : fields) {
      names += (names.empty() ? "" : ", ") + QuoteName(field.name);
    }
    return AnalysisError("FIELD_NOT_FOUND", {{"fieldName", QuoteName(path[at])}, {"fields", names}});
  }
  if (!found && value != nullptr) add(path[at], value, "{}");
  if (values.empty()) return TypeMismatch("CANNOT_DROP_ALL_FIELDS", text, {});
  const auto made = MakeCall("struct", std::move(values), type, false, text);
  if (!structure->nullable) return made;
  const auto is_null =
      MakeCall("isnull", {structure}, BooleanType(), false, "(" + structure->text + " IS NULL)");
  return MakeCall("case_when", {is_null, MakeConstant(data::Value::Null(), type, "NULL"), made},
                  type, true, text);
}

}  // namespace

base::Result<Resolved> ExpressionAnalyzer::ResolveNode(const ex::UpdateFields& node) {
  MILLRACE_ASSIGN_OR_RETURN(const Resolved child, Resolve(node.child));
  MILLRACE_ASSIGN_OR_RETURN(const NameParts path, ParseName(node.field_name));
  BoundExpressionPtr value;
  std::string text = "update_fields(" + child.bound->text;
  if (node.value != nullptr) {
    MILLRACE_ASSIGN_OR_RETURN(const Resolved resolved, Resolve(node.value));
    value = resolved.bound;
    text += ", WithField(" + value->text + ")";
  } else {
    text += ", dropfield()";
  }
  MILLRACE_ASSIGN_OR_RETURN(
      auto updated, UpdateField(child.bound, path, 0, value, scope_, text + ")"));
  return Resolved::Unnamed(std::move(updated));
}

}  // namespace millrace::analysis
