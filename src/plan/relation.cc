#include "plan/relation.h"

#include <array>

namespace millrace::plan {

RelationPtr MakeRelation(Relation::Node node, std::optional<std::int64_t> plan_id,
                         std::optional<Origin> origin) {
  return std::make_shared<const Relation>(Relation{std::move(node), plan_id, std::move(origin)});
}

RelationPtr ReadStream(std::string_view format, Options options, std::optional<StructType> schema) {
  relation::DataSource source;
  source.format = std::string(format);
  source.schema = std::move(schema);
  source.options = std::move(options);
  return MakeRelation(relation::Read{std::move(source), true});
}

RelationPtr Select(RelationPtr input, std::vector<ExpressionPtr> expressions) {
  return MakeRelation(relation::Project{std::move(input), std::move(expressions)});
}

RelationPtr Where(RelationPtr input, ExpressionPtr condition) {
  return MakeRelation(relation::Filter{std::move(input), std::move(condition)});
}

RelationPtr WithColumn(RelationPtr input, std::string_view name, ExpressionPtr value) {
  relation::WithColumns node{std::move(input), {}};
  node.aliases.push_back({std::move(value), {std::string(name)}, std::nullopt});
  return MakeRelation(std::move(node));
}

std::string_view NodeName(const Relation& relation) {
  // In the order of Relation::Node.
  static constexpr std::array<std::string_view, std::variant_size_v<Relation::Node>> kNames = {
      "Read",
      "LocalRelation",
      "CachedLocalRelation",
      "CachedRemoteRelation",
      "Range",
      "SQL",
      "UnresolvedTableValuedFunction",
      "CommonInlineUserDefinedTableFunction",
      "CommonInlineUserDefinedDataSource",
      "RelationChanges",
      "InlineTable",
      "OneRow",
      "Project",
      "Filter",
      "WithColumns",
      "WithColumnsRenamed",
      "Drop",
      "SubqueryAlias",
      "ToDF",
      "ToSchema",
      "WithWatermark",
      "CollectMetrics",
      "Hint",
      "Sort",
      "Limit",
      "Offset",
      "Tail",
      "Sample",
      "Deduplicate",
      "Repartition",
      "RepartitionByExpression",
      "Aggregate",
      "Unpivot",
      "Transpose",
      "Join",
      "LateralJoin",
      "AsOfJoin",
      "NearestByJoin",
      "SetOperation",
      "WithRelations",
      "MapPartitions",
      "GroupMap",
      "CoGroupMap",
      "ApplyInPandasWithState",
      "Parse",
      "ShowString",
      "HtmlString",
      "NAFill",
      "NADrop",
      "NAReplace",
      "StatSummary",
      "StatDescribe",
      "StatCrosstab",
      "StatCov",
      "StatCorr",
      "StatApproxQuantile",
      "StatFreqItems",
      "StatSampleBy",
      "Catalog",
      "Extension"};
  static_assert(!kNames.back().empty());
  return kNames[relation.node.index()];
}

}  // namespace millrace::plan
