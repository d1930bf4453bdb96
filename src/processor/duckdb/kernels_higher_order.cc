#include <arrow/api.h>

#include "data/arrow_schema.h"
#include "processor/duckdb/evaluator.h"

namespace millrace::processor::duckdb {
namespace {

/// The place of each element in its row, from 0.
base::Result<std::shared_ptr<arrow::Array>> Positions(const arrow::Array& parents) {
  const auto& rows = static_cast<const arrow::Int64Array&>(parents);
  MILLRACE_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::Make(IntegerType()));
  builder->Reserve(rows.length());
  std::int64_t first = 0;
  for (std::int64_t i = 0; i < rows.length(); ++i) {
    if (i > 0 && rows.Value(i) != rows.Value(i - 1)) first = i;
    builder->AppendInt(i - first);
  }
  return builder->Finish();
}

/// `values` cut into rows as `lists` is.
base::Result<std::shared_ptr<arrow::Array>> CutLike(const Operand& lists, std::int64_t rows,
                                                    const std::shared_ptr<arrow::Array>& values,
                                                    const std::shared_ptr<arrow::DataType>& type) {
  const auto& array = static_cast<const arrow::ListArray&>(*lists.array);
  arrow::TypedBufferBuilder<std::int32_t> offsets;
  arrow::TypedBufferBuilder<bool> valid;
  std::int32_t end = 0;
  auto append = [&](std::int64_t row) {
    const std::int64_t place = lists.at(row);
    const bool is_null = array.IsNull(place);
    if (!is_null) end += static_cast<std::int32_t>(array.value_length(place));
    ARROW_RETURN_NOT_OK(offsets.Append(end));
    return valid.Append(!is_null);
  };
  auto status = offsets.Append(0);
  for (std::int64_t row = 0; status.ok() && row < rows; ++row) status = append(row);
  if (!status.ok()) return data::FromArrow(status);
  const std::int64_t nulls = valid.false_count();
  auto bits = valid.Finish();
  auto ends = offsets.Finish();
  if (!bits.ok()) return data::FromArrow(bits.status());
  if (!ends.ok()) return data::FromArrow(ends.status());
  return arrow::MakeArray(arrow::ArrayData::Make(type, rows, {nulls == 0 ? nullptr : *bits, *ends},
                                                 {values->data()}, nulls));
}

/// transform(array, x -> ...) and transform(array, (x, i) -> ...).
base::Result<ArrayKernel> Transform(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(auto type, data::ToArrowType(context.type()));
  auto lambda = context.lambdas[1];
  if (lambda == nullptr) return base::Status::Internal("transform without a lambda");
  return ArrayKernel([type, lambda](const std::vector<Operand>& args, std::int64_t rows,
                                    std::int64_t) -> base::Result<std::shared_ptr<arrow::Array>> {
    auto parents = ParentRows(args[0], rows);
    std::vector<Operand> variables = {{FlatElements(args[0], rows), false}};
    if (lambda->variable_count() == 2) {
      MILLRACE_ASSIGN_OR_RETURN(auto positions, Positions(*parents));
      variables.push_back({std::move(positions), false});
    }
    MILLRACE_ASSIGN_OR_RETURN(auto values, lambda->Evaluate(variables, parents));
    return CutLike(args[0], rows, values, type);
  });
}

}  // namespace

std::vector<KernelSpec> HigherOrderKernels() {
  return {
      {"transform", false, nullptr, Transform},
  };
}

}  // namespace millrace::processor::duckdb
