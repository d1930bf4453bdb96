#include <string_view>

#include <arrow/array.h>
#include <fmt/format.h>

#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/value_order.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

using Test = bool (*)(int);

Test TestOf(std::string_view op) {
  if (op == "=" || op == "<=>") return [](int order) { return order == 0; };
  if (op == "!=") return [](int order) { return order != 0; };
  if (op == "<") return [](int order) { return order < 0; };
  if (op == "<=") return [](int order) { return order <= 0; };
  if (op == ">") return [](int order) { return order > 0; };
  return [](int order) { return order >= 0; };
}

// Equality of texts with one constant text: what most filters are.
Kernel TextEquality(bool wanted) {
  return [wanted](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                  ColumnBuilder* out) {
    const auto& a = static_cast<const arrow::BinaryArray&>(*args[0].array);
    const auto& b = static_cast<const arrow::BinaryArray&>(*args[1].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      std::int64_t j = args[1].at(row);
      if (a.IsNull(i) || b.IsNull(j)) {
        out->AppendNull();
      } else {
        out->AppendBool((a.GetView(i) == b.GetView(j)) == wanted);
      }
    }
    return base::Status::Ok();
  };
}

Kernel Comparison(Order order, Test test) {
  return [order = std::move(order), test](const std::vector<Operand>& args, std::int64_t rows,
                                          std::int64_t, ColumnBuilder* out) {
    const arrow::Array& a = *args[0].array;
    const arrow::Array& b = *args[1].array;
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      std::int64_t j = args[1].at(row);
      if (a.IsNull(i) || b.IsNull(j)) {
        out->AppendNull();
      } else {
        out->AppendBool(test(order(a, i, b, j)));
      }
    }
    return base::Status::Ok();
  };
}

Kernel NullSafeEquality(Order order) {
  return [order = std::move(order)](const std::vector<Operand>& args, std::int64_t rows,
                                    std::int64_t, ColumnBuilder* out) {
    for (std::int64_t row = 0; row < rows; ++row) {
      out->AppendBool(CompareNullable(order, *args[0].array, args[0].at(row), *args[1].array,
                                    args[1].at(row)) == 0);
    }
    return base::Status::Ok();
  };
}

// Three-valued AND and OR: `decisive` on either side decides.
Kernel Logic(bool decisive) {
  return [decisive](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                    ColumnBuilder* out) {
    const auto& a = static_cast<const arrow::BooleanArray&>(*args[0].array);
    const auto& b = static_cast<const arrow::BooleanArray&>(*args[1].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      std::int64_t j = args[1].at(row);
      bool a_null = a.IsNull(i);
      bool b_null = b.IsNull(j);
      if ((!a_null && a.Value(i) == decisive) || (!b_null && b.Value(j) == decisive)) {
        out->AppendBool(decisive);
      } else if (a_null || b_null) {
        out->AppendNull();
      } else {
        out->AppendBool(!decisive);
      }
    }
    return base::Status::Ok();
  };
}

Kernel Not() {
  return [](const std::vector<Operand>& args, std::int64_t rows, std::int64_t, ColumnBuilder* out) {
    const auto& a = static_cast<const arrow::BooleanArray&>(*args[0].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      a.IsNull(i) ? out->AppendNull() : out->AppendBool(!a.Value(i));
    }
    return base::Status::Ok();
  };
}

Kernel IsNull(bool wanted) {
  return [wanted](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                  ColumnBuilder* out) {
    for (std::int64_t row = 0; row < rows; ++row) {
      out->AppendBool(args[0].array->IsNull(args[0].at(row)) == wanted);
    }
    return base::Status::Ok();
  };
}

}  // namespace

base::Result<Kernel> MakeComparison(const FunctionContext& context) {
  std::string_view name = context.function;
  if (name == "and" || name == "or") return Logic(name == "or");
  if (name == "not") return Not();
  if (name == "isnull" || name == "isnotnull") return IsNull(name == "isnull");
  const DataType& type = context.arg_type(0);
  Order order = OrderOf(type);
  if (order == nullptr) {
    return base::Status::Unsupported(fmt::format("{}: comparing values of type {} is not supported",
                                                 context.expression.text, type.sql()));
  }
  if (name == "<=>") return NullSafeEquality(std::move(order));
  if ((type.is(Kind::kString) || type.is(Kind::kBinary)) && (name == "=" || name == "!=")) {
    return TextEquality(name == "=");
  }
  return Comparison(std::move(order), TestOf(name));
}

}  // namespace millrace::processor::duckdb
