#include "session/exceptions.h"

#include <fmt/format.h>

#include "base/spark_message.h"

namespace millrace::session {
namespace {

ErrorInfo InfoOf(const base::Status& status) {
  const base::SparkError& error = status.spark_error();
  return {error.condition, error.sql_state, error.parameters};
}

}  // namespace

void Throw(const base::Status& status) {
  const std::string& name = status.spark_error().exception_class;
  const std::string message = base::SparkMessage(status);
  ErrorInfo info = InfoOf(status);
  if (name == "ParseException") throw ParseException(message, std::move(info));
  if (name == "IllegalArgumentException" || name == "SparkIllegalArgumentException") {
    throw IllegalArgumentException(message, std::move(info));
  }
  if (name == "UnsupportedOperationException") {
    throw UnsupportedOperationException(message, std::move(info));
  }
  if (name.ends_with("AnalysisException")) throw AnalysisException(message, std::move(info), name);
  if (!name.empty()) throw SparkException(message, std::move(info), name);
  switch (status.code()) {
    case base::StatusCode::kInvalidArgument:
      throw IllegalArgumentException(message, std::move(info));
    case base::StatusCode::kUnsupported:
      throw UnsupportedOperationException(message, std::move(info));
    default:
      throw SparkException(message, std::move(info));
  }
}

StreamingQueryException MakeQueryException(
    const stream::QueryIdentity& query, const base::Status& failure,
    const std::vector<std::pair<std::string, std::string>>& committed_offsets) {
  std::string message = fmt::format(
      "[STREAM_FAILED] Query [id = {}, runId = {}] terminated with exception: {} SQLSTATE: XXKST",
      query.id, query.run_id, failure.message());
  message += "\n=== Streaming Query ===\nIdentifier: ";
  if (query.name) message += *query.name + " ";
  message +=
      fmt::format("[id = {}, runId = {}]\nCurrent Committed Offsets: {{", query.id, query.run_id);
  const char* separator = "";
  for (const auto& [source, offset] : committed_offsets) {
    message += fmt::format("{}{}: {}", separator, source, offset);
    separator = ", ";
  }
  message += "}";
  ErrorInfo info{"STREAM_FAILED",
                 "XXKST",
                 {{"id", query.id}, {"runId", query.run_id}, {"message", failure.message()}}};
  return StreamingQueryException(message, std::move(info), query.id, query.run_id,
                                 failure.message(), InfoOf(failure));
}

}  // namespace millrace::session
