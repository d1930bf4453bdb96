#include <algorithm>
#include <cstdint>
#include <string>

#include "processor/duckdb/kernels.h"
#include "processor/duckdb/kernels_scalar.h"
#include "processor/duckdb/value_errors.h"

namespace millrace::processor::duckdb {
namespace {

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  return 99;
}

std::string Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

std::string DigitsOf(std::uint64_t value, unsigned base) {
  std::string digits;
  do {
    digits += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value % base];
    value /= base;
  } while (value != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

/// Of an unsigned number of 64 bits: digits up to the first that is none. A negative base to: the
/// result is signed.
template <bool legacy>
base::Result<std::optional<std::string>> Convert(std::string_view given, std::int32_t from,
                                                 std::int32_t to) {
  const std::int64_t base_to = to < 0 ? -std::int64_t{to} : to;
  std::optional<std::string> none;
  const std::string text = Trimmed(given);
  if (from < 2 || from > 36 || base_to < 2 || base_to > 36 || text.empty()) return none;
  bool negative = text[0] == '-';
  std::uint64_t value = 0;
  for (std::size_t i = negative ? 1 : 0; i < text.size() && DigitOf(text[i]) < from; ++i) {
    if (__builtin_mul_overflow(value, static_cast<std::uint64_t>(from), &value) ||
        __builtin_add_overflow(value, static_cast<std::uint64_t>(DigitOf(text[i])), &value)) {
      if (!legacy) return ArithmeticOverflow("Overflow in function conv()", "");
      value = ~std::uint64_t{0};
      break;
    }
  }
  const bool high = static_cast<std::int64_t>(value) < 0;
  if (negative && to > 0) value = high ? ~std::uint64_t{0} : -value;
  if (to < 0 && static_cast<std::int64_t>(value) < 0) {
    value = -value;
    negative = true;
  }
  const std::string digits = DigitsOf(value, static_cast<unsigned>(base_to));
  return std::optional<std::string>(negative && to < 0 ? "-" + digits : digits);
}

base::Result<Kernel> Conv(const FunctionContext& context) {
  using Text = std::string_view;
  if (context.is_legacy()) return ForRows<Text, std::int32_t, std::int32_t>(Convert<true>);
  return ForRows<Text, std::int32_t, std::int32_t>(Convert<false>);
}

}  // namespace

std::vector<KernelSpec> ConvKernels() { return {{"conv", true, Conv}}; }

}  // namespace millrace::processor::duckdb
