#include "processor/duckdb/from_csv.h"

#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "data/cast_text.h"
#include "data/java_text.h"
#include "data/scalar_text.h"
#include "processor/duckdb/datetime_names.h"
#include "processor/duckdb/datetime_text.h"
#include "processor/duckdb/decimal_text.h"
#include "processor/duckdb/spark_error.h"

namespace millrace::processor::duckdb {
namespace {

using base::Status;
using Kind = DataType::Kind;

// Long.parseLong: a sign and ASCII digits.
std::optional<std::int64_t> WholeNumber(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  std::int64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

bool InRange(Kind kind, std::int64_t number) {
  switch (kind) {
    case Kind::kByte:
      return number == static_cast<std::int8_t>(number);
    case Kind::kShort:
      return number == static_cast<std::int16_t>(number);
    case Kind::kInteger:
      return number == static_cast<std::int32_t>(number);
    default:
      return true;
  }
}

bool AppendDecimal(const DataType& type, std::string_view text, ColumnBuilder* out) {
  std::string digits;
  for (const char c : text) {
    if (c != ',') digits += c;
  }
  const auto number = ParseBigDecimal(digits);
  const auto decimal =
      number ? ToDecimal(*number, type.precision(), type.scale()) : std::nullopt;
  if (decimal) out->AppendDecimal(*decimal);
  return decimal.has_value();
}

Status TooLong(std::string_view record) {
  return SparkFailure("SparkRuntimeException", "MALFORMED_CSV_RECORD", "KD000",
                      {{"badRecord", std::string(record)}},
                      fmt::format("Malformed CSV record: {}", record));
}

Status BadQuote() {
  base::SparkError error;
  error.exception_class = "TextParsingException";
  return Status::InvalidArgument("a CSV value has an unescaped quote (unescapedQuoteHandling)")
      .WithSparkError(std::move(error));
}

}  // namespace

CsvRecordParser::CsvRecordParser(const DataType& schema, FromCsvOptions options)
    : schema_(schema), options_(std::move(options)), tokenizer_(options_) {
  for (std::size_t i = 0; i < schema_.fields().size(); ++i) {
    if (schema_.fields()[i].name == options_.times.corrupt_column) {
      corrupt_index_ = static_cast<int>(i);
    }
  }
}

Status CsvRecordParser::Append(std::string_view record, std::int64_t now_us, ColumnBuilder* out) {
  // Bytes that are not UTF-8 are what Java makes of them.
  std::string repaired;
  if (!simdjson::validate_utf8(record.data(), record.size())) {
    repaired = data::EncodeLikeJava(data::DecodeLikeJava(record));
    record = repaired;
  }
  const CsvTokenizer::Outcome outcome = tokenizer_.Parse(record);
  if (outcome == CsvTokenizer::Outcome::kTooLong) return TooLong(record);
  if (outcome == CsvTokenizer::Outcome::kBadQuote) return BadQuote();
  const std::vector<std::string_view>& values = tokenizer_.values();
  const std::size_t wanted = schema_.fields().size() - (corrupt_index_ >= 0 ? 1 : 0);
  bool malformed = values.size() != wanted;
  std::size_t next = 0;
  for (std::size_t i = 0; i < schema_.fields().size(); ++i) {
    if (static_cast<int>(i) == corrupt_index_) continue;
    ColumnBuilder* column = &out->child(i);
    const std::size_t place = next++;
    if (place >= values.size() || values[place] == options_.format.null_value) {
      column->AppendNull();
    } else if (!AppendValue(schema_.fields()[i].dataType, values[place], now_us, column)) {
      malformed = true;
      column->AppendNull();
    }
  }
  if (malformed && options_.fail_fast) return FailFast(values);
  if (corrupt_index_ >= 0) {
    ColumnBuilder* column = &out->child(static_cast<std::size_t>(corrupt_index_));
    const bool known = malformed && outcome == CsvTokenizer::Outcome::kRecord;
    known ? column->AppendBytes(record) : column->AppendNull();
  }
  out->AppendNested();
  return Status::Ok();
}

// False, and nothing appended: the text is no value of the type.
bool CsvRecordParser::AppendValue(const DataType& type, std::string_view text, std::int64_t now_us,
                                  ColumnBuilder* out) {
  switch (type.kind()) {
    case Kind::kByte:
    case Kind::kShort:
    case Kind::kInteger:
    case Kind::kLong: {
      const auto number = WholeNumber(text);
      if (!number || !InRange(type.kind(), *number)) return false;
      out->AppendInt(*number);
      return true;
    }
    case Kind::kFloat:
      return AppendFloating<float>(text, out);
    case Kind::kDouble:
      return AppendFloating<double>(text, out);
    case Kind::kBoolean: {
      const bool value = EqualAnyCase(text, "true");
      if (!value && !EqualAnyCase(text, "false")) return false;
      out->AppendBool(value);
      return true;
    }
    case Kind::kDecimal:
      return AppendDecimal(type, text, out);
    case Kind::kDate:
    case Kind::kTimestamp:
    case Kind::kTimestampNtz:
      return AppendTime(type, text, now_us, out);
    case Kind::kNull:
      out->AppendNull();
      return true;
    default:
      out->AppendBytes(text);
      return true;
  }
}

template <typename Float>
bool CsvRecordParser::AppendFloating(std::string_view text, ColumnBuilder* out) {
  std::optional<Float> number;
  if (text == options_.nan) {
    number = std::numeric_limits<Float>::quiet_NaN();
  } else if (text == options_.negative_infinity) {
    number = -std::numeric_limits<Float>::infinity();
  } else if (text == options_.positive_infinity) {
    number = std::numeric_limits<Float>::infinity();
  } else {
    // Unlike a cast: the words of Java only, and those as they are written.
    const std::string_view word = data::JavaTrim(text);
    const char last = word.empty() ? '\0' : word.back();
    const bool is_word = last == 'N' || last == 'n' || last == 'y' || last == 'Y' ||
                         (last == 'f' && word.find_first_of("iI") != std::string_view::npos) ||
                         (last == 'F' && word.find_first_of("iI") != std::string_view::npos);
    const std::string_view bare = word.starts_with('-') || word.starts_with('+')
                                      ? word.substr(1) : word;
    if (is_word && bare != "NaN" && bare != "Infinity") return false;
    if constexpr (std::is_same_v<Float, float>) {
      number = data::ParseJavaFloat(text);
    } else {
      number = data::ParseJavaDouble(text);
    }
  }
  if (!number) return false;
  if constexpr (std::is_same_v<Float, float>) {
    out->AppendFloat(*number);
  } else {
    out->AppendDouble(*number);
  }
  return true;
}

bool CsvRecordParser::AppendTime(const DataType& type, std::string_view text, std::int64_t now_us,
                                 ColumnBuilder* out) {
  const FromJsonOptions& times = options_.times;
  if (type.is(Kind::kDate)) {
    const DatetimeFormat& format = times.date;
    std::optional<std::int32_t> days;
    if (format.pattern) days = format.pattern->ParseDate(text);
    if (!days && !format.unreadable && (!format.pattern || format.fallback)) days = ParseDate(text);
    if (days) out->AppendInt(*days);
    return days.has_value();
  }
  const bool ntz = type.is(Kind::kTimestampNtz);
  const DatetimeFormat& format = ntz ? times.timestamp_ntz : times.timestamp;
  std::optional<std::int64_t> micros;
  if (format.pattern) {
    micros = ntz ? format.pattern->ParseTimestampNtz(text, false)
                 : format.pattern->ParseTimestamp(text, times.zone);
  } else if (!format.unreadable) {
    micros = ntz ? ParseTimestampNtz(text, false) : ParseTimestamp(text, times.zone, now_us);
  }
  if (!micros && !ntz && format.fallback && !format.unreadable) {
    micros = ParseLegacyTimestamp(text, times.zone, now_us);
  }
  if (micros) out->AppendInt(*micros);
  return micros.has_value();
}

Status CsvRecordParser::FailFast(const std::vector<std::string_view>& values) const {
  // The row as Spark prints its own: what could be read.
  std::string shown = "[";
  std::size_t next = 0;
  for (std::size_t i = 0; i < schema_.fields().size(); ++i) {
    if (i > 0) shown += ',';
    const bool corrupt = static_cast<int>(i) == corrupt_index_;
    const std::size_t place = corrupt ? values.size() : next++;
    const DataType& type = schema_.fields()[i].dataType;
    auto column = ColumnBuilder::Make(type);
    const bool there = place < values.size() && values[place] != options_.format.null_value;
    CsvRecordParser parser(schema_, options_);
    if (!column.ok() || !there || !parser.AppendValue(type, values[place], 0, column->get())) {
      shown += "null";
      continue;
    }
    if (type.is(Kind::kDouble) || type.is(Kind::kFloat)) {
      const auto number = type.is(Kind::kDouble)
                              ? data::ParseJavaDouble(values[place])
                              : std::optional<double>(data::ParseJavaFloat(values[place]));
      shown += number ? data::DoubleText(*number) : std::string(values[place]);
    } else {
      shown += values[place];
    }
  }
  shown += ']';
  return SparkFailure(
      "SparkException", "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", "22023",
      {{"badRecord", shown}, {"failFastMode", "FAILFAST"}},
      fmt::format("Malformed records are detected in record parsing: {}. Parse Mode: FAILFAST. To "
                  "process malformed records as null result, try setting the option 'mode' as "
                  "'PERMISSIVE'.",
                  shown));
}

}  // namespace millrace::processor::duckdb
