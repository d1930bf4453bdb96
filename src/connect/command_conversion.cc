#include "connect/command_conversion.h"

#include <fmt/format.h>

#include "connect/expression_conversion.h"
#include "connect/refusals.h"
#include "connect/relation_conversion.h"

namespace millrace::connect {
namespace {

namespace pb = spark::connect;
namespace cmd = plan::command;

template <typename Repeated>
std::vector<std::string> Texts(const Repeated& from) {
  return {from.begin(), from.end()};
}

base::Result<cmd::SaveMode> ModeOf(pb::WriteOperation::SaveMode mode) {
  switch (mode) {
    case pb::WriteOperation::SAVE_MODE_UNSPECIFIED:
    case pb::WriteOperation::SAVE_MODE_ERROR_IF_EXISTS:
      return cmd::SaveMode::kErrorIfExists;
    case pb::WriteOperation::SAVE_MODE_APPEND:
      return cmd::SaveMode::kAppend;
    case pb::WriteOperation::SAVE_MODE_OVERWRITE:
      return cmd::SaveMode::kOverwrite;
    case pb::WriteOperation::SAVE_MODE_IGNORE:
      return cmd::SaveMode::kIgnore;
    default:
      return InvalidPlan(fmt::format("a write has the unknown mode {}", static_cast<int>(mode)));
  }
}

base::Status RefuseSchemaEvolution(bool wanted) {
  if (!wanted) return base::Status::Ok();
  return RefusedPart("withSchemaEvolution()", "set the option mergeSchema of a Delta write");
}

base::Result<cmd::WriteOperationV2::Mode> ModeOf(pb::WriteOperationV2::Mode mode) {
  using Mode = cmd::WriteOperationV2::Mode;
  switch (mode) {
    case pb::WriteOperationV2::MODE_CREATE:
      return Mode::kCreate;
    case pb::WriteOperationV2::MODE_OVERWRITE:
      return Mode::kOverwrite;
    case pb::WriteOperationV2::MODE_OVERWRITE_PARTITIONS:
      return Mode::kOverwritePartitions;
    case pb::WriteOperationV2::MODE_APPEND:
      return Mode::kAppend;
    case pb::WriteOperationV2::MODE_REPLACE:
      return Mode::kReplace;
    case pb::WriteOperationV2::MODE_CREATE_OR_REPLACE:
      return Mode::kCreateOrReplace;
    default:
      return InvalidPlan(fmt::format("a write has the unknown mode {}", static_cast<int>(mode)));
  }
}

struct Refusal {
  pb::Command::CommandTypeCase command;
  std::string_view what;
  std::string_view advice;
};

constexpr Refusal kRefusals[] = {
    {pb::Command::kRegisterFunction, "spark.udf.register()",
     "use SQL functions, or do in foreachBatch what needs Python"},
    {pb::Command::kRegisterTableFunction, "spark.udtf.register()",
     "use SQL functions, or do in foreachBatch what needs Python"},
    {pb::Command::kRegisterDataSource, "spark.dataSource.register()",
     "use one of the formats that are built in"},
    {pb::Command::kCreateResourceProfileCommand, "resource profiles",
     "leave them out: there are no executors; local[N] says how many threads work"},
    {pb::Command::kMergeIntoTableCommand, "mergeInto()",
     "join in foreachBatch and overwrite what changed"},
    {pb::Command::kMlCommand, "machine learning commands (pyspark.ml)",
     "train and apply models in Python, on rows that were collected"},
    {pb::Command::kExecuteExternalCommand, "commands of external runners",
     "run them outside of the session"},
    {pb::Command::kPipelineCommand, "declarative pipelines",
     "write each flow as a streaming query of its own"},
    {pb::Command::kExtension, "commands of Connect plugins",
     "use what DataFrames and SQL offer; plugins are JVM code"},
};

/// The query inside a command, or null.
plan::RelationPtr* QueryOf(plan::Command* command) {
  return std::visit(
      [](auto& node) -> plan::RelationPtr* {
        if constexpr (requires { node.query; }) {
          if constexpr (std::is_same_v<decltype(node.query), plan::RelationPtr>) {
            return &node.query;
          } else {
            return nullptr;
          }
        } else if constexpr (requires { node.input; }) {
          return &node.input;
        } else {
          return nullptr;
        }
      },
      command->node);
}

}  // namespace

base::Result<plan::Command> FromProto(const pb::WriteOperation& from) {
  cmd::WriteOperation write;
  if (!from.has_input()) return InvalidPlan("a write has no input");
  MILLRACE_RETURN_IF_ERROR(RefuseSchemaEvolution(from.with_schema_evolution()));
  MILLRACE_ASSIGN_OR_RETURN(write.input, FromProto(from.input()));
  if (from.has_source() && !from.source().empty()) write.format = from.source();
  MILLRACE_ASSIGN_OR_RETURN(write.mode, ModeOf(from.mode()));
  if (from.has_path()) write.path = from.path();
  if (from.has_table()) {
    write.table = from.table().table_name();
    switch (from.table().save_method()) {
      case pb::WriteOperation::SaveTable::TABLE_SAVE_METHOD_SAVE_AS_TABLE:
        break;
      case pb::WriteOperation::SaveTable::TABLE_SAVE_METHOD_INSERT_INTO:
        write.insert_into = true;
        break;
      default:
        return InvalidPlan("a write into a table has an unknown method");
    }
  }
  write.partition_columns = Texts(from.partitioning_columns());
  write.sort_columns = Texts(from.sort_column_names());
  if (from.has_bucket_by()) {
    if (from.bucket_by().num_buckets() <= 0) {
      return InvalidPlan("bucketBy() needs a number of buckets above 0");
    }
    write.bucket_count = from.bucket_by().num_buckets();
    write.bucket_columns = Texts(from.bucket_by().bucket_column_names());
  }
  write.clustering_columns = Texts(from.clustering_columns());
  write.options = {from.options().begin(), from.options().end()};
  return plan::Command{std::move(write)};
}

base::Result<plan::Command> FromProto(const pb::WriteOperationV2& from) {
  cmd::WriteOperationV2 write;
  if (!from.has_input()) return InvalidPlan("a write has no input");
  MILLRACE_RETURN_IF_ERROR(RefuseSchemaEvolution(from.with_schema_evolution()));
  MILLRACE_ASSIGN_OR_RETURN(write.input, FromProto(from.input()));
  write.table = from.table_name();
  if (from.has_provider() && !from.provider().empty()) write.provider = from.provider();
  MILLRACE_ASSIGN_OR_RETURN(write.partitioning, AllFromProto(from.partitioning_columns()));
  write.clustering_columns = Texts(from.clustering_columns());
  write.options = {from.options().begin(), from.options().end()};
  write.table_properties = {from.table_properties().begin(), from.table_properties().end()};
  MILLRACE_ASSIGN_OR_RETURN(write.mode, ModeOf(from.mode()));
  if (from.has_overwrite_condition()) {
    MILLRACE_ASSIGN_OR_RETURN(write.overwrite_condition, FromProto(from.overwrite_condition()));
  }
  return plan::Command{std::move(write)};
}

base::Result<plan::Command> FromProto(const pb::CreateDataFrameViewCommand& from) {
  cmd::CreateView view;
  if (!from.has_input()) return InvalidPlan("a view has no input");
  MILLRACE_ASSIGN_OR_RETURN(view.input, FromProto(from.input()));
  view.name = from.name();
  view.is_global = from.is_global();
  view.replace = from.replace();
  return plan::Command{std::move(view)};
}

base::Status RefusedCommand(const pb::Command& command) {
  for (const Refusal& refusal : kRefusals) {
    if (refusal.command == command.command_type_case()) {
      return RefusedPart(refusal.what, refusal.advice);
    }
  }
  return InvalidPlan("a command is missing, or is one that this server does not know");
}

base::Result<pb::Relation> SqlRelationOf(const pb::SqlCommand& from) {
  if (from.has_input()) return from.input();
  pb::Relation relation;
  pb::SQL* sql = relation.mutable_sql();
  sql->set_query(from.sql());
  *sql->mutable_args() = from.args();
  *sql->mutable_pos_args() = from.pos_args();
  *sql->mutable_named_arguments() = from.named_arguments();
  *sql->mutable_pos_arguments() = from.pos_arguments();
  return relation;
}

base::Result<SqlText> SqlTextOf(const pb::Relation& relation) {
  MILLRACE_ASSIGN_OR_RETURN(const auto converted, FromProto(relation));
  const plan::Relation* root = converted.get();
  SqlText text;
  if (const auto* with = root->As<plan::relation::WithRelations>()) {
    text.references = with->references;
    root = with->root.get();
  }
  const auto* sql = root->As<plan::relation::Sql>();
  if (sql == nullptr) {
    return InvalidPlan(fmt::format("spark.sql() wants a SQL text, with or without references, not "
                                   "{}", plan::NodeName(*root)));
  }
  text.query = sql->query;
  text.parameters = {sql->named_arguments, sql->positional_arguments};
  return text;
}

plan::Command WithReferences(plan::Command command,
                             const std::vector<plan::RelationPtr>& references) {
  plan::RelationPtr* query = QueryOf(&command);
  if (!references.empty() && query != nullptr && *query != nullptr) {
    *query = plan::MakeRelation(plan::relation::WithRelations{*query, references});
  }
  return command;
}

}  // namespace millrace::connect
