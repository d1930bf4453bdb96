// Texts that are perhaps SQL: each gives a plan that can be walked, or an error with a name.

#include "fuzz.h"
#include "plan/unresolved_text.h"
#include "sql/parser.h"

namespace {

using namespace millrace;

void RequireName(const base::Status& status) {
  if (status.ok() || status.code() == base::StatusCode::kUnsupported) return;
  fuzz::Require(status.code() == base::StatusCode::kInvalidArgument, status.ToString());
  // Integer.parseInt's failure in a type has no condition in Spark.
  const bool named = !status.spark_error().condition.empty() ||
                     status.spark_error().exception_class == "NumberFormatException";
  fuzz::Require(named, status.ToString());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::Text(data, size);
  const auto expression = sql::ParseExpression(text);
  RequireName(expression.status());
  if (expression.ok()) static_cast<void>(plan::UnresolvedText(**expression));
  const auto statement = sql::ParseStatement(text);
  RequireName(statement.status());
  if (!statement.ok()) return 0;
  if (const auto* query = std::get_if<plan::RelationPtr>(&*statement)) {
    fuzz::Require(*query != nullptr, "a statement without a plan");
    static_cast<void>(plan::UnresolvedText(**query));
  }
  return 0;
}
