#include "processor/duckdb/kernels.h"

#include <fmt/format.h>

namespace millrace::processor::duckdb {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::optional<std::string> FromHex(std::string_view text) {
  std::string out;
  std::size_t i = 0;
  if (text.size() % 2 == 1) {
    const int digit = HexDigit(text[i++]);
    if (digit < 0) return std::nullopt;
    out += static_cast<char>(digit);
  }
  for (; i < text.size(); i += 2) {
    const int high = HexDigit(text[i]);
    const int low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}


base::Status NoSuchKernel(const FunctionContext& context) {
  std::string types;
  for (const plan::BoundExpressionPtr& arg : context.args) {
    if (!types.empty()) types += ", ";
    types += arg->type.sql();
  }
  return base::Status::Unsupported(fmt::format("{}: function {} is not supported for ({})",
                                               context.expression.text, context.function, types));
}

std::optional<std::string> ConstantBytes(const FunctionContext& context, std::size_t index) {
  const auto* constant = std::get_if<plan::Constant>(&context.args[index]->node);
  if (constant == nullptr || !constant->value.is_bytes()) return std::nullopt;
  return constant->value.bytes();
}

}  // namespace millrace::processor::duckdb
