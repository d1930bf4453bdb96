#include "base/status.h"

namespace millrace::base {

std::string_view StatusCodeName(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return "Ok";
    case StatusCode::kInvalidArgument:
      return "InvalidArgument";
    case StatusCode::kUnsupported:
      return "Unsupported";
    case StatusCode::kNotFound:
      return "NotFound";
    case StatusCode::kUnavailable:
      return "Unavailable";
    case StatusCode::kConflict:
      return "Conflict";
    case StatusCode::kDataLoss:
      return "DataLoss";
    case StatusCode::kCorrupt:
      return "Corrupt";
    case StatusCode::kCancelled:
      return "Cancelled";
    case StatusCode::kInternal:
      return "Internal";
  }
  return "Internal";
}

Status::Status(StatusCode code, std::string message) {
  if (code == StatusCode::kOk) return;
  failure_ = std::make_shared<const Failure>(Failure{code, std::move(message), {}, nullptr});
}

Status Status::InvalidArgument(std::string message) {
  return {StatusCode::kInvalidArgument, std::move(message)};
}
Status Status::Unsupported(std::string message) {
  return {StatusCode::kUnsupported, std::move(message)};
}
Status Status::NotFound(std::string message) { return {StatusCode::kNotFound, std::move(message)}; }
Status Status::Unavailable(std::string message) {
  return {StatusCode::kUnavailable, std::move(message)};
}
Status Status::Conflict(std::string message) { return {StatusCode::kConflict, std::move(message)}; }
Status Status::DataLoss(std::string message) { return {StatusCode::kDataLoss, std::move(message)}; }
Status Status::Corrupt(std::string message) { return {StatusCode::kCorrupt, std::move(message)}; }
Status Status::Cancelled(std::string message) {
  return {StatusCode::kCancelled, std::move(message)};
}
Status Status::Internal(std::string message) { return {StatusCode::kInternal, std::move(message)}; }

StatusCode Status::code() const { return ok() ? StatusCode::kOk : failure_->code; }

const std::string& Status::message() const {
  static const std::string kEmpty;
  return ok() ? kEmpty : failure_->message;
}

const SparkError& Status::spark_error() const {
  static const SparkError kNone;
  return ok() ? kNone : failure_->spark_error;
}

const QueryContext* Status::query_context() const {
  return ok() ? nullptr : failure_->query_context.get();
}

Status Status::WithSparkError(SparkError error) const {
  if (ok()) return *this;
  Status copy;
  copy.failure_ = std::make_shared<const Failure>(
      Failure{failure_->code, failure_->message, std::move(error), failure_->query_context});
  return copy;
}

Status Status::WithQueryContext(QueryContext context) const {
  if (ok()) return *this;
  Status copy;
  copy.failure_ = std::make_shared<const Failure>(
      Failure{failure_->code, failure_->message, failure_->spark_error,
              std::make_shared<const QueryContext>(std::move(context))});
  return copy;
}

Status Status::WithContext(std::string_view context) const {
  if (ok()) return *this;
  Status copy;
  copy.failure_ = std::make_shared<const Failure>(
      Failure{failure_->code, std::string(context) + ": " + failure_->message,
              failure_->spark_error, failure_->query_context});
  return copy;
}

std::string Status::ToString() const {
  if (ok()) return "Ok";
  return std::string(StatusCodeName(code())) + ": " + message();
}

}  // namespace millrace::base
