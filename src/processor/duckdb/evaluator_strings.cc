#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <arrow/array.h>
#include <fmt/format.h>

#include "data/arrow_schema.h"
#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/letter_case.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

// How many bytes Spark takes a character for, by its first one.
std::size_t CharacterBytes(char first) {
  auto c = static_cast<unsigned char>(first);
  if (c < 0xC0) return 1;
  if (c < 0xE0) return c < 0xC2 ? 1 : 2;
  if (c < 0xF0) return 3;
  return c < 0xF5 ? 4 : 1;
}

std::int64_t CountCharacters(std::string_view text) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < text.size(); i += CharacterBytes(text[i])) ++count;
  return count;
}

struct Span {
  std::int64_t begin;
  std::int64_t end;
};

// Of bytes Spark computes the span in 32 bits that wrap.
Span ByteSpan(std::int32_t count, std::int32_t position, std::int32_t length) {
  std::int32_t begin = position > 0 ? position - 1 : position < 0 ? count + position : 0;
  auto left = static_cast<std::int32_t>(static_cast<std::uint32_t>(count) -
                                        static_cast<std::uint32_t>(begin));
  std::int64_t end = left < length ? count : static_cast<std::int64_t>(begin) + length;
  return {std::max(begin, 0), std::clamp<std::int64_t>(end, 0, count)};
}

/// The part of `count` elements that substring takes: places count from 1, or from the end.
Span SubstringSpan(std::int64_t count, std::int64_t position, std::int64_t length) {
  std::int64_t begin = position > 0 ? position - 1 : position < 0 ? count + position : 0;
  std::int64_t end = length < 0 ? begin : begin + length;
  return {std::clamp<std::int64_t>(begin, 0, count), std::clamp<std::int64_t>(end, 0, count)};
}

std::string_view Substring(std::string_view text, std::int64_t position, std::int64_t length,
                           bool characters) {
  Span span =
      characters ? SubstringSpan(CountCharacters(text), position, length)
                 : ByteSpan(static_cast<std::int32_t>(text.size()),
                            static_cast<std::int32_t>(position), static_cast<std::int32_t>(length));
  if (span.begin >= span.end) return {};
  if (!characters) {
    return text.substr(static_cast<std::size_t>(span.begin),
                       static_cast<std::size_t>(span.end - span.begin));
  }
  std::size_t at = 0;
  std::int64_t index = 0;
  for (; index < span.begin; ++index) at += CharacterBytes(text[at]);
  std::size_t first = at;
  for (; index < span.end && at < text.size(); ++index) at += CharacterBytes(text[at]);
  return text.substr(first, std::min(at, text.size()) - first);
}

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
        [](std::string_view text, ColumnBuilder* out) { out->AppendBytes(ToUpper(text)); });
  }
  if (name == "lower") {
    return OneText(
        [](std::string_view text, ColumnBuilder* out) { out->AppendBytes(ToLower(text)); });
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
