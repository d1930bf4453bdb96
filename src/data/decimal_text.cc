#include "data/decimal_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <system_error>

namespace millrace::data {
namespace {

constexpr int kMostDigits = 38;
// Java cannot divide by a larger power of ten.
constexpr std::int64_t kMostPowerOfTen = 646'456'993;

// Zeros of the decimal digits outside ASCII that Character.isDigit knows in the first plane.
constexpr std::array<char32_t, 32> kZeros = {
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6,
    0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0,
    0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xABF0, 0xFF10};

/// Reads a text character by character; digits of any script come as '0'..'9'.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool done() const { return at_ >= text_.size(); }
  char Peek() {
    unsigned char c = static_cast<unsigned char>(text_[at_]);
    width_ = 1;
    if (c < 0x80) return static_cast<char>(c);
    char32_t code = 0;
    if (c < 0xE0 && at_ + 1 < text_.size()) {
      code = ((c & 0x1Fu) << 6) | (text_[at_ + 1] & 0x3Fu);
      width_ = 2;
    } else if (c < 0xF0 && at_ + 2 < text_.size()) {
      code = ((c & 0x0Fu) << 12) | ((text_[at_ + 1] & 0x3Fu) << 6) | (text_[at_ + 2] & 0x3Fu);
      width_ = 3;
    }
    for (char32_t zero : kZeros) {
      if (code >= zero && code <= zero + 9) return static_cast<char>('0' + (code - zero));
    }
    return '?';
  }
  void Skip() { at_ += width_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t width_ = 1;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

template <typename Float>
Float Parse(std::string_view number) {
  if (!number.empty() && number[0] == '+') number.remove_prefix(1);
  Float value = 0;
  auto end = std::from_chars(number.data(), number.data() + number.size(), value);
  if (end.ec == std::errc()) return value;
  // Out of range: the exponent of the first digit that counts says on which side.
  bool negative = !number.empty() && number[0] == '-';
  std::optional<BigDecimal> decimal = ParseBigDecimal(number);
  bool large;
  if (decimal) {
    large = static_cast<std::int64_t>(decimal->digits.size()) > decimal->scale;
    if (decimal->digits.empty()) large = false;
  } else {
    // An exponent beyond BigDecimal's.
    std::size_t e = number.find_first_of("eE");
    large = e != std::string_view::npos && number[e + 1] != '-' &&
            number.substr(0, e).find_first_of("123456789") != std::string_view::npos;
  }
  value = large ? std::numeric_limits<Float>::infinity() : Float(0);
  return negative ? -value : value;
}

}  // namespace

std::optional<BigDecimal> ParseBigDecimal(std::string_view text) {
  Reader reader(text);
  BigDecimal out;
  if (reader.done()) return std::nullopt;
  if (char sign = reader.Peek(); sign == '-' || sign == '+') {
    out.negative = sign == '-';
    reader.Skip();
  }
  bool any = false;
  bool point = false;
  while (!reader.done()) {
    char c = reader.Peek();
    if (IsDigit(c)) {
      any = true;
      if (!out.digits.empty() || c != '0') out.digits += c;
      if (point) ++out.scale;
    } else if (c == '.' && !point) {
      point = true;
    } else {
      break;
    }
    reader.Skip();
  }
  if (!any) return std::nullopt;
  if (!reader.done()) {
    if (char e = reader.Peek(); e != 'e' && e != 'E') return std::nullopt;
    reader.Skip();
    bool negative = false;
    if (reader.done()) return std::nullopt;
    if (char sign = reader.Peek(); sign == '-' || sign == '+') {
      negative = sign == '-';
      reader.Skip();
    }
    if (reader.done()) return std::nullopt;
    std::int64_t exponent = 0;
    for (; !reader.done(); reader.Skip()) {
      char c = reader.Peek();
      if (!IsDigit(c)) return std::nullopt;
      exponent = std::min<std::int64_t>(exponent * 10 + (c - '0'), 100'000'000'000);
    }
    if (negative) exponent = -exponent;
    if (exponent > std::numeric_limits<std::int32_t>::max() ||
        exponent < std::numeric_limits<std::int32_t>::min()) {
      return std::nullopt;
    }
    out.scale -= exponent;
  }
  if (out.scale > std::numeric_limits<std::int32_t>::max() ||
      out.scale < std::numeric_limits<std::int32_t>::min()) {
    return std::nullopt;
  }
  return out;
}

std::optional<__int128> ToDecimal(const BigDecimal& value, int precision, int scale) {
  if (value.digits.empty()) return 0;
  std::int64_t shift = scale - value.scale;
  std::int64_t kept =
      static_cast<std::int64_t>(value.digits.size()) + std::min<std::int64_t>(shift, 0);
  if (shift < -kMostPowerOfTen) return std::nullopt;
  if (kept < 0) return 0;
  if (kept + std::max<std::int64_t>(shift, 0) > kMostDigits) return std::nullopt;
  __int128 unscaled = 0;
  for (std::int64_t i = 0; i < kept; ++i) unscaled = unscaled * 10 + (value.digits[i] - '0');
  for (std::int64_t i = 0; i < shift; ++i) unscaled *= 10;
  if (shift < 0 && value.digits[kept] >= '5') ++unscaled;
  __int128 limit = 1;
  for (int i = 0; i < precision; ++i) limit *= 10;
  if (unscaled >= limit) return std::nullopt;
  return value.negative ? -unscaled : unscaled;
}

std::optional<std::int32_t> ParseJavaInt(std::string_view text) {
  Reader reader(text);
  if (reader.done()) return std::nullopt;
  bool negative = reader.Peek() == '-';
  if (negative || reader.Peek() == '+') reader.Skip();
  if (reader.done()) return std::nullopt;
  std::int64_t value = 0;
  for (; !reader.done(); reader.Skip()) {
    char c = reader.Peek();
    if (!IsDigit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
    if (value > std::numeric_limits<std::int32_t>::max() + 1LL) return std::nullopt;
  }
  if (negative) value = -value;
  if (value > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  return static_cast<std::int32_t>(value);
}

double ParseDouble(std::string_view number) { return Parse<double>(number); }
float ParseFloat(std::string_view number) { return Parse<float>(number); }

}  // namespace millrace::data
