#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message_lite.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>
#include <spark/connect/base.pb.h>

// How gRPC reads requests here: messages may be nested as deep as Spark's server allows
// (spark.connect.grpc.marshallerRecursionLimit), not only the 100 levels of protobuf's default.
// Included in front of everything that makes the service's methods, generated code too.

namespace millrace::connect {

inline constexpr int kMaxMessageDepth = 1024;

/// INTERNAL when the bytes are no such message or are nested too deep.
inline grpc::Status ParseMessage(grpc::ByteBuffer* buffer, google::protobuf::MessageLite* message) {
  if (buffer == nullptr) return {grpc::StatusCode::INTERNAL, "No payload"};
  bool parsed = false;
  {
    grpc::ProtoBufferReader reader(buffer);
    if (!reader.status().ok()) return reader.status();
    google::protobuf::io::CodedInputStream input(&reader);
    input.SetRecursionLimit(kMaxMessageDepth);
    parsed = message->ParseFromCodedStream(&input) && input.ConsumedEntireMessage();
  }
  buffer->Clear();
  if (parsed) return grpc::Status::OK;
  return {grpc::StatusCode::INTERNAL,
          "Invalid protobuf byte sequence: the request is no " + message->GetTypeName() +
              ", or it is nested more than " + std::to_string(kMaxMessageDepth) +
              " levels deep; make the plan flatter (select() with all columns instead of many "
              "withColumn() calls)"};
}

}  // namespace millrace::connect

namespace grpc {

// What unary methods are instantiated with.
template <>
class SerializationTraits<google::protobuf::MessageLite, void> {
 public:
  static Status Serialize(const google::protobuf::MessageLite& message, ByteBuffer* buffer,
                          bool* own_buffer) {
    return GenericSerialize<ProtoBufferWriter, google::protobuf::MessageLite>(message, buffer,
                                                                              own_buffer);
  }
  static Status Deserialize(ByteBuffer* buffer, google::protobuf::MessageLite* message) {
    return millrace::connect::ParseMessage(buffer, message);
  }
};

template <>
class SerializationTraits<spark::connect::ExecutePlanRequest, void>
    : public SerializationTraits<google::protobuf::MessageLite, void> {};

}  // namespace grpc
