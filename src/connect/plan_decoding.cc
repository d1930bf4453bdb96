#include "connect/plan_decoding.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>
#include <zstd.h>

#include "connect/refusals.h"
#include "connect/request_parsing.h"

namespace millrace::connect {
namespace {

namespace pb = spark::connect;

constexpr std::size_t kMaxPlanBytes = 512 << 20;  // spark.connect.maxPlanSize

base::Status CannotParse(const std::string& reason) {
  return base::Status::InvalidArgument(
             fmt::format("[CONNECT_INVALID_PLAN.CANNOT_PARSE] The Spark Connect plan is invalid. "
                         "Cannot decompress or parse the input plan ({})\nThis may be caused by a "
                         "corrupted compressed plan.\nTo disable plan compression, set "
                         "'spark.connect.session.planCompression.threshold' to -1. SQLSTATE: 56K00",
                         reason))
      .WithSparkError({"InvalidPlanInput",
                       "CONNECT_INVALID_PLAN.CANNOT_PARSE",
                       "56K00",
                       {{"errorMsg", reason}}});
}

/// The length that the frame claims is not believed: memory grows with what comes out.
base::Result<std::string> Decompress(const std::string& data) {
  const std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream(ZSTD_createDStream(),
                                                                          ZSTD_freeDStream);
  std::string out;
  std::string chunk(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer input{data.data(), data.size(), 0};
  std::size_t left = 1;
  while (input.pos < input.size || left > 0) {
    ZSTD_outBuffer output{chunk.data(), chunk.size(), 0};
    left = ZSTD_decompressStream(stream.get(), &output, &input);
    if (ZSTD_isError(left)) return CannotParse(ZSTD_getErrorName(left));
    out.append(chunk.data(), output.pos);
    if (out.size() > kMaxPlanBytes) {
      return CannotParse(fmt::format("it is longer than {} bytes", kMaxPlanBytes));
    }
    if (output.pos == 0 && input.pos == input.size && left > 0) {
      return CannotParse("its end is missing");
    }
  }
  return out;
}

bool Parse(const std::string& bytes, google::protobuf::Message* message) {
  google::protobuf::io::CodedInputStream input(
      reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  input.SetRecursionLimit(kMaxMessageDepth);
  return message->ParseFromCodedStream(&input) && input.ConsumedEntireMessage();
}

}  // namespace

base::Result<pb::Plan> Unpacked(pb::Plan plan) {
  if (!plan.has_compressed_operation()) return plan;
  const auto& compressed = plan.compressed_operation();
  if (compressed.compression_codec() != pb::COMPRESSION_CODEC_ZSTD) {
    return CannotParse(fmt::format("its compression codec {} is unknown",
                                   static_cast<int>(compressed.compression_codec())));
  }
  MILLRACE_ASSIGN_OR_RETURN(const std::string bytes, Decompress(compressed.data()));
  pb::Plan unpacked;
  bool parsed = false;
  switch (compressed.op_type()) {
    case pb::Plan::CompressedOperation::OP_TYPE_RELATION:
      parsed = Parse(bytes, unpacked.mutable_root());
      break;
    case pb::Plan::CompressedOperation::OP_TYPE_COMMAND:
      parsed = Parse(bytes, unpacked.mutable_command());
      break;
    default:
      return CannotParse(fmt::format("its operation type {} is unknown",
                                     static_cast<int>(compressed.op_type())));
  }
  if (!parsed) {
    return CannotParse(fmt::format("what it holds is no operation, or is nested more than {} levels "
                                   "deep", kMaxMessageDepth));
  }
  return unpacked;
}

base::Status RefuseUnknownFields(const google::protobuf::Message& message) {
  const auto* reflection = message.GetReflection();
  const auto& unknown = reflection->GetUnknownFields(message);
  if (!unknown.empty()) {
    return RefusedPart(fmt::format("field {} of {}, which is newer than Spark 4.2",
                                   unknown.field(0).number(),
                                   message.GetDescriptor()->full_name()),
                       "use PySpark 4.2, or leave out what needs this field");
  }
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      MILLRACE_RETURN_IF_ERROR(RefuseUnknownFields(reflection->GetMessage(message, field)));
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      MILLRACE_RETURN_IF_ERROR(
          RefuseUnknownFields(reflection->GetRepeatedMessage(message, field, i)));
    }
  }
  return base::Status::Ok();
}

}  // namespace millrace::connect
