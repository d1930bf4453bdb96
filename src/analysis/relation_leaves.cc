// Where rows come from: sources, tables, views, local data, SQL texts.

#include <algorithm>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/error_place.h"
#include "analysis/functions.h"
#include "analysis/relation_analyzer.h"
#include "analysis/type_rules.h"
#include "sql/parser.h"

namespace millrace::analysis {
namespace {

namespace rel = plan::relation;
namespace ex = plan::expression;

constexpr std::string_view kSearchPath =
    "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]";

base::Result<plan::RelationPtr> ParseQueryText(const rel::Sql& node) {
  return sql::ParseQuery(node.query, {node.named_arguments, node.positional_arguments});
}

}  // namespace

base::Result<AnalyzedRelationPtr> RelationAnalyzer::ScanOf(plan::StreamSource source) {
  Scope scope{.columns = {}, .case_sensitive = context_.case_sensitive};
  for (const StructField& field : source.schema.fields()) {
    scope.columns.push_back({.name = field.name,
                             .qualifier = {},
                             .type = field.dataType,
                             .nullable = field.nullable,
                             .metadata = field.metadata,
                             .id = next_id_++});
  }
  origins_.push_back(
      {context_.sources->MetadataColumn(source), context_.sources->IsResult(source)});
  if (offers_metadata_ && origins_.back().metadata_column) {
    const StructField& field = *origins_.back().metadata_column;
    scope.columns.push_back({.name = field.name,
                             .qualifier = {},
                             .type = field.dataType,
                             .nullable = field.nullable,
                             .metadata = field.metadata,
                             .id = next_id_++,
                             .hidden = true,
                             .hidden_from = HiddenFrom::kStars});
    scope.NameMetadata();
  }
  const plan::Scan scan{static_cast<int>(sources_.size()), source.is_streaming};
  sources_.push_back(std::move(source));
  auto resolved = MakeResolved(scope, scan);
  return MakeAnalyzed(std::move(resolved), std::move(scope), nullptr);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::ReadSource(plan::StreamSource source) {
  const std::string format = LowerCase(source.format);
  const bool is_text = format == "json" || format == "csv";
  return is_text ? ParseLines(std::move(source)) : ScanOf(std::move(source));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Catalog& node) {
  if (node.operation == "create_table" || node.operation == "create_external_table") {
    return ReadTable(rel::NamedTable{node.name, {}}, false);
  }
  return NotPossibleHere("spark.catalog." + node.operation + " as a part of a query",
                         "Call it by itself.");
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Read& node) {
  const auto* named = std::get_if<rel::NamedTable>(&node.source);
  if (named != nullptr) return ReadTable(*named, node.is_streaming);
  const auto& given = std::get<rel::DataSource>(node.source);
  rel::DataSource asked = given;
  asked.format = given.format.value_or(context_.default_source);
  if (!node.is_streaming) {
    MILLRACE_ASSIGN_OR_RETURN(plan::StreamSource source, context_.sources->BatchSource(asked));
    source.is_streaming = false;
    return ReadSource(std::move(source));
  }
  if (asked.paths.size() == 1) asked.options.insert_or_assign("path", asked.paths.front());
  if (asked.paths.size() > 1) {
    return NotPossibleHere("A stream of several paths", "Give one path; it may hold wildcards.");
  }
  MILLRACE_ASSIGN_OR_RETURN(
      StructType schema, context_.sources->SourceSchema(*asked.format, asked.options, asked.schema));
  return ReadSource({.format = *asked.format,
                     .options = std::move(asked.options),
                     .user_schema = asked.schema,
                     .schema = std::move(schema),
                     .is_streaming = true,
                     .paths = {},
                     .handle = nullptr});
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::ReadTable(const rel::NamedTable& table,
                                                              bool is_streaming) {
  MILLRACE_ASSIGN_OR_RETURN(const NameParts parts, ParseName(table.unparsed_identifier));
  if (parts.size() == 1 && table.options.empty()) {
    if (const plan::RelationPtr* reference = FindReference(parts[0])) {
      MILLRACE_ASSIGN_OR_RETURN(const AnalyzedRelationPtr common, Analyze(**reference));
      return AsView(common);
    }
  }
  auto asked = context_.sources->FindTable(parts, table.options, is_streaming);
  if (!asked.ok()) return Nowhere(asked.status());
  std::optional<NamedRelation> found = *std::move(asked);
  if (!found) {
    return AnalysisError("TABLE_OR_VIEW_NOT_FOUND", {{"relationName", QuoteName(parts)},
                                                     {"searchPath", std::string(kSearchPath)}});
  }
  if (found->view == nullptr) found->source.is_streaming = is_streaming;
  return ReadNamed(*std::move(found));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::ReadNamed(NamedRelation relation) {
  AnalyzedRelationPtr analyzed;
  if (relation.view != nullptr) {
    // A view sees nothing of the query around it.
    const auto outer = std::exchange(outer_, {});
    const auto references = std::exchange(references_, {});
    const SourceCatalog* sources = context_.sources;
    if (relation.view_sources != nullptr) context_.sources = relation.view_sources.get();
    auto view = Analyze(*relation.view);
    context_.sources = sources;
    outer_ = outer;
    references_ = references;
    if (!view.ok()) return Nowhere(view.status());  // Not where its name stands.
    analyzed = relation.is_table ? WithMetadata(*view) : AsView(*view);
  } else {
    MILLRACE_ASSIGN_OR_RETURN(analyzed, ReadSource(std::move(relation.source)));
  }
  Scope scope = analyzed->scope;
  for (ScopeColumn& column : scope.columns) column.qualifier = relation.qualifier;
  return MakeAnalyzed(analyzed->resolved, std::move(scope), nullptr);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::LocalRelation& node) {
  MILLRACE_ASSIGN_OR_RETURN(plan::StreamSource source, context_.sources->LocalRows(node));
  source.is_streaming = false;
  return ScanOf(std::move(source));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(
    const rel::CachedLocalRelation& node) {
  MILLRACE_ASSIGN_OR_RETURN(plan::StreamSource source, context_.sources->LocalRows(node));
  source.is_streaming = false;
  return ScanOf(std::move(source));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(
    const rel::CachedRemoteRelation& node) {
  MILLRACE_ASSIGN_OR_RETURN(NamedRelation relation, context_.sources->CachedRemote(node.relation_id));
  return ReadNamed(std::move(relation));
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Range& node) {
  if (node.step == 0) {
    return base::Status::InvalidArgument("requirement failed: step (0) cannot be 0")
        .WithSparkError({.exception_class = "IllegalArgumentException",
                         .condition = "",
                         .sql_state = "",
                         .parameters = {}});
  }
  Scope scope{.columns = {}, .case_sensitive = context_.case_sensitive};
  scope.columns.push_back({.name = "id",
                           .qualifier = {},
                           .type = LongType(),
                           .nullable = false,
                           .metadata = "{}",
                           .id = next_id_++});
  auto resolved = MakeResolved(scope, plan::Range{node.start, node.end, node.step});
  return MakeAnalyzed(std::move(resolved), std::move(scope), nullptr);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::Sql& node) {
  MILLRACE_ASSIGN_OR_RETURN(const plan::RelationPtr query, ParseQueryText(node));
  MILLRACE_ASSIGN_OR_RETURN(const AnalyzedRelationPtr analyzed, Analyze(*query));
  return WithMetadata(analyzed);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::OneRow&) {
  Scope scope{.columns = {}, .case_sensitive = context_.case_sensitive};
  auto resolved = MakeResolved(scope, plan::OneRow{});
  return MakeAnalyzed(std::move(resolved), std::move(scope), nullptr);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::InlineTable& node) {
  MILLRACE_ASSIGN_OR_RETURN(const AnalyzedRelationPtr nothing, AnalyzeNode(rel::OneRow{}));
  const std::size_t width = node.rows.empty() ? 0 : node.rows[0].size();
  plan::Values values;
  for (const auto& row : node.rows) {
    ExpressionAnalyzer expressions = ExpressionsOver(*nothing, "InlineTable");
    if (row.size() != width) {
      return AnalysisError("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
                           {{"expectedNumCols", std::to_string(width)},
                            {"actualNumCols", std::to_string(row.size())},
                            {"rowIndex", std::to_string(&row - node.rows.data())}});
    }
    values.rows.emplace_back();
    for (const plan::ExpressionPtr& expression : row) {
      MILLRACE_RETURN_IF_ERROR(expressions.CheckFunctions(expression));
      MILLRACE_ASSIGN_OR_RETURN(Resolved resolved, expressions.Resolve(expression));
      values.rows.back().push_back(std::move(resolved.bound));
    }
  }
  if (!node.column_names.empty() && node.column_names.size() != width) {
    return AnalysisError("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH",
                         {{"expectedNumCols", std::to_string(node.column_names.size())},
                          {"actualNumCols", std::to_string(width)},
                          {"rowIndex", "0"}});
  }
  Scope scope{.columns = {}, .case_sensitive = context_.case_sensitive};
  for (std::size_t i = 0; i < width; ++i) {
    const std::string name =
        node.column_names.empty() ? "col" + std::to_string(i + 1) : node.column_names[i];
    std::vector<BoundExpressionPtr> column;
    for (const auto& row : values.rows) column.push_back(row[i]);
    std::vector<DataType> types;
    for (const auto& value : column) types.push_back(value->type);
    DataType type = types[0];
    for (const DataType& next : types) {
      const auto wider = WiderNumberType(type, next);
      if (!wider) {
        return AnalysisError("INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE",
                             {{"colName", QuoteName(name)}});
      }
      type = *wider;
    }
    bool nullable = false;
    for (std::size_t row = 0; row < column.size(); ++row) {
      values.rows[row][i] = ImplicitCast(column[row], type);
      nullable = nullable || values.rows[row][i]->nullable;
    }
    scope.columns.push_back({.name = name,
                             .qualifier = {},
                             .type = type,
                             .nullable = nullable,
                             .metadata = "{}",
                             .id = next_id_++});
  }
  auto resolved = MakeResolved(scope, std::move(values));
  return MakeAnalyzed(std::move(resolved), std::move(scope), nullptr);
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeNode(const rel::WithRelations& node) {
  references_.push_back(&node.references);
  auto root = Analyze(*node.root);
  references_.pop_back();
  return root;
}

const plan::RelationPtr* RelationAnalyzer::FindReference(std::int64_t plan_id) const {
  for (auto level = references_.rbegin(); level != references_.rend(); ++level) {
    for (const plan::RelationPtr& reference : **level) {
      if (reference->plan_id == plan_id) return &reference;
    }
  }
  return nullptr;
}

const plan::RelationPtr* RelationAnalyzer::FindReference(const std::string& alias) const {
  for (auto level = references_.rbegin(); level != references_.rend(); ++level) {
    for (const plan::RelationPtr& reference : **level) {
      const auto* named = reference->As<rel::SubqueryAlias>();
      if (named != nullptr && named->qualifier.empty() && NamesEqual(named->alias, alias)) {
        return &reference;
      }
    }
  }
  return nullptr;
}

base::Result<AnalyzedRelationPtr> RelationAnalyzer::AnalyzeSubquery(
    std::int64_t plan_id, const AnalyzedRelation& outer) {
  const plan::RelationPtr* reference = FindReference(plan_id);
  if (reference == nullptr) {
    return NotPossibleHere("A subquery in this place", "Join with the relation instead.");
  }
  outer_.push_back(&outer);
  auto query = AnalyzeVisible(**reference);
  outer_.pop_back();
  return query;
}

}  // namespace millrace::analysis
