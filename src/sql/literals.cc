// Numbers, strings, dates, times, binaries.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "data/datetime_text.h"
#include "data/decimal_text.h"
#include "data/time_zone.h"
#include "sql/text_parser.h"

namespace millrace::sql {
namespace {

using plan::ExpressionPtr;

bool IsNumber(const Token& token) {
  return token.kind == Token::Kind::kInteger || token.kind == Token::Kind::kDecimal ||
         token.kind == Token::Kind::kExponent || token.kind == Token::Kind::kSuffixed;
}

std::optional<__int128> ParseInt128(std::string_view digits) {
  __int128 value = 0;
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size());
  if (digits.size() - first > 38) return std::nullopt;
  for (const char c : digits.substr(first)) value = value * 10 + (c - '0');
  return value;
}

std::optional<std::string> DecodeHex(std::string_view text) {
  std::string bytes;
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  // An odd number of digits has a zero in front.
  std::string digits(text.size() % 2 == 1 ? "0" : "");
  digits += text;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = digit(digits[i]);
    const int low = digit(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::string Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

}  // namespace

bool TextParser::AtLiteral() const {
  if (IsNumber(Peek()) || Peek().kind == Token::Kind::kString) return true;
  if (AtSymbol("-")) return IsNumber(Peek(1));
  if (AtSymbol(".", 1) || AtSymbol("(", 1) || AtSymbol("->", 1)) return false;
  if (AtAny({"NULL", "TRUE", "FALSE"})) return true;
  return Peek().kind == Token::Kind::kWord && Peek(1).kind == Token::Kind::kString &&
         !At("INTERVAL") && !AtClause() && !AtAny({"SELECT", "BY", "DISTINCT", "ALL"});
}

ExpressionPtr TextParser::LiteralExpression() {
  if (SkipSymbol("-")) return Number(true);
  if (IsNumber(Peek())) return Number(false);
  if (Peek().kind == Token::Kind::kString) {
    const std::string text = StringLiteral();
    return plan::Literal(std::string_view(text));
  }
  if (Peek(1).kind == Token::Kind::kString) return TypedLiteral();
  const std::string& word = Take().text;
  return word == "NULL" ? plan::NullLiteral() : plan::Literal(word == "TRUE");
}

ExpressionPtr TextParser::Number(bool negative) {
  const Token& token = Take();
  std::string text(negative ? "-" : "");
  text += token.raw;
  switch (token.kind) {
    case Token::Kind::kInteger:
      return IntegerNumber(token, negative);
    case Token::Kind::kExponent:
      return DoubleNumber(token, text);
    case Token::Kind::kDecimal:
      return DecimalNumber(token, text);
    default:
      return SuffixedNumber(token, negative);
  }
}

ExpressionPtr TextParser::IntegerNumber(const Token& token, bool negative) {
  const std::optional<__int128> digits = ParseInt128(token.raw);
  if (!digits) return DecimalNumber(token, std::string(negative ? "-" : "") + std::string(token.raw));
  const __int128 value = negative ? -*digits : *digits;
  const auto fits = [&]<typename T>(T) {
    return value >= std::numeric_limits<T>::min() && value <= std::numeric_limits<T>::max();
  };
  if (fits(std::int32_t{})) return plan::Literal(static_cast<std::int32_t>(value));
  if (fits(std::int64_t{})) return plan::Literal(static_cast<std::int64_t>(value));
  return DecimalNumber(token, std::string(negative ? "-" : "") + std::string(token.raw));
}

ExpressionPtr TextParser::OutOfRange(const Token& token, const std::string& text,
                                     const Range& range) {
  const Token& start = text.starts_with('-') ? tokens_[next_ - 2] : token;
  FailAbout(start,
            fmt::format("Numeric literal {} is outside the valid range for {} with minimum value of "
                        "{} and maximum value of {}. Please adjust the value accordingly.",
                        text, range.type, range.lowest, range.highest),
            "INVALID_NUMERIC_LITERAL_RANGE", "22003",
            {{"rawStrippedQualifier", text},
             {"minValue", range.lowest},
             {"maxValue", range.highest},
             {"typeName", range.type}});
  return plan::NullLiteral();
}

ExpressionPtr TextParser::DoubleNumber(const Token& token, const std::string& text) {
  const double value = data::ParseDouble(text);
  if (!std::isinf(value)) return plan::Literal(value);
  return OutOfRange(token, text, {"double", "-1.7976931348623157E+308", "1.7976931348623157E+308"});
}

ExpressionPtr TextParser::SuffixedNumber(const Token& token, bool negative) {
  const std::string_view digits = token.raw.substr(0, token.raw.size() - token.text.size());
  const std::string text = std::string(negative ? "-" : "") + std::string(digits);
  if (token.text == "BD") return DecimalNumber(token, text);
  if (token.text == "D") return DoubleNumber(token, text);
  if (token.text == "F") {
    const float value = data::ParseFloat(text);
    if (std::isinf(value)) {
      return OutOfRange(token, text,
                        {"float", "-3.4028234663852886E+38", "3.4028234663852886E+38"});
    }
    return plan::Literal(data::Value::Double(value), FloatType());
  }
  struct Integral {
    std::int64_t max;
    const char* name;
    DataType type;
  };
  const Integral range =
      token.text == "L"   ? Integral{std::numeric_limits<std::int64_t>::max(), "bigint", LongType()}
      : token.text == "S" ? Integral{32767, "smallint", ShortType()}
                          : Integral{127, "tinyint", ByteType()};
  const std::optional<__int128> magnitude = ParseInt128(digits);
  const __int128 value = magnitude ? (negative ? -*magnitude : *magnitude) : 0;
  const __int128 min = -static_cast<__int128>(range.max) - 1;
  if (!magnitude || value > range.max || value < min) {
    const std::string lowest = std::to_string(static_cast<std::int64_t>(min));
    const std::string highest = std::to_string(range.max);
    return OutOfRange(token, text, {range.name, lowest, highest});
  }
  return plan::Literal(data::Value::Int(static_cast<std::int64_t>(value)), range.type);
}

ExpressionPtr TextParser::DecimalNumber(const Token& token, const std::string& text) {
  const std::optional<data::BigDecimal> number = data::ParseBigDecimal(text);
  if (!number) {
    SyntaxError();
    return plan::NullLiteral();
  }
  const std::int64_t scale = std::max<std::int64_t>(number->scale, 0);
  const auto digits = static_cast<std::int64_t>(number->digits.size()) + (scale - number->scale);
  const std::int64_t precision = std::max<std::int64_t>({digits, scale, 1});
  if (precision > 38) {
    const std::string wrong =
        fmt::format("Decimal precision {} exceeds max precision 38.", precision);
    const std::string condition = "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION";
    const std::map<std::string, std::string> parameters = {
        {"precision", std::to_string(precision)}, {"maxPrecision", "38"}};
    if (token.kind == Token::Kind::kSuffixed) {
      FailAbout(token, wrong, condition, "22003", parameters);
    } else {
      FailMeaning(base::Status::InvalidArgument(
               fmt::format("[{}] {} SQLSTATE: 22003", condition, wrong))
               .WithSparkError({"SparkArithmeticException", condition, "22003", parameters}));
    }
    return plan::NullLiteral();
  }
  const std::optional<__int128> unscaled =
      data::ToDecimal(*number, static_cast<int>(precision), static_cast<int>(scale));
  return plan::Literal(data::Value::Decimal(unscaled.value_or(0)),
                       DecimalType(static_cast<int>(precision), static_cast<int>(scale)));
}

ExpressionPtr TextParser::TypedLiteral() {
  const Token& type = Take();
  const std::string text = StringLiteral();
  if (failed()) return plan::NullLiteral();
  if (type.text == "X") return BinaryLiteral(type, text);
  if (type.text == "DATE" || type.text == "TIMESTAMP" || type.text == "TIMESTAMP_LTZ" ||
      type.text == "TIMESTAMP_NTZ") {
    return DateOrTime(type, text);
  }
  if (type.text == "TIME") {
    NotSupported(type, "A TIME literal", "Use a TIMESTAMP_NTZ.");
    return plan::NullLiteral();
  }
  const std::string quoted = "\"" + type.text + "\"";
  FailAbout(type,
         "Literals of the type " + quoted +
             " are not supported. Supported types are \"DATE\", \"TIMESTAMP_NTZ\", "
             "\"TIMESTAMP_LTZ\", \"TIMESTAMP\", \"INTERVAL\", \"X\", \"TIME\".",
         "UNSUPPORTED_TYPED_LITERAL", "0A000",
         {{"unsupportedType", quoted},
          {"supportedTypes",
           "\"DATE\", \"TIMESTAMP_NTZ\", \"TIMESTAMP_LTZ\", \"TIMESTAMP\", \"INTERVAL\", \"X\", "
           "\"TIME\""}});
  return plan::NullLiteral();
}

ExpressionPtr TextParser::InvalidLiteral(const Token& type, const std::string& text) {
  FailAbout(type,
         fmt::format("The value of the typed literal \"{}\" is invalid: '{}'.", type.text, text),
         "INVALID_TYPED_LITERAL", "42604",
         {{"valueType", "\"" + type.text + "\""}, {"value", "'" + text + "'"}});
  return plan::NullLiteral();
}

ExpressionPtr TextParser::BinaryLiteral(const Token& type, const std::string& text) {
  const std::optional<std::string> bytes = DecodeHex(text);
  if (!bytes) return InvalidLiteral(type, text);
  return plan::Literal(data::Value::Bytes(*bytes), BinaryType());
}

ExpressionPtr TextParser::DateOrTime(const Token& type, const std::string& text) {
  std::string word = Trimmed(text);
  for (char& c : word) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (word == "now" || word == "today" || word == "tomorrow" || word == "yesterday") {
    NotSupported(type, "The special value '" + word + "' in a literal",
                 "Use current_timestamp() or current_date().");
    return plan::NullLiteral();
  }
  const bool epoch = word == "epoch";
  if (type.text == "DATE") {
    const auto days = epoch ? std::optional<std::int32_t>(0) : data::ParseDate(text);
    return days ? plan::Literal(data::Value::Int(*days), DateType()) : InvalidLiteral(type, text);
  }
  if (type.text == "TIMESTAMP_NTZ") {
    const auto micros =
        epoch ? std::optional<std::int64_t>(0) : data::ParseTimestampNtz(text, true);
    return micros ? plan::Literal(data::Value::Int(*micros), TimestampNTZType())
                  : InvalidLiteral(type, text);
  }
  // The session's time zone is not known here: analysis reads the text with it.
  if (epoch) return plan::Literal(data::Value::Int(0), TimestampType());
  const auto micros = data::ParseTimestamp(text, data::TimeZone(), 0);
  if (!micros) return InvalidLiteral(type, text);
  const auto elsewhere = data::ParseTimestamp(text, data::TimeZone::Offset(3600), 0);
  const bool has_date = word.find('-', 1) != std::string::npos && word.find('t') != 0;
  if (has_date && elsewhere == micros) {
    return plan::Literal(data::Value::Int(*micros), TimestampType());
  }
  plan::expression::Cast read{plan::Literal(std::string_view(text)), TimestampType(),
                              plan::expression::CastMode::kAnsi};
  read.is_literal = has_date;
  return plan::MakeExpression(std::move(read));
}

}  // namespace millrace::sql
