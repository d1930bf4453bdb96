#include "sinks/foreach/user_function_error.h"

#include <fmt/format.h>

namespace millrace::sinks::foreach {

base::Status UserFunctionError(const base::Status& failure, const std::string& condition) {
  if (failure.ok() || failure.code() == base::StatusCode::kCancelled) return failure;
  const bool batch = condition == "FOREACH_BATCH_USER_FUNCTION_ERROR";
  if (!batch && failure.spark_error().exception_class == "PythonException") return failure;
  const std::string text = fmt::format(
      "[{}] An error occurred in the user provided function in {} sink. Reason: {} SQLSTATE: 39000",
      condition, batch ? "foreach batch" : "foreach", failure.message());
  return base::Status(failure.code(), text)
      .WithSparkError({batch ? "ForeachBatchUserFuncException" : "ForeachUserFuncException",
                       condition,
                       "39000",
                       {{"reason", failure.message()}}});
}

base::Status CheckNoOptions(const connector::SinkContext& context, const std::string& sink) {
  context.options.MarkHonoured("queryName");
  context.options.MarkHonoured("checkpointLocation");
  return context.options.CheckAllHonoured(sink, {"checkpointLocation", "queryName"});
}

}  // namespace millrace::sinks::foreach
