#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "plan/resolved.h"
#include "processor/duckdb/column_builder.h"
#include "processor/duckdb/time_zone.h"

namespace millrace::processor::duckdb {

/// What an expression is evaluated over. `columns` are those that its ColumnRefs count.
struct EvalInput {
  const std::vector<std::shared_ptr<arrow::Array>>& columns;
  std::int64_t rows;
  std::int64_t timestamp_us;
};

/// A column, or one value that stands for all rows.
struct Operand {
  std::shared_ptr<arrow::Array> array;
  bool constant = false;

  std::int64_t at(std::int64_t row) const { return constant ? 0 : row; }
};

/// What is known when a function is made ready.
struct FunctionContext {
  const plan::BoundExpression& expression;
  /// The function's name, or "cast", "getfield".
  std::string_view function;
  std::vector<plan::BoundExpressionPtr> args;
  const TimeZone& zone;

  const DataType& type() const { return expression.type; }
  const DataType& arg_type(std::size_t i) const { return args[i]->type; }
  /// Errors give null instead.
  bool is_try() const;
};

/// Appends `rows` values to `out`; the operands have as many rows, or are constant.
using Kernel = std::function<base::Status(const std::vector<Operand>& args, std::int64_t rows,
                                          std::int64_t timestamp_us, ColumnBuilder* out)>;

/// An expression of functions that need all their arguments, evaluated over Arrow columns with
/// Spark's meaning. AND, OR, CASE, COALESCE and IN are not among them where a part of them can
/// fail: these must not evaluate everything. One thread.
class Evaluator {
 public:
  /// Unsupported, naming the function or cast, for what is not here.
  static base::Result<std::unique_ptr<Evaluator>> Make(const plan::BoundExpressionPtr& expression,
                                                       const TimeZone& zone);
  /// Whether `expression` itself, its parts apart, is one of these functions.
  static bool Handles(const plan::BoundExpression& expression);

  virtual ~Evaluator() = default;
  /// Errors of values as Spark's.
  virtual base::Result<Operand> Evaluate(const EvalInput& input) = 0;
  /// The same as a column of input.rows values.
  base::Result<std::shared_ptr<arrow::Array>> EvaluateColumn(const EvalInput& input);
};

/// Whether evaluating can fail on values.
bool CanFail(const plan::BoundExpression& expression);

/// Makes the kernel of one call, or Unsupported. One for each group of functions.
base::Result<Kernel> MakeKernel(const FunctionContext& context);
base::Result<Kernel> MakeComparison(const FunctionContext& context);
base::Result<Kernel> MakeArithmetic(const FunctionContext& context);
base::Result<Kernel> MakeCast(const FunctionContext& context);
base::Result<Kernel> MakeStringFunction(const FunctionContext& context);
base::Result<Kernel> MakeTimeFunction(const FunctionContext& context);
base::Result<Kernel> MakeToJson(const FunctionContext& context);

/// The first `rows` values of `array` repeated over and over.
std::shared_ptr<arrow::Array> Repeat(const std::shared_ptr<arrow::Array>& array, std::int64_t rows);

}  // namespace millrace::processor::duckdb
