// format_number and format_string.

#include <cmath>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "data/scalar_text.h"
#include "processor/duckdb/decimal_digits.h"
#include "processor/duckdb/java_formatter.h"
#include "processor/duckdb/kernels.h"
#include "processor/duckdb/kernels_scalar.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;
using Text = std::string_view;

/// A number to be written: finite, NaN or infinite.
struct Number {
  bool negative = false;
  std::string special;  ///< What stands for it when it is not finite.
  DecimalDigits digits;
};

Number NumberOf(double value) {
  Number number{std::signbit(value), "", {}};
  if (std::isnan(value)) return {false, "NaN", {}};
  if (std::isinf(value)) {
    number.special = "\u221E";
  } else {
    number.digits = ExactDigits(value);
  }
  return number;
}

Number NumberOf(__int128 unscaled, int scale) {
  std::string digits = data::DecimalPlainText(unscaled < 0 ? -unscaled : unscaled, 0);
  if (digits == "0") digits.clear();
  return {unscaled < 0, "", {digits, scale}};
}

Number NumberAt(const arrow::Array& array, std::int64_t row, const DataType& type) {
  const Operand operand{
      std::shared_ptr<arrow::Array>(std::shared_ptr<void>(), const_cast<arrow::Array*>(&array)),
      false};
  switch (type.kind()) {
    case Kind::kFloat:
      return NumberOf(static_cast<double>(Reader<float>(operand)(row)));
    case Kind::kDouble:
      return NumberOf(Reader<double>(operand)(row));
    case Kind::kDecimal:
      return NumberOf(Reader<__int128>(operand)(row), type.scale());
    default:
      return NumberOf(__int128{Reader<Whole>(operand)(row).value}, 0);
  }
}

/// A pattern of java.text.DecimalFormat.
struct NumberPattern {
  std::string prefix;
  std::string suffix;
  int group_size = 0;
  int least_whole = 0;
  int least_places = 0;
  int most_places = 0;
  bool percent = false;
};

std::string Written(Number number, const NumberPattern& pattern) {
  const std::string sign = number.negative ? "-" : "";
  if (!number.special.empty()) {
    if (number.special == "NaN") return number.special;
    return sign + pattern.prefix + number.special + pattern.suffix;
  }
  if (pattern.percent) number.digits.scale -= 2;
  DecimalDigits digits = Rounded(number.digits, pattern.most_places, DigitRounding::kHalfEven);
  std::string text = FixedText(digits, std::max(pattern.most_places, 0));
  // Zeros that need not be there.
  const std::size_t point = text.find('.');
  if (point != std::string::npos) {
    const std::size_t least = point + 1 + static_cast<std::size_t>(pattern.least_places);
    while (text.size() > least && text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
  }
  std::size_t whole = std::min(text.find('.'), text.size());
  if (whole == 1 && text[0] == '0' && pattern.least_whole == 0 && text.size() > 1) {
    text.erase(0, 1);
    whole = 0;
  }
  const auto least = static_cast<std::size_t>(pattern.least_whole);
  if (whole < least) text.insert(0, least - whole, '0');
  return sign + pattern.prefix + Grouped(text, pattern.group_size) + pattern.suffix;
}

NumberPattern PatternOfPlaces(std::int32_t places) { return {"", "", 3, 1, places, places, false}; }

base::Status PatternNotSupported(Text pattern) {
  return base::Status::Unsupported(
      fmt::format("format_number: the pattern '{}' is not supported", pattern));
}

/// Literal text, `#`, `,`, `0` and `.`, a percent sign; quoted text. Unsupported: exponents, a form
/// of its own for negative numbers, signs of currencies.
base::Result<NumberPattern> ReadPattern(Text text) {
  NumberPattern pattern;
  enum class Part { kPrefix, kWhole, kFraction, kSuffix } part = Part::kPrefix;
  int since_comma = -1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'') {
      const std::size_t end = text.find('\'', i + 1);
      if (end == Text::npos) return PatternNotSupported(text);
      if (part == Part::kWhole || part == Part::kFraction) part = Part::kSuffix;
      std::string& literal = part == Part::kPrefix ? pattern.prefix : pattern.suffix;
      literal += end == i + 1 ? "'" : std::string(text.substr(i + 1, end - i - 1));
      i = end;
      continue;
    }
    if (c == ';' || (c == 'E' && part != Part::kPrefix) || c == '-' ||
        text.substr(i).starts_with("\u00A4") || text.substr(i).starts_with("\u2030")) {
      return PatternNotSupported(text);
    }
    const bool in_number = c == '#' || c == '0' || c == ',' || c == '.';
    if (in_number && part == Part::kSuffix) return PatternNotSupported(text);
    if (in_number && part == Part::kPrefix) part = Part::kWhole;
    if (c == '.') {
      if (part == Part::kFraction) return PatternNotSupported(text);
      part = Part::kFraction;
    } else if (c == ',') {
      if (part == Part::kFraction) return PatternNotSupported(text);
      since_comma = 0;
    } else if (c == '#' || c == '0') {
      if (part == Part::kFraction) {
        ++pattern.most_places;
        if (c == '0') pattern.least_places = pattern.most_places;
      } else {
        if (since_comma >= 0) ++since_comma;
        if (c == '0' || pattern.least_whole > 0) ++pattern.least_whole;
      }
    } else {
      if (c == '%') pattern.percent = true;
      if (part == Part::kWhole || part == Part::kFraction) part = Part::kSuffix;
      (part == Part::kPrefix ? pattern.prefix : pattern.suffix) += c;
    }
  }
  pattern.group_size = std::max(since_comma, 0);
  // "#" alone writes a zero.
  if (pattern.least_whole == 0 && pattern.most_places == 0) pattern.least_whole = 1;
  if (pattern.least_whole == 0 && pattern.least_places == 0) pattern.least_whole = 1;
  return pattern;
}

base::Result<Kernel> FormatNumber(const FunctionContext& context) {
  const DataType type = context.arg_type(0);
  if (context.arg_type(1).is(Kind::kInteger)) {
    return ForRows<Cell, std::int32_t>(
        [type](Cell cell, std::int32_t places) -> std::optional<std::string> {
          if (places < 0) return std::nullopt;
          return Written(NumberAt(*cell.array, cell.row, type), PatternOfPlaces(places));
        });
  }
  return ForRows<Cell, Text>([type](Cell cell, Text text) -> base::Result<std::string> {
    const Number number = NumberAt(*cell.array, cell.row, type);
    if (text.empty()) return Written(number, PatternOfPlaces(0));
    MILLRACE_ASSIGN_OR_RETURN(const NumberPattern pattern, ReadPattern(text));
    return Written(number, pattern);
  });
}

base::Result<Kernel> FormatString(const FunctionContext& context) {
  std::vector<DataType> types;
  for (std::size_t i = 1; i < context.args.size(); ++i) {
    const DataType& type = context.arg_type(i);
    if (type.is(Kind::kBinary) || type.is(Kind::kArray) || type.is(Kind::kMap) ||
        type.is(Kind::kStruct)) {
      return NoSuchKernel(context);
    }
    types.push_back(type);
  }
  return Kernel([types](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                        ColumnBuilder* out) -> base::Status {
    const Reader<std::optional<Text>> formats(args[0]);
    std::vector<FormatArgument> values(types.size());
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::optional<Text> format = formats(row);
      if (!format) {
        out->AppendNull();
        continue;
      }
      for (std::size_t i = 0; i < types.size(); ++i) {
        values[i] = {args[i + 1].array.get(), args[i + 1].at(row), &types[i]};
      }
      MILLRACE_ASSIGN_OR_RETURN(const std::string text, FormatLikeJava(*format, values));
      out->AppendBytes(text);
    }
    return base::Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> FormatKernels() {
  return {{"format_number", true, FormatNumber}, {"format_string", true, FormatString}};
}

}  // namespace millrace::processor::duckdb
