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

class LambdaEvaluator;

/// What is known when a function is made ready.
struct FunctionContext {
  const plan::BoundExpression& expression;
  /// The function's name, or "cast", "getfield".
  std::string_view function;
  std::vector<plan::BoundExpressionPtr> args;
  const TimeZone& zone;
  /// As many as `args`: what evaluates an argument that is a Lambda, else null. Such an argument's
  /// Operand has no array.
  std::vector<std::shared_ptr<LambdaEvaluator>> lambdas = {};

  const DataType& type() const { return expression.type; }
  const DataType& arg_type(std::size_t i) const { return args[i]->type; }
  /// Errors of values give null instead: try_ functions, and all with ANSI off.
  bool is_tolerant() const;
  /// spark.sql.ansi.enabled=false: integers wrap around, casts take what Spark 3's took.
  bool is_legacy() const;
};

/// Appends `rows` values to `out`; the operands have as many rows, or are constant.
using Kernel = std::function<base::Status(const std::vector<Operand>& args, std::int64_t rows,
                                          std::int64_t timestamp_us, ColumnBuilder* out)>;

/// The same for functions that make the column as a whole, such as those that take apart or put
/// together lists. The array has the type that data::ToArrowType gives, and `rows` values.
using ArrayKernel = std::function<base::Result<std::shared_ptr<arrow::Array>>(
    const std::vector<Operand>& args, std::int64_t rows, std::int64_t timestamp_us)>;

/// An expression evaluated over Arrow columns with Spark's meaning. AND, OR, CASE, COALESCE and IN
/// evaluate their parts only for the rows that need them. One thread.
class Evaluator {
 public:
  /// Unsupported, naming the function or cast, for what is not here.
  static base::Result<std::unique_ptr<Evaluator>> Make(const plan::BoundExpressionPtr& expression,
                                                       const TimeZone& zone);
  /// Whether `expression` itself, its parts apart, is to be evaluated here. What DuckDB does better
  /// (CASE, COALESCE, IN, AND and OR of parts that can fail) is not, though Make() takes it.
  static bool Handles(const plan::BoundExpression& expression);

  virtual ~Evaluator() = default;
  /// Errors of values as Spark's.
  virtual base::Result<Operand> Evaluate(const EvalInput& input) = 0;
  /// The same as a column of input.rows values.
  base::Result<std::shared_ptr<arrow::Array>> EvaluateColumn(const EvalInput& input);
};

/// An expression evaluated for some rows of its input. One thread.
class PartEvaluator {
 public:
  static base::Result<std::unique_ptr<PartEvaluator>> Make(
      const plan::BoundExpressionPtr& expression, const TimeZone& zone);
  /// `rows`: int64, none null, the rows of `input` in any order and number; null: all of them.
  base::Result<Operand> Evaluate(const EvalInput& input,
                                 const std::shared_ptr<arrow::Array>& rows);
  bool reads_columns() const { return !columns_.empty(); }

 private:
  std::vector<int> columns_;
  std::unique_ptr<Evaluator> evaluator_;
};

/// The body of a lambda, evaluated for many elements at once. The columns around the lambda (and
/// the variables of lambdas around it) are its own business. One thread.
class LambdaEvaluator {
 public:
  /// Precondition: `lambda` is a plan::Lambda.
  static base::Result<std::shared_ptr<LambdaEvaluator>> Make(const plan::BoundExpression& lambda,
                                                             const TimeZone& zone);

  std::size_t variable_count() const { return variable_count_; }
  /// The type of the body.
  const DataType& type() const { return type_; }
  /// Whether the answer depends on the elements only.
  bool is_closed() const { return outer_columns_.empty(); }

  /// The body's value for each of `parents->length()` elements: `variables` has variable_count()
  /// operands with a value for each element, `parents` (int64, none null) the row of the call's
  /// arguments that each element belongs to. Precondition: called from within the kernel.
  base::Result<std::shared_ptr<arrow::Array>> Evaluate(
      const std::vector<Operand>& variables, const std::shared_ptr<arrow::Array>& parents);

  /// For whoever calls the kernel: what the kernel's arguments were evaluated over.
  void SetInput(const EvalInput* input) { input_ = input; }

 private:
  LambdaEvaluator() = default;

  std::size_t variable_count_ = 0;
  DataType type_;
  std::vector<int> outer_columns_;
  std::unique_ptr<Evaluator> body_;
  const EvalInput* input_ = nullptr;
};

/// For each element of rows 0..rows of a list or map column, in order, the row it is in (int64).
/// Precondition: the column is a ListArray or MapArray; a null row has no elements.
std::shared_ptr<arrow::Array> ParentRows(const Operand& lists, std::int64_t rows);
/// The elements themselves, in the same order; of a map the structs of key and value.
std::shared_ptr<arrow::Array> FlatElements(const Operand& lists, std::int64_t rows);

/// Whether a cast to the type takes every value: from a number to a wider one, or to a floating one.
bool IsWidening(const DataType& from, const DataType& to);

/// Whether evaluating can fail on values.
bool CanFail(const plan::BoundExpression& expression);

/// One function of the registry: what evaluates a Call of this name (lower case, as in plan::Call).
struct KernelSpec {
  std::string_view name;
  /// Whether values can make it fail (ANSI); then CASE, AND and OR must not evaluate it needlessly.
  bool can_fail = false;
  base::Result<Kernel> (*make)(const FunctionContext& context) = nullptr;
  /// Instead of `make`.
  base::Result<ArrayKernel> (*make_array)(const FunctionContext& context) = nullptr;
};

/// Each file of kernels gives its part of the registry (kernel_registry.cc lists them).
std::vector<KernelSpec> AggregateKernels();
std::vector<KernelSpec> FromJsonKernels();
std::vector<KernelSpec> HigherOrderKernels();
std::vector<KernelSpec> JsonKernels();
std::vector<KernelSpec> MathKernels();
std::vector<KernelSpec> OrderKeyKernels();
std::vector<KernelSpec> CsvKernels();
std::vector<KernelSpec> DateKernels();
std::vector<KernelSpec> TimestampKernels();
std::vector<KernelSpec> TimeTextKernels();
std::vector<KernelSpec> IntervalKernels();
std::vector<KernelSpec> ArrayPartKernels();
std::vector<KernelSpec> ArraySetKernels();
std::vector<KernelSpec> ArrayMakerKernels();
std::vector<KernelSpec> MapKernels();
std::vector<KernelSpec> ArraySortKernels();
std::vector<KernelSpec> LambdaKernels();
std::vector<KernelSpec> MapLambdaKernels();
std::vector<KernelSpec> StrToMapKernels();
std::vector<KernelSpec> ScalarKernels();
std::vector<KernelSpec> SampleKernels();

/// The function of this name, or null.
const KernelSpec* FindKernel(std::string_view name);
/// The names of all, sorted.
std::vector<std::string_view> KernelNames();

/// case_when, if, coalesce, in, and, or: what evaluates parts only where they are needed. Null for
/// others.
base::Result<std::unique_ptr<Evaluator>> MakeConditional(
    const plan::BoundExpressionPtr& expression, const TimeZone& zone);

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
