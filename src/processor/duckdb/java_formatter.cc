#include "processor/duckdb/java_formatter.h"

#include <cmath>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "data/java_text.h"
#include "data/letter_case.h"
#include "data/scalar_text.h"
#include "processor/duckdb/decimal_digits.h"
#include "processor/duckdb/kernels.h"
#include "processor/duckdb/spark_error.h"
#include "processor/duckdb/utf8_text.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

/// "%2$-8.3f", read.
struct Specifier {
  int index = 0;  ///< 1-based; 0: the next one; -1: the same again.
  std::string flags;
  int width = -1;
  int precision = -1;
  char conversion = 0;  ///< Lower case.
  bool upper = false;

  bool has(char flag) const { return flags.find(flag) != std::string::npos; }
};

base::Status Throws(std::string_view exception, std::string_view message) {
  return JavaFailure(exception, message);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Reads behind a percent sign.
class SpecifierReader {
 public:
  SpecifierReader(std::string_view format, std::size_t at) : format_(format), at_(at) {}
  std::size_t end() const { return at_; }

  base::Result<Specifier> Read() {
    Specifier specifier;
    const std::size_t start = at_;
    if (const int index = Number(); index >= 0 && Peek() == '$') {
      ++at_;
      specifier.index = index;
    } else {
      at_ = start;
    }
    constexpr std::string_view kFlags = "-#+ 0,(<";
    while (at_ < format_.size() && kFlags.find(Peek()) != std::string_view::npos) {
      const char flag = format_[at_++];
      if (flag == '<') {
        specifier.index = -1;
      } else if (specifier.has(flag)) {
        return Throws("DuplicateFormatFlagsException", std::string(1, flag));
      } else {
        specifier.flags += flag;
      }
    }
    if (IsDigit(Peek())) specifier.width = Number();
    if (Peek() == '.') {
      ++at_;
      if (!IsDigit(Peek())) return Throws("IllegalFormatPrecisionException", ".");
      specifier.precision = Number();
    }
    if (at_ >= format_.size()) return Throws("UnknownFormatConversionException", "%");
    const char given = format_[at_++];
    specifier.upper = given >= 'A' && given <= 'Z';
    specifier.conversion = specifier.upper ? static_cast<char>(given + 32) : given;
    const bool known = std::string_view("bBhHsScCdoxXeEfgGaAtT%n").find(given) !=
                       std::string_view::npos;
    const bool needs_more = specifier.conversion == 't' && at_ >= format_.size();
    if (!known || needs_more) {
      return Throws("UnknownFormatConversionException", std::string(1, given));
    }
    if (specifier.conversion == 't') ++at_;
    return specifier;
  }

 private:
  char Peek() const { return at_ < format_.size() ? format_[at_] : '\0'; }
  int Number() {
    if (!IsDigit(Peek())) return -1;
    int number = 0;
    while (IsDigit(Peek())) number = std::min(number * 10 + (format_[at_++] - '0'), 10'000'000);
    return number;
  }

  std::string_view format_;
  std::size_t at_;
};

Operand OperandOf(const FormatArgument& arg) {
  return {std::shared_ptr<arrow::Array>(std::shared_ptr<void>(),
                                        const_cast<arrow::Array*>(arg.array)),
          false};
}

bool IsWhole(const DataType& type) {
  return type.isIntegral() || type.is(Kind::kDate) || type.is(Kind::kTimestamp) ||
         type.is(Kind::kTimestampNtz);
}

std::string Plain(const FormatArgument& arg) {
  const Operand operand = OperandOf(arg);
  switch (arg.type->kind()) {
    case Kind::kBoolean:
      return Reader<bool>(operand)(arg.row) ? "true" : "false";
    case Kind::kFloat:
      return data::FloatText(Reader<float>(operand)(arg.row));
    case Kind::kDouble:
      return data::DoubleText(Reader<double>(operand)(arg.row));
    case Kind::kDecimal:
      return data::DecimalText(Reader<__int128>(operand)(arg.row), arg.type->scale());
    case Kind::kString:
      return AsJavaReads(Reader<std::string_view>(operand)(arg.row));
    default:
      return std::to_string(Reader<Whole>(operand)(arg.row).value);
  }
}

std::string Padded(std::string text, const Specifier& specifier) {
  const auto length = static_cast<int>(data::DecodeLikeJava(text).size());
  if (length >= specifier.width) return text;
  const std::string blanks(static_cast<std::size_t>(specifier.width - length), ' ');
  return specifier.has('-') ? text + blanks : blanks + text;
}

/// Sign, zeros and parentheses around a number without sign.
std::string Signed(bool negative, std::string digits, const Specifier& specifier, bool zeros) {
  std::string before;
  std::string after;
  if (negative) {
    before = specifier.has('(') ? "(" : "-";
    after = specifier.has('(') ? ")" : "";
  } else if (specifier.has('+')) {
    before = "+";
  } else if (specifier.has(' ')) {
    before = " ";
  }
  const auto length = static_cast<int>(before.size() + digits.size() + after.size());
  if (zeros && specifier.has('0') && length < specifier.width) {
    digits.insert(0, static_cast<std::size_t>(specifier.width - length), '0');
  }
  return before + digits + after;
}

std::string WholeText(const FormatArgument& arg, const Specifier& specifier) {
  const std::int64_t value = Reader<Whole>(OperandOf(arg))(arg.row).value;
  if (specifier.conversion == 'd') {
    const auto bits = static_cast<std::uint64_t>(value);
    std::string digits = std::to_string(value < 0 ? -bits : bits);
    if (specifier.has(',')) digits = Grouped(digits, 3);
    return Signed(value < 0, digits, specifier, true);
  }
  const Kind kind = arg.type->kind();
  const std::uint64_t mask = kind == Kind::kByte    ? 0xFF
                             : kind == Kind::kShort ? 0xFFFF
                             : kind == Kind::kInteger || kind == Kind::kDate
                                 ? 0xFFFF'FFFF
                                 : ~std::uint64_t{0};
  const std::uint64_t bits = static_cast<std::uint64_t>(value) & mask;
  const bool hex = specifier.conversion == 'x';
  std::string digits = hex ? fmt::format("{:x}", bits) : fmt::format("{:o}", bits);
  const std::string prefix = specifier.has('#') ? (hex ? "0x" : "0") : "";
  const auto length = static_cast<int>(prefix.size() + digits.size());
  if (specifier.has('0') && length < specifier.width) {
    digits.insert(0, static_cast<std::size_t>(specifier.width - length), '0');
  }
  return prefix + digits;
}

// Half up, of the digits that Double.toString shows.
std::string FixedOf(const DecimalDigits& shown, int places) {
  return FixedText(Rounded(shown, places, DigitRounding::kHalfUp), places);
}

std::string ScientificOf(const DecimalDigits& shown, int places) {
  if (shown.digits.empty()) return FixedText({}, places) + "e+00";
  int exponent = static_cast<int>(shown.digits.size()) - 1 - shown.scale;
  DecimalDigits mantissa = shown;
  mantissa.scale = static_cast<int>(shown.digits.size()) - 1;
  mantissa = Rounded(mantissa, places, DigitRounding::kHalfUp);
  if (static_cast<int>(mantissa.digits.size()) - mantissa.scale > 1) {  // 9.99 became 10.0.
    ++exponent;
    ++mantissa.scale;
    mantissa = Rounded(mantissa, places, DigitRounding::kHalfUp);
  }
  return FixedText(mantissa, places) +
         fmt::format("e{}{:02}", exponent < 0 ? '-' : '+', std::abs(exponent));
}

std::string GeneralOf(const DecimalDigits& shown, int precision) {
  const int digits = precision < 0 ? 6 : std::max(precision, 1);
  if (shown.digits.empty()) return FixedText({}, digits - 1);
  const int places = digits - static_cast<int>(shown.digits.size()) + shown.scale;
  const DecimalDigits rounded = Rounded(shown, places, DigitRounding::kHalfUp);
  const int exponent = static_cast<int>(rounded.digits.size()) - 1 - rounded.scale;
  if (exponent < -4 || exponent >= digits) return ScientificOf(shown, digits - 1);
  return FixedOf(shown, digits - exponent - 1);
}

std::string FloatingText(double value, const Specifier& specifier) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return Signed(value < 0, "Infinity", specifier, false);
  const DecimalDigits shown = ShownDigits(value);
  const int places = specifier.precision < 0 ? 6 : specifier.precision;
  std::string digits;
  switch (specifier.conversion) {
    case 'f':
      digits = FixedOf(shown, places);
      break;
    case 'e':
      digits = ScientificOf(shown, places);
      break;
    default:
      digits = GeneralOf(shown, specifier.precision);
  }
  if (specifier.has('#') && digits.find('.') == std::string::npos) digits += ".";
  if (specifier.has(',')) digits = Grouped(digits, 3);
  return Signed(std::signbit(value), digits, specifier, true);
}

base::Status CheckFlags(const Specifier& specifier) {
  const char c = specifier.conversion;
  const bool number = std::string_view("doxefga").find(c) != std::string_view::npos;
  if ((specifier.has('-') || (number && specifier.has('0'))) && specifier.width < 0) {
    return Throws("MissingFormatWidthException", specifier.flags);
  }
  if ((specifier.has('+') && specifier.has(' ')) || (specifier.has('-') && specifier.has('0'))) {
    return Throws("IllegalFormatFlagsException", specifier.flags);
  }
  const std::string_view allowed = c == 'd'               ? "-+ 0,("
                                   : c == 'o' || c == 'x' ? "-#0"
                                   : c == 'e'             ? "-#+ 0("
                                   : c == 'f'             ? "-#+ 0,("
                                   : c == 'g'             ? "-+ 0,("
                                                          : "-";
  for (const char flag : specifier.flags) {
    if (allowed.find(flag) == std::string_view::npos) {
      return Throws("FormatFlagsConversionMismatchException", std::string(1, flag));
    }
  }
  const bool whole = c == 'd' || c == 'o' || c == 'x' || c == 'c' || c == 'n' || c == '%';
  if (whole && specifier.precision >= 0) {
    return Throws("IllegalFormatPrecisionException", std::to_string(specifier.precision));
  }
  return base::Status::Ok();
}

base::Status WrongType(const Specifier& specifier, const DataType& type) {
  return Throws("IllegalFormatConversionException",
                fmt::format("{} != {}", specifier.conversion, type.sql()));
}

base::Result<std::string> CharacterText(const FormatArgument& arg, const Specifier& specifier) {
  const Kind kind = arg.type->kind();
  if (kind != Kind::kByte && kind != Kind::kShort && kind != Kind::kInteger) {
    return WrongType(specifier, *arg.type);
  }
  const std::int64_t code = Reader<Whole>(OperandOf(arg))(arg.row).value;
  if (code < 0 || code > 0x10FFFF) return Throws("IllegalFormatCodePointException", "code point");
  std::string text;
  AppendCodePoint(static_cast<char32_t>(code), &text);
  return text;
}

base::Result<std::string> Text(const FormatArgument& arg, const Specifier& specifier) {
  const char c = specifier.conversion;
  const bool null = arg.array->IsNull(arg.row);
  if (c == 'a' || c == 'h' || (c == 't' && !null && arg.type->is(Kind::kLong))) {
    return base::Status::Unsupported(fmt::format("format_string: %{} is not supported", c));
  }
  if (null && c != 'b') return std::string("null");
  switch (c) {
    case 'b':
      if (null) return std::string("false");
      return arg.type->is(Kind::kBoolean) ? Plain(arg) : std::string("true");
    case 's':
      return Plain(arg);
    case 'c':
      return CharacterText(arg, specifier);
    case 'd':
    case 'o':
    case 'x':
      if (!IsWhole(*arg.type)) return WrongType(specifier, *arg.type);
      return WholeText(arg, specifier);
    case 't':
      return WrongType(specifier, *arg.type);
    default:
      if (arg.type->is(Kind::kFloat)) {
        const float value = Reader<float>(OperandOf(arg))(arg.row);
        return FloatingText(static_cast<double>(value), specifier);
      }
      if (!arg.type->is(Kind::kDouble)) return WrongType(specifier, *arg.type);
      return FloatingText(Reader<double>(OperandOf(arg))(arg.row), specifier);
  }
}

base::Result<std::string> Formatted(const FormatArgument& arg, const Specifier& specifier) {
  MILLRACE_ASSIGN_OR_RETURN(std::string text, Text(arg, specifier));
  const bool cut = std::string_view("sbh").find(specifier.conversion) != std::string_view::npos ||
                   arg.array->IsNull(arg.row);
  if (cut && specifier.precision >= 0) {
    text = data::EncodeLikeJava(
        data::DecodeLikeJava(text).substr(0, static_cast<std::size_t>(specifier.precision)));
  }
  if (specifier.upper) text = data::ToUpper(text);
  return Padded(std::move(text), specifier);
}

}  // namespace

base::Result<std::string> FormatLikeJava(std::string_view given,
                                         const std::vector<FormatArgument>& args) {
  const std::string format = AsJavaReads(given);
  std::string out;
  std::size_t next = 0;
  std::optional<std::size_t> last;
  for (std::size_t i = 0; i < format.size();) {
    if (format[i] != '%') {
      out += format[i++];
      continue;
    }
    SpecifierReader reader(format, i + 1);
    MILLRACE_ASSIGN_OR_RETURN(const Specifier specifier, reader.Read());
    i = reader.end();
    MILLRACE_RETURN_IF_ERROR(CheckFlags(specifier));
    if (specifier.conversion == 'n' || specifier.conversion == '%') {
      out += specifier.conversion == 'n' ? "\n" : Padded("%", specifier);
      continue;
    }
    std::size_t index = 0;
    if (specifier.index < 0) {
      if (!last) return Throws("MissingFormatArgumentException", "%<");
      index = *last;
    } else {
      index = specifier.index > 0 ? static_cast<std::size_t>(specifier.index - 1) : next++;
    }
    last = index;
    if (index >= args.size()) return Throws("MissingFormatArgumentException", "Format specifier");
    MILLRACE_ASSIGN_OR_RETURN(const std::string text, Formatted(args[index], specifier));
    out += text;
  }
  return out;
}

}  // namespace millrace::processor::duckdb
