#include "connect/relation_conversion.h"

#include <fmt/format.h>

#include "connect/artifacts.h"
#include "connect/expression_conversion.h"
#include "connect/refusals.h"
#include "connect/relation_parts.h"
#include "connect/type_conversion.h"

namespace millrace::connect {
namespace {

namespace pb = spark::connect;
namespace rel = plan::relation;
using Node = plan::Relation::Node;
using connect::Convert;  // Those of relation_parts.h.

template <typename Repeated>
std::vector<std::string> Texts(const Repeated& from) {
  return {from.begin(), from.end()};
}

template <typename Map>
plan::Options OptionsOf(const Map& from) {
  return {from.begin(), from.end()};
}

/// What DataFrameReader.schema() sends: DDL or JSON. PySpark sends an empty text for none.
base::Result<std::optional<StructType>> SchemaOf(bool is_there, const std::string& text) {
  if (!is_there || text.empty()) return std::optional<StructType>();
  MILLRACE_ASSIGN_OR_RETURN(StructType schema, StructFromText(text));
  return std::optional<StructType>(std::move(schema));
}

base::Result<Node> Convert(const pb::Read& from) {
  rel::Read read;
  read.is_streaming = from.is_streaming();
  switch (from.read_type_case()) {
    case pb::Read::kNamedTable:
      read.source = rel::NamedTable{from.named_table().unparsed_identifier(),
                                    OptionsOf(from.named_table().options())};
      return Node(std::move(read));
    case pb::Read::kDataSource: {
      const auto& source = from.data_source();
      rel::DataSource converted;
      if (source.has_format() && !source.format().empty()) converted.format = source.format();
      MILLRACE_ASSIGN_OR_RETURN(converted.schema, SchemaOf(source.has_schema(), source.schema()));
      converted.options = OptionsOf(source.options());
      converted.paths = Texts(source.paths());
      converted.predicates = Texts(source.predicates());
      converted.source_name = source.source_name();
      read.source = std::move(converted);
      return Node(std::move(read));
    }
    case pb::Read::READ_TYPE_NOT_SET:
      break;
  }
  return InvalidPlan("a read says neither a table nor a data source");
}

base::Result<Node> Convert(const pb::RelationChanges& from) {
  return Node(rel::RelationChanges{from.unparsed_identifier(), OptionsOf(from.options()),
                                   from.is_streaming()});
}

base::Result<Node> Convert(const pb::Project& from) {
  rel::Project project;
  if (from.has_input()) {
    MILLRACE_ASSIGN_OR_RETURN(project.input, FromProto(from.input()));
  } else {
    project.input = plan::MakeRelation(rel::OneRow{});
  }
  MILLRACE_ASSIGN_OR_RETURN(project.expressions, AllFromProto(from.expressions()));
  return Node(std::move(project));
}

base::Result<Node> Convert(const pb::Filter& from) {
  rel::Filter filter;
  MILLRACE_ASSIGN_OR_RETURN(filter.input, Input(from));
  MILLRACE_ASSIGN_OR_RETURN(
      filter.condition, Required(from.has_condition(), from.condition(), "a filter's condition"));
  return Node(std::move(filter));
}

base::Result<Node> Convert(const pb::Join& from) {
  rel::Join join;
  MILLRACE_ASSIGN_OR_RETURN(join.left, Side(from.has_left(), from.left()));
  MILLRACE_ASSIGN_OR_RETURN(join.right, Side(from.has_right(), from.right()));
  MILLRACE_ASSIGN_OR_RETURN(join.condition,
                            Optional(from.has_join_condition(), from.join_condition()));
  MILLRACE_ASSIGN_OR_RETURN(join.type, JoinTypeOf(from.join_type()));
  join.using_columns = Texts(from.using_columns());
  if (from.has_join_data_type()) {
    join.sides_are_structs = {from.join_data_type().is_left_struct(),
                              from.join_data_type().is_right_struct()};
  }
  return Node(std::move(join));
}

base::Result<Node> Convert(const pb::LateralJoin& from) {
  rel::LateralJoin join;
  MILLRACE_ASSIGN_OR_RETURN(join.left, Side(from.has_left(), from.left()));
  MILLRACE_ASSIGN_OR_RETURN(join.right, Side(from.has_right(), from.right()));
  MILLRACE_ASSIGN_OR_RETURN(join.condition,
                            Optional(from.has_join_condition(), from.join_condition()));
  MILLRACE_ASSIGN_OR_RETURN(join.type, JoinTypeOf(from.join_type()));
  return Node(std::move(join));
}

base::Result<Node> Convert(const pb::AsOfJoin& from) {
  rel::AsOfJoin join;
  MILLRACE_ASSIGN_OR_RETURN(join.left, Side(from.has_left(), from.left()));
  MILLRACE_ASSIGN_OR_RETURN(join.right, Side(from.has_right(), from.right()));
  MILLRACE_ASSIGN_OR_RETURN(
      join.left_as_of, Required(from.has_left_as_of(), from.left_as_of(), "an as-of column"));
  MILLRACE_ASSIGN_OR_RETURN(
      join.right_as_of, Required(from.has_right_as_of(), from.right_as_of(), "an as-of column"));
  MILLRACE_ASSIGN_OR_RETURN(join.condition, Optional(from.has_join_expr(), from.join_expr()));
  join.using_columns = Texts(from.using_columns());
  join.join_type = from.join_type();
  MILLRACE_ASSIGN_OR_RETURN(join.tolerance, Optional(from.has_tolerance(), from.tolerance()));
  join.allow_exact_matches = from.allow_exact_matches();
  join.direction = from.direction();
  return Node(std::move(join));
}

base::Result<Node> Convert(const pb::NearestByJoin& from) {
  rel::NearestByJoin join;
  MILLRACE_ASSIGN_OR_RETURN(join.left, Side(from.has_left(), from.left()));
  MILLRACE_ASSIGN_OR_RETURN(join.right, Side(from.has_right(), from.right()));
  MILLRACE_ASSIGN_OR_RETURN(join.ranking_expression,
                            Required(from.has_ranking_expression(), from.ranking_expression(),
                                     "the ranking of a nearest-by join"));
  join.num_results = from.num_results();
  join.join_type = from.join_type();
  join.mode = from.mode();
  join.direction = from.direction();
  return Node(std::move(join));
}

base::Result<Node> Convert(const pb::SetOperation& from) {
  rel::SetOperation operation;
  MILLRACE_ASSIGN_OR_RETURN(operation.left, Side(from.has_left_input(), from.left_input()));
  MILLRACE_ASSIGN_OR_RETURN(operation.right, Side(from.has_right_input(), from.right_input()));
  switch (from.set_op_type()) {
    case pb::SetOperation::SET_OP_TYPE_INTERSECT:
      operation.type = rel::SetOperation::Type::kIntersect;
      break;
    case pb::SetOperation::SET_OP_TYPE_UNION:
      operation.type = rel::SetOperation::Type::kUnion;
      break;
    case pb::SetOperation::SET_OP_TYPE_EXCEPT:
      operation.type = rel::SetOperation::Type::kExcept;
      break;
    default:
      return InvalidPlan(fmt::format("a set operation has the unknown type {}",
                                     static_cast<int>(from.set_op_type())));
  }
  const bool is_union = operation.type == rel::SetOperation::Type::kUnion;
  if (!is_union && from.by_name()) {
    return InvalidPlan("only union may be by name");
  }
  if (from.allow_missing_columns() && !from.by_name()) {
    return InvalidPlan("only a union by name may have missing columns");
  }
  operation.is_all = from.is_all();
  operation.by_name = from.by_name();
  operation.allow_missing_columns = from.allow_missing_columns();
  return Node(std::move(operation));
}

base::Result<Node> Convert(const pb::Sort& from) {
  rel::Sort sort;
  MILLRACE_ASSIGN_OR_RETURN(sort.input, Input(from));
  MILLRACE_ASSIGN_OR_RETURN(sort.order, AllFromProto(from.order()));
  sort.is_global = !from.has_is_global() || from.is_global();
  return Node(std::move(sort));
}

base::Result<Node> Convert(const pb::Limit& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  return Node(rel::Limit{std::move(input), from.limit()});
}

base::Result<Node> Convert(const pb::Offset& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  return Node(rel::Offset{std::move(input), from.offset()});
}

base::Result<Node> Convert(const pb::Tail& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  return Node(rel::Tail{std::move(input), from.limit()});
}

base::Result<rel::Aggregate::GroupType> GroupTypeOf(pb::Aggregate::GroupType type) {
  switch (type) {
    case pb::Aggregate::GROUP_TYPE_GROUPBY:
      return rel::Aggregate::GroupType::kGroupBy;
    case pb::Aggregate::GROUP_TYPE_ROLLUP:
      return rel::Aggregate::GroupType::kRollup;
    case pb::Aggregate::GROUP_TYPE_CUBE:
      return rel::Aggregate::GroupType::kCube;
    case pb::Aggregate::GROUP_TYPE_PIVOT:
      return rel::Aggregate::GroupType::kPivot;
    case pb::Aggregate::GROUP_TYPE_GROUPING_SETS:
      return rel::Aggregate::GroupType::kGroupingSets;
    default:
      return InvalidPlan(
          fmt::format("an aggregate has the unknown type {}", static_cast<int>(type)));
  }
}

base::Result<Node> Convert(const pb::Aggregate& from) {
  rel::Aggregate aggregate;
  MILLRACE_ASSIGN_OR_RETURN(aggregate.input, Input(from));
  MILLRACE_ASSIGN_OR_RETURN(aggregate.group_type, GroupTypeOf(from.group_type()));
  MILLRACE_ASSIGN_OR_RETURN(aggregate.grouping_expressions,
                            AllFromProto(from.grouping_expressions()));
  MILLRACE_ASSIGN_OR_RETURN(aggregate.aggregate_expressions,
                            AllFromProto(from.aggregate_expressions()));
  const bool is_pivot = aggregate.group_type == rel::Aggregate::GroupType::kPivot;
  if (is_pivot != from.has_pivot()) {
    return InvalidPlan("an aggregate has a pivot exactly when its type says so");
  }
  if (is_pivot) {
    rel::Aggregate::Pivot pivot;
    MILLRACE_ASSIGN_OR_RETURN(pivot.column, Required(from.pivot().has_col(), from.pivot().col(),
                                                     "the column of a pivot"));
    MILLRACE_ASSIGN_OR_RETURN(pivot.values, AllFromProto(from.pivot().values()));
    aggregate.pivot = std::move(pivot);
  }
  if (from.grouping_sets_size() > 0 &&
      aggregate.group_type != rel::Aggregate::GroupType::kGroupingSets) {
    return InvalidPlan("an aggregate has grouping sets that its type does not ask for");
  }
  for (const auto& set : from.grouping_sets()) {
    MILLRACE_ASSIGN_OR_RETURN(auto converted, AllFromProto(set.grouping_set()));
    aggregate.grouping_sets.push_back(std::move(converted));
  }
  return Node(std::move(aggregate));
}

base::Result<Node> Convert(const pb::SQL& from) {
  rel::Sql sql;
  sql.query = from.query();
  // The literals are the older form of the same arguments.
  for (const auto& [name, literal] : from.args()) {
    MILLRACE_ASSIGN_OR_RETURN(auto converted, FromProto(literal));
    sql.named_arguments[name] = plan::MakeExpression(std::move(converted));
  }
  for (const auto& [name, argument] : from.named_arguments()) {
    MILLRACE_ASSIGN_OR_RETURN(sql.named_arguments[name], FromProto(argument));
  }
  for (const auto& literal : from.pos_args()) {
    MILLRACE_ASSIGN_OR_RETURN(auto converted, FromProto(literal));
    sql.positional_arguments.push_back(plan::MakeExpression(std::move(converted)));
  }
  for (const auto& argument : from.pos_arguments()) {
    MILLRACE_ASSIGN_OR_RETURN(auto converted, FromProto(argument));
    sql.positional_arguments.push_back(std::move(converted));
  }
  return Node(std::move(sql));
}

base::Result<Node> Convert(const pb::LocalRelation& from) {
  rel::LocalRelation local;
  if (from.has_data()) local.data = from.data();
  MILLRACE_ASSIGN_OR_RETURN(local.schema, SchemaOf(from.has_schema(), from.schema()));
  if (!local.data && !local.schema) {
    return InvalidPlan("a local relation has neither data nor a schema");
  }
  return Node(std::move(local));
}

/// Of clients before 4.1, which upload a whole LocalRelation (see ArtifactReceiver).
base::Result<Node> Convert(const pb::CachedLocalRelation& from) {
  return Node(rel::CachedLocalRelation{{from.hash()}, from.hash() + kSchemaOfRows});
}

base::Result<Node> Convert(const pb::ChunkedCachedLocalRelation& from) {
  rel::CachedLocalRelation local;
  local.data_hashes = Texts(from.datahashes());
  if (from.has_schemahash()) local.schema_hash = from.schemahash();
  return Node(std::move(local));
}

base::Result<Node> Convert(const pb::CachedRemoteRelation& from) {
  return Node(rel::CachedRemoteRelation{from.relation_id()});
}

base::Result<Node> Convert(const pb::Sample& from) {
  rel::Sample sample;
  MILLRACE_ASSIGN_OR_RETURN(sample.input, Input(from));
  sample.lower_bound = from.lower_bound();
  sample.upper_bound = from.upper_bound();
  sample.with_replacement = from.with_replacement();
  if (from.has_seed()) sample.seed = from.seed();
  sample.deterministic_order = from.deterministic_order();
  return Node(std::move(sample));
}

base::Result<Node> Convert(const pb::Deduplicate& from) {
  rel::Deduplicate deduplicate;
  MILLRACE_ASSIGN_OR_RETURN(deduplicate.input, Input(from));
  deduplicate.column_names = Texts(from.column_names());
  deduplicate.all_columns_as_keys = from.all_columns_as_keys();
  deduplicate.within_watermark = from.within_watermark();
  if (deduplicate.all_columns_as_keys != deduplicate.column_names.empty()) {
    return InvalidPlan("deduplicate wants either all columns or a list of columns");
  }
  return Node(std::move(deduplicate));
}

base::Result<Node> Convert(const pb::Range& from) {
  rel::Range range{from.start(), from.end(), from.step(), std::nullopt};
  if (from.has_num_partitions()) range.num_partitions = from.num_partitions();
  return Node(range);
}

base::Result<Node> Convert(const pb::SubqueryAlias& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  return Node(rel::SubqueryAlias{std::move(input), from.alias(), Texts(from.qualifier())});
}

base::Result<Node> Convert(const pb::Repartition& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  return Node(rel::Repartition{std::move(input), from.num_partitions(),
                               from.has_shuffle() && from.shuffle()});
}

base::Result<Node> Convert(const pb::RepartitionByExpression& from) {
  rel::RepartitionByExpression repartition;
  MILLRACE_ASSIGN_OR_RETURN(repartition.input, Input(from));
  MILLRACE_ASSIGN_OR_RETURN(repartition.partition_expressions,
                            AllFromProto(from.partition_exprs()));
  if (from.has_num_partitions()) repartition.num_partitions = from.num_partitions();
  return Node(std::move(repartition));
}

base::Result<Node> Convert(const pb::ToDF& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  return Node(rel::ToDF{std::move(input), Texts(from.column_names())});
}

base::Result<Node> Convert(const pb::WithColumnsRenamed& from) {
  rel::WithColumnsRenamed renamed;
  MILLRACE_ASSIGN_OR_RETURN(renamed.input, Input(from));
  for (const auto& [name, new_name] : OptionsOf(from.rename_columns_map())) {
    renamed.renames.emplace_back(name, new_name);
  }
  for (const auto& rename : from.renames()) {
    renamed.renames.emplace_back(rename.col_name(), rename.new_col_name());
  }
  return Node(std::move(renamed));
}

base::Result<Node> Convert(const pb::Drop& from) {
  rel::Drop drop;
  MILLRACE_ASSIGN_OR_RETURN(drop.input, Input(from));
  MILLRACE_ASSIGN_OR_RETURN(drop.columns, AllFromProto(from.columns()));
  drop.column_names = Texts(from.column_names());
  return Node(std::move(drop));
}

base::Result<Node> Convert(const pb::WithColumns& from) {
  rel::WithColumns with;
  MILLRACE_ASSIGN_OR_RETURN(with.input, Input(from));
  MILLRACE_ASSIGN_OR_RETURN(with.aliases, AllFromProto(from.aliases()));
  for (const auto& alias : with.aliases) {
    if (alias.names.size() != 1) return InvalidPlan("withColumns wants one name for each column");
  }
  return Node(std::move(with));
}

base::Result<Node> Convert(const pb::WithWatermark& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  return Node(rel::WithWatermark{std::move(input), from.event_time(), from.delay_threshold()});
}

base::Result<Node> Convert(const pb::Hint& from) {
  rel::Hint hint;
  MILLRACE_ASSIGN_OR_RETURN(hint.input, Input(from));
  hint.name = from.name();
  MILLRACE_ASSIGN_OR_RETURN(hint.parameters, AllFromProto(from.parameters()));
  return Node(std::move(hint));
}

base::Result<Node> Convert(const pb::Unpivot& from) {
  rel::Unpivot unpivot;
  MILLRACE_ASSIGN_OR_RETURN(unpivot.input, Input(from));
  MILLRACE_ASSIGN_OR_RETURN(unpivot.ids, AllFromProto(from.ids()));
  if (from.has_values()) {
    MILLRACE_ASSIGN_OR_RETURN(unpivot.values, AllFromProto(from.values().values()));
  }
  unpivot.variable_column_name = from.variable_column_name();
  unpivot.value_column_name = from.value_column_name();
  return Node(std::move(unpivot));
}

base::Result<Node> Convert(const pb::Transpose& from) {
  rel::Transpose transpose;
  MILLRACE_ASSIGN_OR_RETURN(transpose.input, Input(from));
  MILLRACE_ASSIGN_OR_RETURN(transpose.index_columns, AllFromProto(from.index_columns()));
  return Node(std::move(transpose));
}

base::Result<Node> Convert(const pb::UnresolvedTableValuedFunction& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto args, AllFromProto(from.arguments()));
  return Node(rel::TableValuedFunction{from.function_name(), std::move(args)});
}

base::Result<Node> Convert(const pb::ToSchema& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto input, Input(from));
  MILLRACE_ASSIGN_OR_RETURN(auto schema, StructFromProto(from.schema()));
  return Node(rel::ToSchema{std::move(input), std::move(schema)});
}

base::Result<Node> Convert(const pb::CollectMetrics& from) {
  rel::CollectMetrics collect;
  MILLRACE_ASSIGN_OR_RETURN(collect.input, Input(from));
  collect.name = from.name();
  MILLRACE_ASSIGN_OR_RETURN(collect.metrics, AllFromProto(from.metrics()));
  return Node(std::move(collect));
}

base::Result<Node> Convert(const pb::WithRelations& from) {
  rel::WithRelations with;
  MILLRACE_ASSIGN_OR_RETURN(with.root, Side(from.has_root(), from.root()));
  MILLRACE_ASSIGN_OR_RETURN(with.references, AllFromProto(from.references()));
  return Node(std::move(with));
}

base::Result<Node> Convert(const pb::Catalog& from) {
  MILLRACE_ASSIGN_OR_RETURN(auto catalog, FromProto(from));
  return Node(std::move(catalog));
}

base::Result<Node> Convert(const pb::MlRelation&) {
  return RefusedPart("machine learning relations (pyspark.ml)",
                     "train and apply models in Python, on rows that were collected");
}

base::Result<Node> Convert(const google::protobuf::Any& from) {
  return Node(rel::Extension{from.type_url(), from.value()});
}

base::Result<Node> Convert(const pb::Unknown&) { return InvalidPlan("a relation of no kind"); }

base::Result<Node> NodeOf(const pb::Relation& from) {
  switch (from.rel_type_case()) {
#define MILLRACE_CONVERT(constant, field) \
  case pb::Relation::constant:            \
    return Convert(from.field())
    MILLRACE_CONVERT(kRead, read);
    MILLRACE_CONVERT(kProject, project);
    MILLRACE_CONVERT(kFilter, filter);
    MILLRACE_CONVERT(kJoin, join);
    MILLRACE_CONVERT(kSetOp, set_op);
    MILLRACE_CONVERT(kSort, sort);
    MILLRACE_CONVERT(kLimit, limit);
    MILLRACE_CONVERT(kAggregate, aggregate);
    MILLRACE_CONVERT(kSql, sql);
    MILLRACE_CONVERT(kLocalRelation, local_relation);
    MILLRACE_CONVERT(kSample, sample);
    MILLRACE_CONVERT(kOffset, offset);
    MILLRACE_CONVERT(kDeduplicate, deduplicate);
    MILLRACE_CONVERT(kRange, range);
    MILLRACE_CONVERT(kSubqueryAlias, subquery_alias);
    MILLRACE_CONVERT(kRepartition, repartition);
    MILLRACE_CONVERT(kToDf, to_df);
    MILLRACE_CONVERT(kWithColumnsRenamed, with_columns_renamed);
    MILLRACE_CONVERT(kShowString, show_string);
    MILLRACE_CONVERT(kDrop, drop);
    MILLRACE_CONVERT(kTail, tail);
    MILLRACE_CONVERT(kWithColumns, with_columns);
    MILLRACE_CONVERT(kHint, hint);
    MILLRACE_CONVERT(kUnpivot, unpivot);
    MILLRACE_CONVERT(kToSchema, to_schema);
    MILLRACE_CONVERT(kRepartitionByExpression, repartition_by_expression);
    MILLRACE_CONVERT(kMapPartitions, map_partitions);
    MILLRACE_CONVERT(kCollectMetrics, collect_metrics);
    MILLRACE_CONVERT(kParse, parse);
    MILLRACE_CONVERT(kGroupMap, group_map);
    MILLRACE_CONVERT(kCoGroupMap, co_group_map);
    MILLRACE_CONVERT(kWithWatermark, with_watermark);
    MILLRACE_CONVERT(kApplyInPandasWithState, apply_in_pandas_with_state);
    MILLRACE_CONVERT(kHtmlString, html_string);
    MILLRACE_CONVERT(kCachedLocalRelation, cached_local_relation);
    MILLRACE_CONVERT(kCachedRemoteRelation, cached_remote_relation);
    MILLRACE_CONVERT(kCommonInlineUserDefinedTableFunction,
                     common_inline_user_defined_table_function);
    MILLRACE_CONVERT(kAsOfJoin, as_of_join);
    MILLRACE_CONVERT(kCommonInlineUserDefinedDataSource, common_inline_user_defined_data_source);
    MILLRACE_CONVERT(kWithRelations, with_relations);
    MILLRACE_CONVERT(kTranspose, transpose);
    MILLRACE_CONVERT(kUnresolvedTableValuedFunction, unresolved_table_valued_function);
    MILLRACE_CONVERT(kLateralJoin, lateral_join);
    MILLRACE_CONVERT(kChunkedCachedLocalRelation, chunked_cached_local_relation);
    MILLRACE_CONVERT(kRelationChanges, relation_changes);
    MILLRACE_CONVERT(kNearestByJoin, nearest_by_join);
    MILLRACE_CONVERT(kFillNa, fill_na);
    MILLRACE_CONVERT(kDropNa, drop_na);
    MILLRACE_CONVERT(kReplace, replace);
    MILLRACE_CONVERT(kSummary, summary);
    MILLRACE_CONVERT(kCrosstab, crosstab);
    MILLRACE_CONVERT(kDescribe, describe);
    MILLRACE_CONVERT(kCov, cov);
    MILLRACE_CONVERT(kCorr, corr);
    MILLRACE_CONVERT(kApproxQuantile, approx_quantile);
    MILLRACE_CONVERT(kFreqItems, freq_items);
    MILLRACE_CONVERT(kSampleBy, sample_by);
    MILLRACE_CONVERT(kCatalog, catalog);
    MILLRACE_CONVERT(kMlRelation, ml_relation);
    MILLRACE_CONVERT(kExtension, extension);
    MILLRACE_CONVERT(kUnknown, unknown);
#undef MILLRACE_CONVERT
    case pb::Relation::REL_TYPE_NOT_SET:
      break;
  }
  return InvalidPlan("a relation is missing, or is one that this server does not know");
}

}  // namespace

base::Result<plan::RelationPtr> FromProto(const pb::Relation& from) {
  MILLRACE_ASSIGN_OR_RETURN(Node node, NodeOf(from));
  plan::Relation relation{std::move(node), std::nullopt, std::nullopt};
  if (from.common().has_plan_id()) relation.plan_id = from.common().plan_id();
  if (from.common().has_origin()) relation.origin = FromProto(from.common().origin());
  if (!relation.origin && !from.common().source_info().empty()) {
    relation.origin = plan::CallSite{"", from.common().source_info()};
  }
  return std::make_shared<const plan::Relation>(std::move(relation));
}

}  // namespace millrace::connect
