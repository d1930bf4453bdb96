#pragma once

#include <spark/connect/base.pb.h>

#include <stop_token>

#include "connect/connect_session.h"
#include "connect/operation.h"
#include "connect/stream_functions.h"
#include "connect/wire_errors.h"
#include "connector/table.h"

namespace millrace::connect {

/// What the execution of plans needs of its server.
struct ExecutionContext {
  ConnectSession* session = nullptr;  ///< Owns the operation, so it outlives the execution.
  std::shared_ptr<StreamFunctions> functions;  ///< Null: none.
  std::string connect_url;                     ///< As of FunctionContext, without the user.
  std::int64_t max_result_bytes = 0;           ///< 0: no limit.
};

/// Runs the plan of an ExecutePlan call and sends what it answers with.
Failure ExecutePlan(const spark::connect::Plan& plan, const ExecutionContext& context,
                    Operation* operation, std::stop_token stop);

/// The command of a plan.
Failure ExecuteCommand(const spark::connect::Command& command, const ExecutionContext& context,
                       Operation* operation, std::stop_token stop);

// Streaming commands.
Failure StartStream(const spark::connect::WriteStreamOperationStart& start,
                    const ExecutionContext& context, Operation* operation);
Failure RunQueryCommand(const spark::connect::StreamingQueryCommand& command,
                        const ExecutionContext& context, Operation* operation,
                        std::stop_token stop);
Failure RunManagerCommand(const spark::connect::StreamingQueryManagerCommand& command,
                          const ExecutionContext& context, Operation* operation,
                          std::stop_token stop);
Failure RunListenerBusCommand(const spark::connect::StreamingQueryListenerBusCommand& command,
                              const ExecutionContext& context, Operation* operation,
                              std::stop_token stop);

}  // namespace millrace::connect
