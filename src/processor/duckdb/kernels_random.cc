// Functions of chance: the same values as Spark's for the same seed and rows in the same order.

#include <algorithm>
#include <memory>
#include <optional>

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <fmt/format.h>

#include "base/random.h"
#include "data/arrow_schema.h"
#include "processor/duckdb/kernels.h"
#include "processor/duckdb/random_functions.h"
#include "processor/duckdb/spark_error.h"
#include "processor/duckdb/spark_random.h"

namespace millrace::processor::duckdb {
namespace {

/// One generator, made when the first rows come: argument `index` is its seed, which is the same
/// for all rows; without such an argument the seed is a random one.
template <typename Generator>
class Seeded {
 public:
  Seeded(const FunctionContext& context, std::size_t index)
      : index_(index), has_seed_(context.args.size() > index) {}

  Generator* For(const std::vector<Operand>& args) {
    if (generator_ == nullptr) {
      std::int64_t seed = 0;
      if (has_seed_) {
        seed = static_cast<const arrow::Int64Array&>(*args[index_].array).Value(0);
      } else {
        seed = static_cast<std::int64_t>(base::Random::System()->Next());
      }
      generator_ = std::make_shared<Generator>(seed);
    }
    return generator_.get();
  }

 private:
  std::size_t index_;
  bool has_seed_;
  std::shared_ptr<Generator> generator_;
};

base::Result<Kernel> Rand(const FunctionContext& context) {
  auto random = std::make_shared<Seeded<XorShiftRandom>>(context, 0);
  return Kernel([random](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                         ColumnBuilder* out) {
    XorShiftRandom* generator = random->For(args);
    for (std::int64_t row = 0; row < rows; ++row) out->AppendDouble(generator->NextDouble());
    return base::Status::Ok();
  });
}

base::Result<Kernel> Randn(const FunctionContext& context) {
  auto random = std::make_shared<Seeded<XorShiftRandom>>(context, 0);
  return Kernel([random](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                         ColumnBuilder* out) {
    XorShiftRandom* generator = random->For(args);
    for (std::int64_t row = 0; row < rows; ++row) out->AppendDouble(generator->NextGaussian());
    return base::Status::Ok();
  });
}

base::Result<Kernel> Uuid(const FunctionContext& context) {
  auto random = std::make_shared<Seeded<MersenneTwister>>(context, 0);
  return Kernel([random](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                         ColumnBuilder* out) {
    MersenneTwister* generator = random->For(args);
    for (std::int64_t row = 0; row < rows; ++row) out->AppendBytes(NextUuid(generator));
    return base::Status::Ok();
  });
}

base::Status NegativeLength(std::int32_t length) {
  return SparkFailure("SparkRuntimeException", "INVALID_PARAMETER_VALUE.LENGTH", "22023",
                      {{"parameter", "`length`"},
                       {"functionName", "`randstr`"},
                       {"length", std::to_string(length)}},
                      fmt::format("The value of parameter(s) `length` in `randstr` is invalid: "
                                  "Expects `length` greater than or equal to 0, but got {}.",
                                  length));
}

base::Result<Kernel> Randstr(const FunctionContext& context) {
  auto random = std::make_shared<Seeded<XorShiftRandom>>(context, 1);
  return Kernel([random](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                         ColumnBuilder* out) {
    XorShiftRandom* generator = random->For(args);
    const auto& lengths = static_cast<const arrow::Int32Array&>(*args[0].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      const bool is_null = lengths.IsNull(args[0].at(row));
      const std::int32_t length = is_null ? 0 : lengths.Value(args[0].at(row));
      if (length < 0) return NegativeLength(length);
      out->AppendBytes(NextText(generator, length));
    }
    return base::Status::Ok();
  });
}

base::Result<std::shared_ptr<arrow::Array>> Shuffled(const arrow::ListArray& lists,
                                                     const Operand& operand, std::int64_t rows,
                                                     MersenneTwister* generator) {
  arrow::Int64Builder places;
  arrow::Int32Builder offsets;
  arrow::TypedBufferBuilder<bool> valid;
  std::int32_t end = 0;
  arrow::Status status = offsets.Append(0);
  for (std::int64_t row = 0; row < rows && status.ok(); ++row) {
    const std::int64_t at = operand.at(row);
    const bool is_null = lists.IsNull(at);
    status &= valid.Append(!is_null);
    if (!is_null) {
      const std::int32_t length = lists.value_length(at);
      for (const std::int32_t place : NextOrder(generator, length)) {
        status &= places.Append(lists.value_offset(at) + place);
      }
      end += length;
    }
    status &= offsets.Append(end);
  }
  std::shared_ptr<arrow::Array> taken;
  std::shared_ptr<arrow::Array> ends;
  std::shared_ptr<arrow::Buffer> validity;
  status &= places.Finish(&taken);
  status &= offsets.Finish(&ends);
  const std::int64_t nulls = valid.false_count();
  status &= valid.Finish(&validity);
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(status));
  auto values = arrow::compute::Take(*lists.values(), *taken);
  if (!values.ok()) return data::FromArrow(values.status());
  return arrow::MakeArray(arrow::ArrayData::Make(
      lists.type(), rows, {nulls > 0 ? validity : nullptr, ends->data()->buffers[1]},
      {(*values)->data()}, nulls));
}

base::Result<ArrayKernel> Shuffle(const FunctionContext& context) {
  auto random = std::make_shared<Seeded<MersenneTwister>>(context, 1);
  return ArrayKernel([random](const std::vector<Operand>& args, std::int64_t rows, std::int64_t) {
    return Shuffled(static_cast<const arrow::ListArray&>(*args[0].array), args[0], rows,
                    random->For(args));
  });
}

/// The number of the row among those that come here.
base::Result<Kernel> RowNumber(const FunctionContext&) {
  auto next = std::make_shared<std::int64_t>(0);
  return Kernel([next](const std::vector<Operand>&, std::int64_t rows, std::int64_t,
                       ColumnBuilder* out) {
    for (std::int64_t row = 0; row < rows; ++row) out->AppendInt((*next)++);
    return base::Status::Ok();
  });
}

base::Result<Kernel> PartitionId(const FunctionContext&) {
  return Kernel([](const std::vector<Operand>&, std::int64_t rows, std::int64_t,
                   ColumnBuilder* out) {
    for (std::int64_t row = 0; row < rows; ++row) out->AppendInt(0);
    return base::Status::Ok();
  });
}

KernelSpec Random(std::string_view name, base::Result<Kernel> (*make)(const FunctionContext&)) {
  // As if it could fail: then nothing evaluates it for other rows, or in another order.
  return {.name = name, .can_fail = true, .make = make};
}

}  // namespace

bool IsRandomFunction(std::string_view name) {
  return name == "rand" || name == "randn" || name == "randstr" || name == "uuid" ||
         name == "shuffle" || name == "monotonically_increasing_id";
}

bool IsRandom(const plan::BoundExpression& expression) {
  const auto* call = std::get_if<plan::Call>(&expression.node);
  if (call != nullptr && IsRandomFunction(call->function)) return true;
  const auto children = plan::ChildrenOf(expression);
  return std::any_of(children.begin(), children.end(), [](const plan::BoundExpressionPtr& child) {
    return IsRandom(*child);
  });
}

std::vector<KernelSpec> RandomKernels() {
  return {
      Random("rand", Rand),
      Random("randn", Randn),
      Random("randstr", Randstr),
      Random("uuid", Uuid),
      Random("monotonically_increasing_id", RowNumber),
      {.name = "spark_partition_id", .make = PartitionId},
      {.name = "shuffle", .can_fail = true, .make_array = Shuffle},
  };
}

}  // namespace millrace::processor::duckdb
