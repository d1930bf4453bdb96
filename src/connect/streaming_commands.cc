#include <fmt/format.h>

#include "connect/connect_url.h"
#include "connect/event_json.h"
#include "connect/execute.h"
#include "connect/expression_conversion.h"
#include "connect/refusals.h"
#include "connect/relation_conversion.h"
#include "session/exceptions.h"
#include "stream/trigger.h"

namespace millrace::connect {
namespace {

namespace pb = spark::connect;
using session::RunningQuery;

/// How long a wait lasts before it looks whether anybody still waits.
constexpr std::chrono::milliseconds kSlice{200};

base::Status Canceled() { return base::Status::Cancelled("the operation was interrupted"); }

base::Result<Trigger> TriggerOf(const pb::WriteStreamOperationStart& start) {
  using Start = pb::WriteStreamOperationStart;
  switch (start.trigger_case()) {
    case Start::kProcessingTimeInterval: {
      MILLRACE_ASSIGN_OR_RETURN(const auto interval,
                                stream::ParseTriggerInterval(start.processing_time_interval()));
      return Trigger::ProcessingTime(interval);
    }
    case Start::kAvailableNow:
      if (start.available_now()) return Trigger::AvailableNow();
      break;
    case Start::kOnce:
      if (start.once()) return Trigger::Once();
      break;
    case Start::kContinuousCheckpointInterval:
      return RefusedPart("continuous processing (trigger(continuous=...))",
                         "use trigger(processingTime=\"0 seconds\"), whose batches follow each "
                         "other at once");
    case Start::kRealTimeBatchDuration:
      return RefusedPart("the real-time trigger",
                         "use trigger(processingTime=\"0 seconds\"), whose batches follow each "
                         "other at once");
    case Start::TRIGGER_NOT_SET:
      break;
  }
  return Trigger::ProcessingTime(std::chrono::milliseconds(0));
}

FunctionContext FunctionContextOf(const ExecutionContext& context) {
  const SessionKey& key = context.session->key();
  const SessionFiles& files = context.session->files();
  // A worker that is not told of a user would take that of the server's environment.
  return {key.user_id,
          key.session_id,
          WithParameter(context.connect_url, "user_id", key.user_id),
          files.directory(),
          files.python_includes(),
          context.session->shared_state()};
}

base::Result<std::shared_ptr<const connector::SinkProvider>> FunctionSink(
    const pb::StreamingForeachFunction& from, bool is_batch, const ExecutionContext& context) {
  const char* what = is_batch ? "foreachBatch" : "foreach";
  if (!from.has_python_function()) {
    return RefusedPart(fmt::format("{} with a Scala or Java function", what),
                       "write the function in Python");
  }
  if (context.functions == nullptr) {
    return RefusedPart(what, "start the server with a Python that has PySpark");
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto function, FromProto(from.python_function()));
  const FunctionContext where = FunctionContextOf(context);
  return is_batch ? context.functions->ForeachBatch(where, function)
                  : context.functions->ForeachWriter(where, function);
}

base::Result<session::StreamRequest> RequestOf(const pb::WriteStreamOperationStart& start,
                                               const ExecutionContext& context) {
  if (!start.has_input()) return InvalidPlan("a streaming query has no input");
  if (start.clustering_column_names_size() > 0) {
    return RefusedPart("clusterBy() of a streaming query", "use partitionBy(), or leave it out");
  }
  session::StreamRequest request;
  MILLRACE_ASSIGN_OR_RETURN(request.relation, FromProto(start.input()));
  session::SessionState& state = context.session->state();
  MILLRACE_ASSIGN_OR_RETURN(request.query, state.Analyze(request.relation));
  request.format = start.format().empty() ? state.conf().default_source() : start.format();
  request.output_mode = start.output_mode().empty() ? "append" : start.output_mode();
  if (!start.query_name().empty()) request.name = start.query_name();
  MILLRACE_ASSIGN_OR_RETURN(request.trigger, TriggerOf(start));
  request.partition_columns.assign(start.partitioning_column_names().begin(),
                                   start.partitioning_column_names().end());
  request.options = {start.options().begin(), start.options().end()};
  if (start.has_path()) {
    connector::Options options(request.options);
    options.Set("path", start.path());
    request.options = options.All();
  }
  if (start.has_table_name()) request.table = start.table_name();
  if (start.has_foreach_writer() && start.has_foreach_batch()) {
    return InvalidPlan("a streaming query has both foreach and foreachBatch");
  }
  if (start.has_foreach_writer()) {
    MILLRACE_ASSIGN_OR_RETURN(request.sink, FunctionSink(start.foreach_writer(), false, context));
  } else if (start.has_foreach_batch()) {
    MILLRACE_ASSIGN_OR_RETURN(request.sink, FunctionSink(start.foreach_batch(), true, context));
  }
  return request;
}

void FillId(const RunningQuery& query, pb::StreamingQueryInstanceId* out) {
  out->set_id(query.query().identity().id);
  out->set_run_id(query.query().identity().run_id);
}

void FillInstance(const RunningQuery& query,
                  pb::StreamingQueryManagerCommandResult::StreamingQueryInstance* out) {
  FillId(query, out->mutable_id());
  if (query.query().identity().name) out->set_name(*query.query().identity().name);
}

Failure FailureOf(const RunningQuery& query) {
  const auto exception = query.exception();
  return exception ? Failure(*exception) : Failure();
}

/// False when `timeout` passed first.
base::Result<bool> AwaitEnd(RunningQuery* query,
                            std::optional<std::chrono::milliseconds> timeout,
                            std::stop_token stop) {
  const auto end = std::chrono::steady_clock::now() + timeout.value_or(std::chrono::hours(0));
  while (!stop.stop_requested()) {
    auto slice = kSlice;
    if (timeout) {
      slice = std::min(slice, std::chrono::ceil<std::chrono::milliseconds>(
                                  end - std::chrono::steady_clock::now()));
      if (slice.count() <= 0) return query->query().AwaitTermination(std::chrono::milliseconds(0));
    }
    if (query->query().AwaitTermination(slice)) return true;
  }
  return Canceled();
}

base::Result<std::optional<std::chrono::milliseconds>> TimeoutOf(bool is_there,
                                                                 std::int64_t milliseconds) {
  if (!is_there) return std::optional<std::chrono::milliseconds>();
  if (milliseconds <= 0) {
    return base::Status::InvalidArgument("Timeout has to be positive")
        .WithSparkError({"IllegalArgumentException", "", "", {}});
  }
  constexpr std::int64_t kLongest = std::int64_t{1000} * 60 * 60 * 24 * 365 * 100;
  return std::optional(std::chrono::milliseconds(std::min(milliseconds, kLongest)));
}

Failure Await(RunningQuery* query,
              const pb::StreamingQueryCommand::AwaitTerminationCommand& command,
              pb::StreamingQueryCommandResult* result, std::stop_token stop) {
  const auto timeout = TimeoutOf(command.has_timeout_ms(), command.timeout_ms());
  if (!timeout.ok()) return timeout.status();
  const auto ended = AwaitEnd(query, *timeout, stop);
  if (!ended.ok()) return ended.status();
  if (Failure failure = FailureOf(*query); !failure.ok()) return failure;
  result->mutable_await_termination()->set_terminated(*ended);
  return {};
}

Failure ProcessAll(RunningQuery* query, std::stop_token stop) {
  if (!query->query().ProcessAllAvailable(std::move(stop))) return Canceled();
  return FailureOf(*query);
}

void FillException(const RunningQuery& query, pb::StreamingQueryCommandResult* result) {
  auto* out = result->mutable_exception();
  const auto exception = query.exception();
  if (!exception) return;
  // "<class>: <cause>" and the query's state below, as Throwable.toString gives it.
  const std::string text = exception->what();
  const std::size_t below = std::min(text.find("\n=== Streaming Query ==="), text.size());
  const std::string message = "org.apache.spark.sql.streaming.StreamingQueryException: " +
                              exception->cause() + text.substr(below);
  out->set_exception_message(ValidText(message));
  out->set_error_class(exception->getCondition());
  out->set_stack_trace(out->exception_message());
}

void FillStatus(const RunningQuery& query, pb::StreamingQueryCommandResult* result) {
  const StreamingQueryStatus status = query.query().status();
  auto* out = result->mutable_status();
  out->set_status_message(ValidText(status.message));
  out->set_is_data_available(status.isDataAvailable);
  out->set_is_trigger_active(status.isTriggerActive);
  out->set_is_active(query.query().is_active());
}

void FillRecent(const std::vector<StreamingQueryProgress>& recent,
                pb::StreamingQueryCommandResult* result) {
  auto* out = result->mutable_recent_progress();
  for (const auto& progress : recent) out->add_recent_progress_json(ProgressJson(progress));
}

Failure RunOn(RunningQuery* query, const pb::StreamingQueryCommand& command,
              pb::StreamingQueryCommandResult* result, std::stop_token stop) {
  using Command = pb::StreamingQueryCommand;
  switch (command.command_case()) {
    case Command::kStatus:
      FillStatus(*query, result);
      return {};
    case Command::kLastProgress: {
      const auto last = query->query().LastProgress();
      FillRecent(last ? std::vector{*last} : std::vector<StreamingQueryProgress>(), result);
      return {};
    }
    case Command::kRecentProgress:
      FillRecent(query->query().RecentProgress(), result);
      return {};
    case Command::kStop:
      query->query().Stop();
      return {};
    case Command::kProcessAllAvailable:
      return ProcessAll(query, stop);
    case Command::kExplain:
      result->mutable_explain()->set_result(
          ValidText(query->Explain(command.explain().extended())));
      return {};
    case Command::kException:
      FillException(*query, result);
      return {};
    case Command::kAwaitTermination:
      return Await(query, command.await_termination(), result, stop);
    case Command::COMMAND_NOT_SET:
      break;
  }
  return InvalidPlan("a command to a streaming query is none that this server knows");
}

std::shared_ptr<RunningQuery> ActiveQuery(session::SessionState& state, const std::string& id) {
  for (const auto& query : state.ActiveQueries()) {
    if (query->query().identity().id == id) return query;
  }
  return nullptr;
}

Failure AwaitAny(const pb::StreamingQueryManagerCommand::AwaitAnyTerminationCommand& command,
                 session::SessionState& state, pb::StreamingQueryManagerCommandResult* result,
                 std::stop_token stop) {
  const auto timeout = TimeoutOf(command.has_timeout_ms(), command.timeout_ms());
  if (!timeout.ok()) return timeout.status();
  const auto end = std::chrono::steady_clock::now() + timeout->value_or(std::chrono::hours(0));
  while (true) {
    if (stop.stop_requested()) return Canceled();
    auto slice = kSlice;
    if (*timeout) {
      slice = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(
                             end - std::chrono::steady_clock::now()),
                         std::chrono::milliseconds(0), kSlice);
    }
    const auto ended = state.WaitForAnyEnd(slice);
    if (ended != nullptr) {
      if (Failure failure = FailureOf(*ended); !failure.ok()) return failure;
    }
    if (ended != nullptr || (*timeout && slice.count() == 0)) {
      result->mutable_await_any_termination()->set_terminated(ended != nullptr);
      return {};
    }
  }
}

/// Clients before 4.0 pickle their listeners (10.8 of the contract).
base::Status AddServerListener(
    const pb::StreamingQueryManagerCommand::StreamingQueryListenerCommand& command,
    const ExecutionContext& context, std::stop_token stop) {
  if (!command.has_python_listener_payload()) {
    return RefusedPart("listeners of Scala and Java that run on the server",
                       "write the listener in Python");
  }
  if (context.functions == nullptr) {
    return RefusedPart("listeners that run on the server",
                       "start the server with a Python that has PySpark");
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto function, FromProto(command.python_listener_payload()));
  MILLRACE_ASSIGN_OR_RETURN(
      auto listener,
      context.functions->Listener(FunctionContextOf(context), function, std::move(stop)));
  return context.session->server_listeners().Add(command.id(), std::move(listener));
}

}  // namespace

Failure StartStream(const pb::WriteStreamOperationStart& start, const ExecutionContext& context,
                    Operation* operation) {
  auto request = RequestOf(start, context);
  if (!request.ok()) return request.status();
  auto started = context.session->state().StartQuery(std::move(request).value());
  if (!started.ok()) return started.status();
  const auto& query = *started;
  context.session->queries().Add(query);
  Response response;
  auto* result = response.mutable_write_stream_operation_start_result();
  FillId(*query, result->mutable_query_id());
  result->set_name(query->query().identity().name.value_or(""));
  if (auto json = context.session->listeners()->TakeStarted(query->query().identity().run_id)) {
    result->set_query_started_event_json(std::move(*json));
  }
  return operation->Send(std::move(response));
}

Failure RunQueryCommand(const pb::StreamingQueryCommand& command, const ExecutionContext& context,
                        Operation* operation, std::stop_token stop) {
  const auto query =
      context.session->queries().Find(command.query_id().id(), command.query_id().run_id());
  if (!query.ok()) return query.status();
  Response response;
  auto* result = response.mutable_streaming_query_command_result();
  *result->mutable_query_id() = command.query_id();
  if (Failure failure = RunOn(query->get(), command, result, stop); !failure.ok()) return failure;
  return operation->Send(std::move(response));
}

Failure RunManagerCommand(const pb::StreamingQueryManagerCommand& command,
                          const ExecutionContext& context, Operation* operation,
                          std::stop_token stop) {
  using Command = pb::StreamingQueryManagerCommand;
  session::SessionState& state = context.session->state();
  Response response;
  auto* result = response.mutable_streaming_query_manager_command_result();
  switch (command.command_case()) {
    case Command::kActive:
      result->mutable_active();
      for (const auto& query : state.ActiveQueries()) {
        FillInstance(*query, result->mutable_active()->add_active_queries());
      }
      break;
    case Command::kGetQuery:
      if (const auto query = ActiveQuery(state, command.get_query())) {
        FillInstance(*query, result->mutable_query());
      }
      break;
    case Command::kAwaitAnyTermination:
      if (Failure failure = AwaitAny(command.await_any_termination(), state, result, stop);
          !failure.ok()) {
        return failure;
      }
      break;
    case Command::kResetTerminated:
      state.ForgetEnded();
      result->set_reset_terminated(true);
      break;
    case Command::kAddListener:
      if (base::Status added = AddServerListener(command.add_listener(), context, stop);
          !added.ok()) {
        return added;
      }
      result->set_add_listener(true);
      break;
    case Command::kRemoveListener:
      result->set_remove_listener(
          context.session->server_listeners().Remove(command.remove_listener().id()));
      break;
    case Command::kListListeners:
      result->mutable_list_listeners();
      for (std::string& id : context.session->server_listeners().Ids()) {
        result->mutable_list_listeners()->add_listener_ids(std::move(id));
      }
      break;
    case Command::COMMAND_NOT_SET:
      return InvalidPlan("a command to the manager of streaming queries is none that this server "
                         "knows");
  }
  return operation->Send(std::move(response));
}

Failure RunListenerBusCommand(const pb::StreamingQueryListenerBusCommand& command,
                              const ExecutionContext& context, Operation* operation,
                              std::stop_token stop) {
  const auto& listeners = context.session->listeners();
  const auto& bus = context.session->state().listeners();
  switch (command.command_case()) {
    case pb::StreamingQueryListenerBusCommand::kAddListenerBusListener:
      break;
    case pb::StreamingQueryListenerBusCommand::kRemoveListenerBusListener:
      bus->Remove(listeners);
      listeners->End();
      return {};
    case pb::StreamingQueryListenerBusCommand::COMMAND_NOT_SET:
      return InvalidPlan("a command to the listener bus is none that this server knows");
  }
  if (!listeners->Begin()) {
    return base::Status::InvalidArgument("a client of this session listens already");
  }
  bus->Add(listeners);
  Response added;
  added.mutable_streaming_query_listener_events_result()->set_listener_bus_listener_added(true);
  base::Status status = operation->Send(std::move(added));
  while (status.ok() && listeners->active() && !stop.stop_requested()) {
    auto events = listeners->Take(kSlice);
    if (events.empty()) continue;
    Response response;
    for (auto& event : events) {
      *response.mutable_streaming_query_listener_events_result()->add_events() = std::move(event);
    }
    status = operation->Send(std::move(response));
  }
  bus->Remove(listeners);
  listeners->End();
  return stop.stop_requested() ? Failure(Canceled()) : Failure(status);
}

}  // namespace millrace::connect
