#include <fmt/format.h>

#include "base/random.h"
#include "base/uuid.h"
#include "connect/command_conversion.h"
#include "connect/expression_conversion.h"
#include "connect/execute.h"
#include "connect/execution_progress.h"
#include "connect/plan_decoding.h"
#include "connect/refusals.h"
#include "connect/relation_conversion.h"
#include "connect/result_batches.h"

namespace millrace::connect {
namespace {

namespace pb = spark::connect;

/// What df.observe() has found out.
base::Status SendObserved(const std::vector<session::Observation>& observed,
                          Operation* operation) {
  if (observed.empty()) return base::Status::Ok();
  Response response;
  for (const session::Observation& one : observed) {
    auto* metrics = response.add_observed_metrics();
    metrics->set_name(one.name);
    metrics->set_plan_id(one.plan_id.value_or(0));
    for (std::size_t i = 0; i < one.values.size(); ++i) {
      metrics->add_keys(one.schema[i].name);
      ToProto(one.values[i], one.schema[i].dataType, metrics->add_values());
    }
  }
  return operation->Send(std::move(response));
}

Failure RunRelation(const plan::RelationPtr& relation, const ExecutionContext& context,
                    Operation* operation, std::stop_token stop) {
  ProgressReporter progress(operation);
  std::vector<session::Observation> observed;
  auto result = context.session->state().Execute(relation, stop, &observed);
  if (!result.ok()) return result.status();
  const base::Status sent =
      SendRows(result->schema, result->rows.get(), context.max_result_bytes, operation);
  if (!sent.ok()) return sent;
  if (base::Status told = SendObserved(observed, operation); !told.ok()) return told;
  return progress.Finish();
}

Failure RunPlanCommand(base::Result<plan::Command> command, const ExecutionContext& context,
                       Operation* operation, std::stop_token stop) {
  if (!command.ok()) return command.status();
  ProgressReporter progress(operation);
  std::vector<session::Observation> observed;
  const auto done = context.session->state().RunCommand(*command, stop, &observed);
  if (!done.ok()) return done.status();
  if (base::Status told = SendObserved(observed, operation); !told.ok()) return told;
  return progress.Finish();
}

/// Rows of a command as a relation that the client holds.
base::Status FillLocalRelation(connector::Table* table, std::stop_token stop, pb::Relation* out) {
  MILLRACE_ASSIGN_OR_RETURN(std::string data, IpcStreamOf(table, stop));
  out->mutable_local_relation()->set_data(std::move(data));
  out->mutable_local_relation()->set_schema(table->schema().json());
  return base::Status::Ok();
}

/// A query is not run: the client gets its relation and asks for its rows when it wants them.
base::Status RunSql(const pb::SqlCommand& from, const ExecutionContext& context,
                    Operation* operation, std::stop_token stop) {
  MILLRACE_ASSIGN_OR_RETURN(const pb::Relation relation, SqlRelationOf(from));
  MILLRACE_ASSIGN_OR_RETURN(const SqlText text, SqlTextOf(relation));
  session::SessionState& state = context.session->state();
  MILLRACE_ASSIGN_OR_RETURN(const plan::Statement statement,
                            state.ParseSql(text.query, text.parameters));
  Response response;
  auto* result = response.mutable_sql_command_result()->mutable_relation();
  if (const auto* command = std::get_if<plan::Command>(&statement)) {
    MILLRACE_ASSIGN_OR_RETURN(
        const auto table, state.RunCommand(WithReferences(*command, text.references), stop));
    MILLRACE_RETURN_IF_ERROR(FillLocalRelation(table.get(), stop, result));
  } else {
    *result = relation;
  }
  return operation->Send(std::move(response));
}

/// checkpoint() and localCheckpoint(): the rows as they are now, kept by the session. A lazy one is
/// computed now too.
base::Status RunCheckpoint(const pb::CheckpointCommand& from, const ExecutionContext& context,
                           Operation* operation, std::stop_token stop) {
  if (!from.has_relation()) return InvalidPlan("a checkpoint has no input");
  MILLRACE_ASSIGN_OR_RETURN(const auto relation, FromProto(from.relation()));
  session::SessionState& state = context.session->state();
  std::vector<session::Observation> observed;
  MILLRACE_ASSIGN_OR_RETURN(auto result, state.Execute(relation, stop, &observed));
  MILLRACE_ASSIGN_OR_RETURN(std::string data, IpcStreamOf(result.schema, result.rows.get()));
  MILLRACE_RETURN_IF_ERROR(SendObserved(observed, operation));
  const std::string id = base::Uuid::Random(base::Random::System()).ToString();
  state.KeepRemote(id, plan::MakeRelation(
                           plan::relation::LocalRelation{std::move(data), result.schema}));
  Response response;
  response.mutable_checkpoint_command_result()->mutable_relation()->set_relation_id(id);
  return operation->Send(std::move(response));
}

}  // namespace

Failure ExecutePlan(const pb::Plan& plan, const ExecutionContext& context, Operation* operation,
                    std::stop_token stop) {
  auto unpacked = Unpacked(plan);
  if (!unpacked.ok()) return unpacked.status();
  if (base::Status status = RefuseUnknownFields(*unpacked); !status.ok()) return status;
  switch (unpacked->op_type_case()) {
    case pb::Plan::kRoot: {
      const auto relation = FromProto(unpacked->root());
      if (!relation.ok()) return relation.status();
      return RunRelation(*relation, context, operation, stop);
    }
    case pb::Plan::kCommand:
      return ExecuteCommand(unpacked->command(), context, operation, stop);
    default:
      return InvalidPlan("a plan holds neither a relation nor a command");
  }
}

Failure ExecuteCommand(const pb::Command& command, const ExecutionContext& context,
                       Operation* operation, std::stop_token stop) {
  session::SessionState& state = context.session->state();
  switch (command.command_type_case()) {
    case pb::Command::kWriteOperation:
      return RunPlanCommand(FromProto(command.write_operation()), context, operation, stop);
    case pb::Command::kWriteOperationV2:
      return RunPlanCommand(FromProto(command.write_operation_v2()), context, operation, stop);
    case pb::Command::kCreateDataframeView:
      return RunPlanCommand(FromProto(command.create_dataframe_view()), context, operation, stop);
    case pb::Command::kSqlCommand:
      return RunSql(command.sql_command(), context, operation, stop);
    case pb::Command::kWriteStreamOperationStart:
      return StartStream(command.write_stream_operation_start(), context, operation);
    case pb::Command::kStreamingQueryCommand:
      return RunQueryCommand(command.streaming_query_command(), context, operation, stop);
    case pb::Command::kStreamingQueryManagerCommand:
      return RunManagerCommand(command.streaming_query_manager_command(), context, operation, stop);
    case pb::Command::kStreamingQueryListenerBusCommand:
      return RunListenerBusCommand(command.streaming_query_listener_bus_command(), context,
                                   operation, stop);
    case pb::Command::kGetResourcesCommand: {
      Response response;
      response.mutable_get_resources_command_result();
      return operation->Send(std::move(response));
    }
    case pb::Command::kCheckpointCommand:
      return RunCheckpoint(command.checkpoint_command(), context, operation, stop);
    case pb::Command::kRemoveCachedRemoteRelationCommand:
      state.ForgetRemote(command.remove_cached_remote_relation_command().relation().relation_id());
      return {};
    default:
      return RefusedCommand(command);
  }
}

}  // namespace millrace::connect
