#include <arrow/api.h>

#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/from_json.h"

namespace millrace::processor::duckdb {
namespace {

/// from_json(text), wherever it was not taken out of the expression for speed (json_extraction.h).
base::Result<ArrayKernel> MakeFromJson(const FunctionContext& context) {
  const auto& call = std::get<plan::Call>(context.expression.node);
  MILLRACE_ASSIGN_OR_RETURN(auto json, FromJson::Make(context.type(), call.options, context.zone));
  MILLRACE_ASSIGN_OR_RETURN(std::shared_ptr<FromJsonRunner> runner,
                            FromJsonRunner::New(std::move(json)));
  return ArrayKernel([runner](const std::vector<Operand>& args, std::int64_t rows,
                              std::int64_t timestamp_us)
                         -> base::Result<std::shared_ptr<arrow::Array>> {
    auto texts = args[0].constant ? Repeat(args[0].array, rows) : args[0].array->Slice(0, rows);
    MILLRACE_ASSIGN_OR_RETURN(auto made, runner->Run(*texts, timestamp_us));
    return made[0];
  });
}

}  // namespace

std::vector<KernelSpec> FromJsonKernels() {
  return {
      {"from_json", true, nullptr, MakeFromJson},
  };
}

}  // namespace millrace::processor::duckdb
