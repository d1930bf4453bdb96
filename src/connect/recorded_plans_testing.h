#pragma once

#include "connect/request_parsing.h"  // First: it says how requests are read.

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>
#include <spark/connect/base.pb.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "connect/analyze.h"
#include "connect/command_conversion.h"
#include "connect/connect_session.h"
#include "connect/plan_decoding.h"
#include "connect/relation_conversion.h"

namespace millrace::connect::testing {

/// A message as PySpark sent it: 'E' a Plan of ExecutePlan, 'A' an AnalyzePlanRequest.
struct RecordedMessage {
  char letter = 'E';
  std::string bytes;
};

/// The records of tests/connect/recorded/plans.bin; its form stands in tests/connect/record_plans.py.
inline std::vector<RecordedMessage> ReadRecordedMessages(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string all(std::istreambuf_iterator<char>(file), {});
  std::vector<RecordedMessage> messages;
  for (std::size_t at = 0; at + 5 <= all.size();) {
    std::size_t length = 0;
    for (int i = 3; i >= 0; --i) {
      length = length << 8 | static_cast<unsigned char>(all[at + 1 + static_cast<std::size_t>(i)]);
    }
    messages.push_back({all[at], all.substr(at + 5, length)});
    at += 5 + length;
  }
  return messages;
}

/// As gRPC does for the service. False when the bytes are no such message, or one nested too deep.
inline bool Decode(std::string_view bytes, google::protobuf::MessageLite* message) {
  grpc::Slice slice(bytes.data(), bytes.size());
  grpc::ByteBuffer buffer(&slice, 1);
  return ParseMessage(&buffer, message).ok();
}

inline base::Status AnalyzeRelation(const spark::connect::Relation& relation,
                                    ConnectSession* session) {
  MILLRACE_ASSIGN_OR_RETURN(const auto converted, FromProto(relation));
  return session->state().Analyze(converted).status();
}

inline base::Status AnalyzeCommand(const spark::connect::Command& command,
                                   ConnectSession* session) {
  using Command = spark::connect::Command;
  switch (command.command_type_case()) {
    case Command::kWriteOperation:
      MILLRACE_RETURN_IF_ERROR(FromProto(command.write_operation()).status());
      return AnalyzeRelation(command.write_operation().input(), session);
    case Command::kWriteOperationV2:
      MILLRACE_RETURN_IF_ERROR(FromProto(command.write_operation_v2()).status());
      return AnalyzeRelation(command.write_operation_v2().input(), session);
    case Command::kCreateDataframeView:
      MILLRACE_RETURN_IF_ERROR(FromProto(command.create_dataframe_view()).status());
      return AnalyzeRelation(command.create_dataframe_view().input(), session);
    case Command::kSqlCommand: {
      MILLRACE_ASSIGN_OR_RETURN(const auto relation, SqlRelationOf(command.sql_command()));
      MILLRACE_ASSIGN_OR_RETURN(const SqlText text, SqlTextOf(relation));
      MILLRACE_ASSIGN_OR_RETURN(const plan::Statement statement,
                                session->state().ParseSql(text.query, text.parameters));
      if (const auto* of_command = std::get_if<plan::Command>(&statement)) {
        static_cast<void>(WithReferences(*of_command, text.references));
        return base::Status::Ok();
      }
      return AnalyzeRelation(relation, session);
    }
    case Command::kWriteStreamOperationStart:
      return AnalyzeRelation(command.write_stream_operation_start().input(), session);
    case Command::kCheckpointCommand:
      return AnalyzeRelation(command.checkpoint_command().relation(), session);
    default:
      return RefusedCommand(command);
  }
}

/// What a server does with the message before anything is run: decoding, conversion, analysis.
inline base::Status AnswerTo(const RecordedMessage& message, ConnectSession* session) {
  const auto no_message = base::Status::InvalidArgument("no message, or nested too deep");
  if (message.letter == 'A') {
    spark::connect::AnalyzePlanRequest request;
    if (!Decode(message.bytes, &request)) return no_message;
    MILLRACE_RETURN_IF_ERROR(RefuseUnknownFields(request));
    spark::connect::AnalyzePlanResponse response;
    return RunAnalyze(request, session, &response);
  }
  spark::connect::Plan plan;
  if (!Decode(message.bytes, &plan)) return no_message;
  MILLRACE_ASSIGN_OR_RETURN(plan, Unpacked(std::move(plan)));
  MILLRACE_RETURN_IF_ERROR(RefuseUnknownFields(plan));
  if (plan.has_root()) return AnalyzeRelation(plan.root(), session);
  if (plan.has_command()) return AnalyzeCommand(plan.command(), session);
  return base::Status::InvalidArgument("neither a relation nor a command");
}

/// Makes the views that recorded plans are about, and no others.
inline void MakeRecordedViews(const std::vector<RecordedMessage>& messages,
                              ConnectSession* session) {
  for (const RecordedMessage& message : messages) {
    spark::connect::Plan plan;
    if (message.letter != 'E' || !Decode(message.bytes, &plan) ||
        !plan.command().has_create_dataframe_view()) {
      continue;
    }
    auto command = FromProto(plan.command().create_dataframe_view());
    if (command.ok()) static_cast<void>(session->state().RunCommand(*command, {}));
  }
}

}  // namespace millrace::connect::testing
