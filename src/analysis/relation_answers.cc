// Relations whose columns are named by values: the query that gives these runs while the one around
// it is analyzed, as in Spark.

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "analysis/error_messages.h"
#include "analysis/relation_analyzer.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;
using plan::ExpressionPtr;
using Rows = std::vector<std::vector<data::Value>>;
namespace rel = plan::relation;
namespace ex = plan::expression;

bool IsSimple(const DataType& type) {
  return !type.is(Kind::kArray) && !type.is(Kind::kMap) && !type.is(Kind::kStruct);
}

/// "ArrayType(IntegerType,true)": as Scala prints a type.
std::string ScalaText(const DataType& type) {
  if (type.is(Kind::kArray)) {
    return fmt::format("ArrayType({},{})", ScalaText(type.elementType()), type.containsNull());
  }
  if (type.is(Kind::kMap)) {
    return fmt::format("MapType({},{},{})", ScalaText(type.keyType()), ScalaText(type.valueType()),
                       type.valueContainsNull());
  }
  if (type.is(Kind::kStruct)) {
    std::string fields;
    for (const StructField& field : type.fields()) {
      fields += fmt::format("{}StructField({},{},{})", fields.empty() ? "" : ",", field.name,
                            ScalaText(field.dataType), field.nullable);
    }
    return "StructType(" + fields + ")";
  }
  if (type.is(Kind::kInteger)) return "IntegerType";
  if (type.is(Kind::kLong)) return "LongType";
  if (type.is(Kind::kByte)) return "ByteType";
  if (type.is(Kind::kShort)) return "ShortType";
  std::string name = type.simpleString();
  name[0] = static_cast<char>(name[0] >= 'a' && name[0] <= 'z' ? name[0] - 32 : name[0]);
  return name + "Type";
}

rel::Sort SortedBy(const std::string& column) {
  rel::Sort sort;
  sort.order = {ex::SortOrder{plan::Column(column)}};
  return sort;
}

ExpressionPtr AsText(const ExpressionPtr& value) { return plan::Cast(value, DataType(StringType())); }

std::string WithoutBackticks(std::string name) {
  std::erase(name, '`');
  return name;
}

base::Status TooManyPivotValues(const std::string& column, int limit) {
  return AnalysisError("_LEGACY_ERROR_TEMP_1324",
                       {{"pivotColumn", column},
                        {"maxValues", std::to_string(limit)},
                        {"conf", "spark.sql.pivotMaxValues"}});
}

}  // namespace

base::Result<Rows> RelationAnalyzer::RowsOf(const AnalyzedRelation& relation) {
  plan::ResolvedQuery query{.root = relation.resolved, .sources = sources_, .is_streaming = false};
  for (const plan::StreamSource& source : sources_) query.is_streaming |= source.is_streaming;
  return context_.sources->Answer(std::move(query));
}

base::Status RelationAnalyzer::FindPivotValues(const AnalyzedRelationPtr& input,
                                               const DataType& type,
                                               rel::Aggregate::Pivot* pivot) {
  if (!IsSimple(type)) {
    return NotPossibleHere("A pivot by " + type.sql() + " without its values",
                           "Pivot by a part of it, or by its text.");
  }
  const int limit = context_.pivot_max_values;
  MILLRACE_ASSIGN_OR_RETURN(
      AnalyzedRelationPtr values,
      AnalyzeNode(rel::Project{nullptr, {plan::Alias(pivot->column, "value")}}, input));
  rel::Deduplicate distinct;
  distinct.all_columns_as_keys = true;
  MILLRACE_ASSIGN_OR_RETURN(values, AnalyzeNode(distinct, values));
  MILLRACE_ASSIGN_OR_RETURN(values, AnalyzeNode(rel::Limit{nullptr, limit + 1}, values));
  MILLRACE_ASSIGN_OR_RETURN(values, AnalyzeNode(SortedBy("value"), values));
  MILLRACE_ASSIGN_OR_RETURN(
      values, AnalyzeNode(rel::Project{nullptr, {plan::Column("value"), plan::Alias(
                                                     AsText(plan::Column("value")), "name")}},
                          values));
  MILLRACE_ASSIGN_OR_RETURN(const Rows rows, RowsOf(*values));
  if (static_cast<int>(rows.size()) > limit) {
    ExpressionAnalyzer expressions = ExpressionsOver(*input, "Pivot");
    MILLRACE_ASSIGN_OR_RETURN(const Resolved column, expressions.Resolve(pivot->column));
    return TooManyPivotValues(column.bound->text, limit);
  }
  for (const auto& row : rows) {
    pivot->values.push_back(ex::Literal{row[0], type});
    pivot->value_names.push_back(row[1].is_null() ? "null" : row[1].bytes());
  }
  return base::Status::Ok();
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Crosstab& node,
                                                                const AnalyzedRelationPtr& input) {
  const auto text = [](const std::string& column) {
    const auto value = plan::Column(column);
    return plan::Function("when", {plan::Function("isnull", {value}), plan::Literal("null"),
                                   AsText(value)});
  };
  const std::string name = WithoutBackticks(node.column1) + "_" + WithoutBackticks(node.column2);
  rel::Aggregate pivot;
  pivot.group_type = rel::Aggregate::GroupType::kPivot;
  pivot.grouping_expressions = {plan::Alias(text(node.column1), name)};
  pivot.aggregate_expressions = {plan::Function("count", {plan::Literal(1)})};
  pivot.pivot = rel::Aggregate::Pivot{
      plan::Function("replace", {text(node.column2), plan::Literal("`"), plan::Literal("")}),
      {},
      {}};
  MILLRACE_ASSIGN_OR_RETURN(const AnalyzedRelationPtr counts, AnalyzeNode(pivot, input));
  rel::FillNa fill;
  fill.values = {ex::Literal{data::Value::Int(0), LongType()}};
  return AnalyzeNode(fill, counts);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::FrequentItems& node,
                                                                const AnalyzedRelationPtr& input) {
  const double support = node.support.value_or(0.01);
  if (!(support >= 1e-4 && support <= 1.0)) {
    return base::Status::InvalidArgument(
               fmt::format("requirement failed: Support must be in [1e-4, 1], but got {}.", support))
        .WithSparkError({"IllegalArgumentException", "", "", {}});
  }
  // Lists keep nulls only inside structs.
  std::vector<ExpressionPtr> lists;
  for (const std::string& column : node.columns) {
    const auto boxed = plan::Function("struct", {plan::Column(column)});
    lists.push_back(plan::Alias(plan::Function("collect_list", {boxed}),
                                WithoutBackticks(column) + "_freqItems"));
  }
  MILLRACE_ASSIGN_OR_RETURN(const AnalyzedRelationPtr row,
                            AnalyzeNode(rel::Project{nullptr, std::move(lists)}, input));
  const auto size = MakeConstant(data::Value::Int(static_cast<std::int64_t>(1 / support)),
                                 IntegerType(), "size");
  std::vector<Resolved> columns = PassOnAll(*row);
  for (Resolved& column : columns) {
    const DataType item = column.bound->type.elementType().fields()[0].dataType;
    column.bound = MakeCall("$frequent_items", {column.bound, size}, ArrayType(item), false,
                            column.bound->text);
    column.kind = Resolved::Kind::kAlias;
  }
  return MakeProject(row, std::move(columns));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Transpose& node,
                                                                const AnalyzedRelationPtr& input) {
  if (node.index_columns.empty()) {
    if (input->scope.columns.empty()) return input;
    return TransposeBy(plan::Column(QuoteName(input->scope.columns[0].name)), input);
  }
  const ExpressionPtr& index = node.index_columns[0];
  const bool is_column = index->As<ex::UnresolvedAttribute>() != nullptr;
  if (node.index_columns.size() > 1 || !is_column) {
    return AnalysisError("TRANSPOSE_INVALID_INDEX_COLUMN",
                         {{"reason", "Index column must be an atomic attribute"}});
  }
  return TransposeBy(index, input);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::TransposeBy(const ExpressionPtr& index,
                                                                const AnalyzedRelationPtr& input) {
  ExpressionAnalyzer expressions = ExpressionsOver(*input, "Transpose");
  MILLRACE_ASSIGN_OR_RETURN(const Resolved by, expressions.Resolve(index));
  if (!IsSimple(by.bound->type)) {
    return AnalysisError(
        "TRANSPOSE_INVALID_INDEX_COLUMN",
        {{"reason", fmt::format("Index column must be of atomic type, but found: {}",
                                ScalaText(by.bound->type))}});
  }
  std::vector<ExpressionPtr> taken = {plan::Alias(AsText(index), "key"),
                                      plan::Alias(index, "order")};
  std::vector<std::string> names;
  std::optional<DataType> type;
  for (const ScopeColumn& column : input->scope.columns) {
    if (column.id == by.column_id) continue;
    // A text and something else have no common type here.
    const bool mixed = type && type->is(Kind::kString) != column.type.is(Kind::kString);
    std::optional<DataType> common = type ? std::nullopt : std::optional<DataType>(column.type);
    if (type && !mixed) common = WiderNumberType(*type, column.type);
    if (!common) {
      return AnalysisError("TRANSPOSE_NO_LEAST_COMMON_TYPE",
                           {{"dt1", QuoteType(*type)}, {"dt2", QuoteType(column.type)}});
    }
    type = common;
    names.push_back(column.name);
  }
  if (type && !IsSimple(*type)) {
    return NotPossibleHere("transpose of columns of type " + type->sql(), "Use unpivot and pivot.");
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    taken.push_back(plan::Alias(plan::Cast(plan::Column(QuoteName(names[i])), *type),
                                fmt::format("v{}", i)));
  }
  MILLRACE_ASSIGN_OR_RETURN(AnalyzedRelationPtr values,
                            AnalyzeNode(rel::Project{nullptr, std::move(taken)}, input));
  const auto known = plan::Function("isnotnull", {plan::Column("order")});
  MILLRACE_ASSIGN_OR_RETURN(values, AnalyzeNode(rel::Filter{nullptr, known}, values));
  MILLRACE_ASSIGN_OR_RETURN(values, AnalyzeNode(SortedBy("order"), values));
  const int limit = context_.transpose_max_values;
  MILLRACE_ASSIGN_OR_RETURN(values, AnalyzeNode(rel::Limit{nullptr, limit + 1}, values));
  MILLRACE_ASSIGN_OR_RETURN(const Rows rows, RowsOf(*values));
  if (static_cast<int>(rows.size()) > limit) {
    return AnalysisError(
        "TRANSPOSE_EXCEED_ROW_LIMIT",
        {{"maxValues", std::to_string(limit)}, {"config", "spark.sql.transposeMaxValues"}});
  }
  // Each column becomes a row of constants.
  const DataType value_type = type.value_or(DataType(StringType()));
  Scope scope{.columns = {}, .case_sensitive = context_.case_sensitive};
  const auto add = [&](const std::string& name, const DataType& column_type, bool nullable) {
    scope.columns.push_back({.name = name,
                             .qualifier = {},
                             .type = column_type,
                             .nullable = nullable,
                             .metadata = "{}",
                             .id = next_id_++});
  };
  add("key", StringType(), false);
  for (const auto& row : rows) add(row[0].bytes(), value_type, true);
  plan::Values table;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::vector<BoundExpressionPtr> cells = {
        MakeConstant(data::Value::Bytes(names[i]), StringType(), names[i])};
    for (const auto& row : rows) cells.push_back(MakeConstant(row[i + 2], value_type, "value"));
    table.rows.push_back(std::move(cells));
  }
  auto resolved = MakeResolved(scope, std::move(table));
  return MakeAnalyzed(std::move(resolved), std::move(scope), nullptr);
}

}  // namespace millrace::analysis
