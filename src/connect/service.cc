#include "connect/service.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/random.h"
#include "base/uuid.h"
#include "connect/analyze.h"
#include "connect/artifacts.h"
#include "connect/authentication.h"
#include "connect/config.h"
#include "connect/execute.h"
#include "connect/plan_decoding.h"
#include "connect/refusals.h"

namespace millrace::connect {
namespace {

namespace pb = spark::connect;

constexpr std::chrono::milliseconds kLook{100};
constexpr std::int64_t kMaxStreamBytes = 1LL << 30;  // senderMaxStreamSize

template <typename Request>
SessionKey KeyOf(const Request& request) {
  return {request.user_context().user_id(), request.session_id()};
}

/// The session of a request, made when it is new. A token that is missing was refused before.
template <typename Request>
base::Result<std::shared_ptr<ConnectSession>> SessionOf(SessionRegistry* sessions,
                                                        const Request& request) {
  if (request.user_context().extensions_size() > 0) {
    return RefusedPart("extensions of the user context", "connect without them");
  }
  return sessions->Get(KeyOf(request), request.client_observed_server_side_session_id());
}

template <typename Response>
void FillIds(const ConnectSession& session, Response* response) {
  response->set_session_id(session.key().session_id);
  response->set_server_side_session_id(session.server_side_id());
}

base::Result<OperationOptions> OptionsOf(const pb::ExecutePlanRequest& request) {
  OperationOptions options;
  options.operation_id = request.operation_id();
  if (options.operation_id.empty()) {
    options.operation_id = base::Uuid::Random(base::Random::System()).ToString();
  } else if (!base::Uuid::Parse(options.operation_id).ok()) {
    return InvalidHandle("FORMAT", options.operation_id,
                         "Handle must be an UUID string of the format "
                         "'00112233-4455-6677-8899-aabbccddeeff'");
  }
  for (const auto& tag : request.tags()) {
    if (tag.empty() || tag.find(',') != std::string::npos) {
      return base::Status::InvalidArgument("a tag must not be empty and must have no comma")
          .WithSparkError({"IllegalArgumentException", "", "", {}});
    }
    options.tags.push_back(tag);
  }
  for (const auto& option : request.request_options()) {
    switch (option.request_option_case()) {
      case pb::ExecutePlanRequest::RequestOption::kReattachOptions:
        options.reattachable = option.reattach_options().reattachable();
        break;
      case pb::ExecutePlanRequest::RequestOption::kResultChunkingOptions:
        options.allow_chunks = option.result_chunking_options().allow_arrow_batch_chunking();
        options.preferred_chunk_bytes =
            option.result_chunking_options().preferred_arrow_chunk_size();
        break;
      case pb::ExecutePlanRequest::RequestOption::kExtension:
        return RefusedPart("the request option " + option.extension().type_url(),
                           "connect without it");
      case pb::ExecutePlanRequest::RequestOption::REQUEST_OPTION_NOT_SET:
        break;
    }
  }
  return options;
}

base::Status OperationNotFound(const std::string& id) {
  return InvalidHandle("OPERATION_NOT_FOUND", id, "Operation not found.");
}

base::Status Disconnected() {
  return base::Status::Cancelled("[INVALID_CURSOR.DISCONNECTED] The cursor is invalid. The cursor "
                                 "has been disconnected by the server. SQLSTATE: HY109")
      .WithSparkError({"SparkSQLException", "INVALID_CURSOR.DISCONNECTED", "HY109", {}});
}

base::Status NotReattachable() {
  return base::Status::InvalidArgument("[INVALID_CURSOR.NOT_REATTACHABLE] The cursor is invalid. "
                                       "The cursor is not reattachable. SQLSTATE: HY109")
      .WithSparkError({"SparkSQLException", "INVALID_CURSOR.NOT_REATTACHABLE", "HY109", {}});
}

bool HasTag(const Operation& operation, const std::string& tag) {
  const auto& tags = operation.options().tags;
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

base::Status Release(const pb::ReleaseExecuteRequest& request, Operations* operations,
                     Operation* operation) {
  switch (request.release_case()) {
    case pb::ReleaseExecuteRequest::kReleaseAll:
      operations->Remove(request.operation_id());
      return base::Status::Ok();
    case pb::ReleaseExecuteRequest::kReleaseUntil:
      operation->ReleaseUntil(request.release_until().response_id());
      return base::Status::Ok();
    case pb::ReleaseExecuteRequest::RELEASE_NOT_SET:
      break;
  }
  return InvalidPlan("a release says neither all nor until where");
}

base::Status InterruptSome(const pb::InterruptRequest& request, ConnectSession& session,
                           pb::InterruptResponse* response) {
  const auto type = request.interrupt_type();
  const bool by_tag = type == pb::InterruptRequest::INTERRUPT_TYPE_TAG;
  const bool by_id = type == pb::InterruptRequest::INTERRUPT_TYPE_OPERATION_ID;
  if (!by_tag && !by_id && type != pb::InterruptRequest::INTERRUPT_TYPE_ALL) {
    return InvalidPlan("an interrupt has an unknown type");
  }
  if (by_tag != request.has_operation_tag() || by_id != request.has_operation_id()) {
    return InvalidPlan(
        "an interrupt does not say what its type asks for: a tag or an operation");
  }
  for (const auto& operation : session.operations().List()) {
    if (operation->finished()) continue;
    if (by_tag && !HasTag(*operation, request.operation_tag())) continue;
    if (by_id && operation->options().operation_id != request.operation_id()) continue;
    operation->Interrupt();
    response->add_interrupted_ids(operation->options().operation_id);
  }
  return base::Status::Ok();
}

base::Status FillStates(const pb::GetStatusRequest& request, const Operations& operations,
                        pb::GetStatusResponse* response) {
  if (request.extensions_size() > 0 || request.operation_status().extensions_size() > 0) {
    return RefusedPart("extensions of a status request", "ask without them");
  }
  if (!request.has_operation_status()) return base::Status::Ok();
  const auto add = [response](const std::string& id, auto state) {
    auto* status = response->add_operation_statuses();
    status->set_operation_id(id);
    status->set_state(state);
  };
  if (request.operation_status().operation_ids_size() == 0) {
    for (const auto& operation : operations.List()) {
      add(operation->options().operation_id, StateOf(*operation));
    }
  }
  for (const auto& id : request.operation_status().operation_ids()) {
    const auto operation = operations.Find(id);
    add(id, operation != nullptr
                ? StateOf(*operation)
                : operations.PastState(id).value_or(
                      pb::GetStatusResponse::OperationStatus::OPERATION_STATE_UNKNOWN));
  }
  return base::Status::Ok();
}

}  // namespace

#define MILLRACE_AUTHORIZED(context) \
  if (grpc::Status refused = Authorize(*(context), options_.token); !refused.ok()) return refused
Service::Service(SessionRegistry* sessions, ServiceOptions options)
    : sessions_(sessions), options_(std::move(options)) {}

grpc::Status Service::ExecutePlan(grpc::ServerContext* context,
                                  const pb::ExecutePlanRequest* request, Writer* writer) {
  MILLRACE_AUTHORIZED(context);
  const auto found = SessionOf(sessions_, *request);
  if (!found.ok()) return ToGrpc(found.status());
  const std::shared_ptr<ConnectSession>& session = *found;
  auto options = OptionsOf(*request);
  if (!options.ok()) return session->errors().Report(options.status());
  Response header;
  FillIds(*session, &header);
  const auto added = session->operations().Add(std::move(options).value(), std::move(header));
  if (!added.ok()) return session->errors().Report(added.status());
  const std::shared_ptr<Operation>& operation = *added;

  ExecutionContext execution{session.get(), options_.functions, options_.connect_url,
                             options_.max_result_bytes};
  operation->Start([plan = request->plan(), execution](Operation* running, std::stop_token stop) {
    return connect::ExecutePlan(plan, execution, running, stop);
  });
  grpc::Status status = Stream(context, *session, *operation, 0, writer);
  if (!operation->options().reattachable) {
    session->operations().Remove(operation->options().operation_id);
  }
  session->Touch();
  return status;
}

grpc::Status Service::Stream(grpc::ServerContext* context, ConnectSession& session,
                             Operation& operation, std::int64_t position, Writer* writer) {
  const std::int64_t stream = operation.Attach();
  const auto end = std::chrono::steady_clock::now() + options_.stream_duration;
  std::int64_t bytes = 0;
  while (!context->IsCancelled()) {
    if (operation.options().reattachable &&
        (std::chrono::steady_clock::now() > end || bytes > kMaxStreamBytes)) {
      return grpc::Status::OK;  // Without result_complete: the client reattaches.
    }
    std::shared_ptr<const Response> response;
    switch (operation.Read(stream, position, kLook, &response)) {
      case Operation::Next::kWait:
        break;
      case Operation::Next::kDisconnected:
        return session.errors().Report(Disconnected());
      case Operation::Next::kEnd: {
        const Failure failure = operation.failure();
        return failure.ok() ? grpc::Status::OK : session.errors().Report(failure);
      }
      case Operation::Next::kResponse:
        if (!writer->Write(*response)) return {grpc::StatusCode::CANCELLED, "the client is gone"};
        bytes += static_cast<std::int64_t>(response->ByteSizeLong());
        ++position;
        break;
    }
  }
  return {grpc::StatusCode::CANCELLED, "the client is gone"};
}

template <typename Request, typename ServiceResponse, typename Run>
grpc::Status Service::Answer(grpc::ServerContext* context, const Request& request,
                             ServiceResponse* response, Run run) {
  MILLRACE_AUTHORIZED(context);
  const auto session = SessionOf(sessions_, request);
  if (!session.ok()) return ToGrpc(session.status());
  FillIds(**session, response);
  const Failure failure = run(**session);
  return failure.ok() ? grpc::Status::OK : (*session)->errors().Report(failure);
}

grpc::Status Service::ReattachExecute(grpc::ServerContext* context,
                                      const pb::ReattachExecuteRequest* request, Writer* writer) {
  MILLRACE_AUTHORIZED(context);
  const auto session =
      sessions_->Find(KeyOf(*request), request->client_observed_server_side_session_id());
  if (!session.ok()) return ToGrpc(session.status());
  const auto operation = (*session)->operations().Find(request->operation_id());
  ErrorLog& errors = (*session)->errors();
  if (operation == nullptr) return errors.Report(OperationNotFound(request->operation_id()));
  if (!operation->options().reattachable) return errors.Report(NotReattachable());
  const auto position = operation->PositionAfter(request->last_response_id());
  if (!position.ok()) return errors.Report(position.status());
  grpc::Status status = Stream(context, **session, *operation, *position, writer);
  (*session)->Touch();
  return status;
}

grpc::Status Service::ReleaseExecute(grpc::ServerContext* context,
                                     const pb::ReleaseExecuteRequest* request,
                                     pb::ReleaseExecuteResponse* response) {
  MILLRACE_AUTHORIZED(context);
  const auto session =
      sessions_->Find(KeyOf(*request), request->client_observed_server_side_session_id());
  if (!session.ok()) return ToGrpc(session.status());
  FillIds(**session, response);
  Operations& operations = (*session)->operations();
  const auto operation = operations.Find(request->operation_id());
  if (operation == nullptr) return grpc::Status::OK;  // Released before.
  response->set_operation_id(request->operation_id());
  const base::Status released = Release(*request, &operations, operation.get());
  return released.ok() ? grpc::Status::OK : (*session)->errors().Report(released);
}

grpc::Status Service::AnalyzePlan(grpc::ServerContext* context,
                                  const pb::AnalyzePlanRequest* request,
                                  pb::AnalyzePlanResponse* response) {
  return Answer(context, *request, response, [&](ConnectSession& session) -> base::Status {
    MILLRACE_RETURN_IF_ERROR(RefuseUnknownFields(*request));
    return RunAnalyze(*request, &session, response);
  });
}

grpc::Status Service::Config(grpc::ServerContext* context, const pb::ConfigRequest* request,
                             pb::ConfigResponse* response) {
  return Answer(context, *request, response, [&](ConnectSession& session) {
    return RunConfig(request->operation(), &session.state().conf(), response);
  });
}

grpc::Status Service::AddArtifacts(grpc::ServerContext* context,
                                   grpc::ServerReader<pb::AddArtifactsRequest>* reader,
                                   pb::AddArtifactsResponse* response) {
  MILLRACE_AUTHORIZED(context);
  pb::AddArtifactsRequest request;
  std::shared_ptr<ConnectSession> session;
  std::optional<ArtifactReceiver> receiver;
  while (reader->Read(&request)) {
    if (session == nullptr) {
      auto found = SessionOf(sessions_, request);
      if (!found.ok()) return ToGrpc(found.status());
      session = *std::move(found);
      receiver.emplace(session.get(), options_.functions.get(), response);
    }
    if (base::Status status = receiver->Take(request); !status.ok()) {
      return session->errors().Report(status);
    }
  }
  if (session == nullptr) return ToGrpc(InvalidPlan("no artifacts were sent"));
  if (base::Status status = receiver->Finish(); !status.ok()) {
    return session->errors().Report(status);
  }
  FillIds(*session, response);
  return grpc::Status::OK;
}

grpc::Status Service::ArtifactStatus(grpc::ServerContext* context,
                                     const pb::ArtifactStatusesRequest* request,
                                     pb::ArtifactStatusesResponse* response) {
  return Answer(context, *request, response, [&](ConnectSession& session) {
    for (const auto& name : request->names()) {
      (*response->mutable_statuses())[name].set_exists(session.state().artifacts().Has(name));
    }
    return base::Status::Ok();
  });
}

grpc::Status Service::Interrupt(grpc::ServerContext* context, const pb::InterruptRequest* request,
                                pb::InterruptResponse* response) {
  return Answer(context, *request, response, [&](ConnectSession& session) {
    return InterruptSome(*request, session, response);
  });
}

grpc::Status Service::ReleaseSession(grpc::ServerContext* context,
                                     const pb::ReleaseSessionRequest* request,
                                     pb::ReleaseSessionResponse* response) {
  MILLRACE_AUTHORIZED(context);
  const auto session = sessions_->Close(KeyOf(*request), request->allow_reconnect());
  response->set_session_id(request->session_id());
  if (session != nullptr) response->set_server_side_session_id(session->server_side_id());
  return grpc::Status::OK;
}

grpc::Status Service::FetchErrorDetails(grpc::ServerContext* context,
                                        const pb::FetchErrorDetailsRequest* request,
                                        pb::FetchErrorDetailsResponse* response) {
  return Answer(context, *request, response, [&](ConnectSession& session) {
    session.errors().Fetch(request->error_id(), response);
    return base::Status::Ok();
  });
}

grpc::Status Service::CloneSession(grpc::ServerContext* context,
                                   const pb::CloneSessionRequest* request,
                                   pb::CloneSessionResponse* response) {
  return Answer(context, *request, response, [&](ConnectSession& session) -> base::Status {
    MILLRACE_ASSIGN_OR_RETURN(const auto clone,
                              sessions_->Clone(session, request->new_session_id()));
    response->set_new_session_id(clone->key().session_id);
    response->set_new_server_side_session_id(clone->server_side_id());
    return base::Status::Ok();
  });
}

grpc::Status Service::GetStatus(grpc::ServerContext* context, const pb::GetStatusRequest* request,
                                pb::GetStatusResponse* response) {
  return Answer(context, *request, response, [&](ConnectSession& session) {
    return FillStates(*request, session.operations(), response);
  });
}

}  // namespace millrace::connect
