#pragma once

#include "connect/request_parsing.h"  // First: it says how requests are read.

#include <grpcpp/grpcpp.h>
#include <spark/connect/base.grpc.pb.h>

#include <memory>
#include <string>

#include "connect/connect_session.h"
#include "connect/server.h"
#include "connect/stream_functions.h"

namespace millrace::connect {

struct ServiceOptions {
  std::string token;        ///< Empty: none is asked for.
  std::string connect_url;  ///< "sc://localhost:15002/", for workers.
  std::int64_t max_result_bytes = 0;
  std::chrono::milliseconds stream_duration = std::chrono::minutes(2);
  std::shared_ptr<StreamFunctions> functions;
};

/// The calls of SparkConnectService, each in a thread of gRPC's. Waits in them look every now and
/// then whether the client is still there.
class Service final : public spark::connect::SparkConnectService::Service {
 public:
  Service(SessionRegistry* sessions, ServiceOptions options);
  /// Once the port is known, before the first call.
  void set_connect_url(std::string url) { options_.connect_url = std::move(url); }

  grpc::Status ExecutePlan(grpc::ServerContext* context,
                           const spark::connect::ExecutePlanRequest* request,
                           grpc::ServerWriter<spark::connect::ExecutePlanResponse>* writer) override;
  grpc::Status AnalyzePlan(grpc::ServerContext* context,
                           const spark::connect::AnalyzePlanRequest* request,
                           spark::connect::AnalyzePlanResponse* response) override;
  grpc::Status Config(grpc::ServerContext* context, const spark::connect::ConfigRequest* request,
                      spark::connect::ConfigResponse* response) override;
  grpc::Status AddArtifacts(grpc::ServerContext* context,
                            grpc::ServerReader<spark::connect::AddArtifactsRequest>* reader,
                            spark::connect::AddArtifactsResponse* response) override;
  grpc::Status ArtifactStatus(grpc::ServerContext* context,
                              const spark::connect::ArtifactStatusesRequest* request,
                              spark::connect::ArtifactStatusesResponse* response) override;
  grpc::Status Interrupt(grpc::ServerContext* context,
                         const spark::connect::InterruptRequest* request,
                         spark::connect::InterruptResponse* response) override;
  grpc::Status ReattachExecute(
      grpc::ServerContext* context, const spark::connect::ReattachExecuteRequest* request,
      grpc::ServerWriter<spark::connect::ExecutePlanResponse>* writer) override;
  grpc::Status ReleaseExecute(grpc::ServerContext* context,
                              const spark::connect::ReleaseExecuteRequest* request,
                              spark::connect::ReleaseExecuteResponse* response) override;
  grpc::Status ReleaseSession(grpc::ServerContext* context,
                              const spark::connect::ReleaseSessionRequest* request,
                              spark::connect::ReleaseSessionResponse* response) override;
  grpc::Status FetchErrorDetails(grpc::ServerContext* context,
                                 const spark::connect::FetchErrorDetailsRequest* request,
                                 spark::connect::FetchErrorDetailsResponse* response) override;
  grpc::Status CloneSession(grpc::ServerContext* context,
                            const spark::connect::CloneSessionRequest* request,
                            spark::connect::CloneSessionResponse* response) override;
  grpc::Status GetStatus(grpc::ServerContext* context,
                         const spark::connect::GetStatusRequest* request,
                         spark::connect::GetStatusResponse* response) override;

 private:
  using Writer = grpc::ServerWriter<spark::connect::ExecutePlanResponse>;
  grpc::Status Stream(grpc::ServerContext* context, ConnectSession& session, Operation& operation,
                      std::int64_t position, Writer* writer);
  /// A call with one answer: checks the token, finds the session, fills in the ids, and reports the
  /// failure of `run`, which gets the session.
  template <typename Request, typename ServiceResponse, typename Run>
  grpc::Status Answer(grpc::ServerContext* context, const Request& request,
                      ServiceResponse* response, Run run);

  SessionRegistry* const sessions_;
  ServiceOptions options_;
};

}  // namespace millrace::connect
