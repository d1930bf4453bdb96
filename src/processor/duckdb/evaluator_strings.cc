#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <arrow/array.h>
#include <fmt/format.h>

#include "data/arrow_schema.h"
#include "data/letter_case.h"
#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/utf8_text.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

/// `compute(text)` of each text that is not null.
template <typename Compute>
Kernel OneText(Compute compute) {
  return [compute](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                   ColumnBuilder* out) {
    const auto& texts = static_cast<const arrow::BinaryArray&>(*args[0].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      if (texts.IsNull(i)) {
        out->AppendNull();
      } else {
        compute(texts.GetView(i), out);
      }
    }
    return base::Status::Ok();
  };
}

bool AnyNull(const std::vector<Operand>& args, std::int64_t row) {
  return std::any_of(args.begin(), args.end(),
                     [row](const Operand& arg) { return arg.array->IsNull(arg.at(row)); });
}

Kernel SubstringKernel(bool characters) {
  return [characters](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                      ColumnBuilder* out) {
    const auto& texts = static_cast<const arrow::BinaryArray&>(*args[0].array);
    const auto& positions = static_cast<const arrow::Int32Array&>(*args[1].array);
    for (std::int64_t row = 0; row < rows; ++row) {
      if (AnyNull(args, row)) {
        out->AppendNull();
        continue;
      }
      std::int64_t length = INT32_MAX;
      if (args.size() > 2) {
        length = static_cast<const arrow::Int32Array&>(*args[2].array).Value(args[2].at(row));
      }
      out->AppendBytes(Substring(texts.GetView(args[0].at(row)), positions.Value(args[1].at(row)),
                                 length, characters));
    }
    return base::Status::Ok();
  };
}

Kernel ConcatKernel() {
  return [](const std::vector<Operand>& args, std::int64_t rows, std::int64_t, ColumnBuilder* out) {
    std::string joined;
    for (std::int64_t row = 0; row < rows; ++row) {
      if (AnyNull(args, row)) {
        out->AppendNull();
        continue;
      }
      joined.clear();
      for (const Operand& arg : args) {
        joined += static_cast<const arrow::BinaryArray&>(*arg.array).GetView(arg.at(row));
      }
      out->AppendBytes(joined);
    }
    return base::Status::Ok();
  };
}

}  // namespace

base::Result<Kernel> MakeStringFunction(const FunctionContext& context) {
  std::string_view name = context.function;
  bool flat = std::all_of(context.args.begin(), context.args.end(), [](const auto& arg) {
    return arg->type.is(Kind::kString) || arg->type.is(Kind::kBinary) ||
           arg->type.is(Kind::kInteger);
  });
  if (!flat) {
    return base::Status::Unsupported(fmt::format("{}: function {} is not supported for {}",
                                                 context.expression.text, name,
                                                 context.arg_type(0).sql()));
  }
  bool characters = !context.args.empty() && context.arg_type(0).is(Kind::kString);
  if (name == "upper") {
    return OneText(
        [](std::string_view text, ColumnBuilder* out) { out->AppendBytes(data::ToUpper(text)); });
  }
  if (name == "lower") {
    return OneText(
        [](std::string_view text, ColumnBuilder* out) { out->AppendBytes(data::ToLower(text)); });
  }
  if (name == "length") {
    return OneText([characters](std::string_view text, ColumnBuilder* out) {
      out->AppendInt(characters ? CountCharacters(text) : static_cast<std::int64_t>(text.size()));
    });
  }
  if (name == "substring") return SubstringKernel(characters);
  return ConcatKernel();
}

}  // namespace millrace::processor::duckdb
