#include "connect/wire_errors.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>

#include <nlohmann/json.hpp>

#include "base/random.h"
#include "base/spark_message.h"
#include "base/uuid.h"
#include "connect/refusals.h"

namespace millrace::connect {
namespace {

namespace pb = spark::connect;

// What a trailer can hold: clients refuse some with more than 8 KiB of metadata, and all with more
// than 16. The details hold message and parameters once more, and travel as base64.
constexpr std::size_t kMaxMessage = 2048;
constexpr std::size_t kMaxParameters = 1024;

/// How long a byte of a message is on the wire: gRPC percent-encodes all but printable ASCII.
std::size_t WireBytes(char byte) { return byte < 0x20 || byte > 0x7E || byte == '%' ? 3 : 1; }

/// At most `limit` bytes on the wire, cut between two characters.
std::string Shortened(const std::string& text, std::size_t limit) {
  constexpr std::string_view kMore = "...";
  std::size_t end = 0;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (bytes <= limit - kMore.size()) end = i;
    bytes += WireBytes(text[i]);
  }
  if (bytes <= limit) return text;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end).append(kMore);
}

// google.rpc.Status {code 1, message 2, details 3 (Any)} and google.rpc.ErrorInfo {reason 1,
// domain 2, metadata 3 (map)}, written by hand: nothing else of google.rpc is needed.

void WriteText(google::protobuf::io::CodedOutputStream* out, int field, const std::string& text) {
  out->WriteTag(static_cast<std::uint32_t>(field << 3 | 2));
  out->WriteVarint32(static_cast<std::uint32_t>(text.size()));
  out->WriteString(text);
}

template <typename Write>
std::string Message(Write write) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    write(&out);
  }
  return bytes;
}

std::string RpcStatus(grpc::StatusCode code, const std::string& text, const std::string& reason,
                      const std::map<std::string, std::string>& metadata) {
  const std::string info = Message([&](auto* out) {
    WriteText(out, 1, reason);
    WriteText(out, 2, "org.apache.spark");
    for (const auto& [key, value] : metadata) {
      WriteText(out, 3, Message([&key = key, &value = value](auto* entry) {
                  WriteText(entry, 1, key);
                  WriteText(entry, 2, value);
                }));
    }
  });
  google::protobuf::Any any;
  any.set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  any.set_value(info);
  return Message([&](auto* out) {
    out->WriteTag(1 << 3);
    out->WriteVarint32(static_cast<std::uint32_t>(code));
    WriteText(out, 2, text);
    WriteText(out, 3, any.SerializeAsString());
  });
}

std::string JsonText(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void FillContext(const base::QueryContext& context,
                 pb::FetchErrorDetailsResponse::QueryContext* out) {
  const bool is_sql = context.kind == base::QueryContext::Kind::kSql;
  out->set_context_type(is_sql ? pb::FetchErrorDetailsResponse::QueryContext::SQL
                               : pb::FetchErrorDetailsResponse::QueryContext::DATAFRAME);
  if (is_sql) {
    out->set_object_type(context.object_type);
    out->set_object_name(ValidText(context.object_name));
    out->set_start_index(context.start_index);
    out->set_stop_index(context.stop_index);
  } else {
    out->set_call_site(ValidText(context.call_site));
  }
  out->set_fragment(ValidText(context.fragment));
  out->set_summary(ValidText(context.summary));
}

void FillError(const base::Status& status, pb::FetchErrorDetailsResponse::Error* out) {
  for (const std::string& name : JavaClassesOf(status)) out->add_error_type_hierarchy(name);
  out->set_message(ValidText(base::SparkMessage(status)));
  const base::SparkError& error = status.spark_error();
  if (error.condition.empty()) return;
  auto* throwable = out->mutable_spark_throwable();
  throwable->set_error_class(error.condition);
  if (!error.sql_state.empty()) throwable->set_sql_state(error.sql_state);
  for (const auto& [name, value] : error.parameters) {
    (*throwable->mutable_message_parameters())[name] = ValidText(value);
  }
  const base::QueryContext* context = status.query_context();
  if (context == nullptr || context->kind == base::QueryContext::Kind::kNone) return;
  FillContext(*context, throwable->add_query_contexts());
}

}  // namespace

std::string ValidText(const std::string& text) {
  return nlohmann::json::parse(JsonText(nlohmann::json(text))).get<std::string>();
}

Failure::Failure(const StreamingQueryException& exception)
    : status(base::Status::Internal(exception.what())
                 .WithSparkError({exception.className(), exception.getCondition(),
                                  exception.getSqlState(), exception.getMessageParameters()})),
      cause(base::Status::Internal(exception.cause())
                .WithSparkError({"", exception.causeInfo().condition,
                                 exception.causeInfo().sqlState,
                                 exception.causeInfo().messageParameters})) {}

grpc::Status ToGrpc(const Failure& failure, std::string_view error_id) {
  const base::Status& status = failure.status;
  const std::vector<std::string> classes = JavaClassesOf(status);
  const base::SparkError& error = status.spark_error();
  std::map<std::string, std::string> metadata = {{"classes", JsonText(classes)}};
  if (!error_id.empty()) metadata["errorId"] = error_id;
  if (!error.condition.empty()) metadata["errorClass"] = error.condition;
  if (!error.sql_state.empty()) metadata["sqlState"] = error.sql_state;
  if (!error.condition.empty()) {
    std::string parameters = JsonText(nlohmann::json(error.parameters));
    if (parameters.size() <= kMaxParameters) metadata["messageParameters"] = std::move(parameters);
  }
  const std::string text = Shortened(ValidText(base::SparkMessage(status)), kMaxMessage);
  const auto code =
      IsTooManySessions(status) ? grpc::StatusCode::UNAVAILABLE : grpc::StatusCode::INTERNAL;
  return {code, text, RpcStatus(code, text, classes.front(), metadata)};
}

grpc::Status ErrorLog::Report(const Failure& failure) {
  const std::string id = base::Uuid::Random(base::Random::System()).ToString();
  {
    std::lock_guard lock(mutex_);
    failures_.emplace_back(id, failure);
    if (failures_.size() > kKept) failures_.pop_front();
  }
  return ToGrpc(failure, id);
}

void ErrorLog::Fetch(const std::string& error_id, pb::FetchErrorDetailsResponse* out) {
  Failure failure;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, kept] : failures_) {
      if (id == error_id) failure = kept;
    }
  }
  if (failure.ok()) return;
  out->set_root_error_idx(0);
  FillError(failure.status, out->add_errors());
  if (failure.cause.ok()) return;
  out->mutable_errors(0)->set_cause_idx(1);
  FillError(failure.cause, out->add_errors());
}

}  // namespace millrace::connect
