#include "connect/refusals.h"

#include <fmt/format.h>

namespace millrace::connect {
namespace {

constexpr std::string_view kTooManySessions =
    "the server has as many sessions as it may have; stop one, or wait until one has been idle "
    "long enough";

}  // namespace

base::Status InvalidPlan(std::string message) {
  return base::Status::InvalidArgument("the plan is not valid: " + std::move(message))
      .WithSparkError({"InvalidPlanInput", "", "", {}});
}

base::Status RefusedPart(std::string_view what, std::string_view advice) {
  return base::Status::Unsupported(fmt::format("Millrace does not support {}; {}", what, advice))
      .WithSparkError({"UnsupportedOperationException", "", "", {}});
}

base::Status InvalidHandle(std::string_view sub_class, std::string_view handle,
                           std::string_view text) {
  return base::Status::InvalidArgument(
             fmt::format("[INVALID_HANDLE.{}] The handle {} is invalid. {} SQLSTATE: HY000",
                         sub_class, handle, text))
      .WithSparkError({"SparkSQLException",
                       fmt::format("INVALID_HANDLE.{}", sub_class),
                       "HY000",
                       {{"handle", std::string(handle)}}});
}

base::Status TooManySessions() { return base::Status::Unavailable(std::string(kTooManySessions)); }

bool IsTooManySessions(const base::Status& status) {
  return status.code() == base::StatusCode::kUnavailable && status.message() == kTooManySessions;
}

}  // namespace millrace::connect
