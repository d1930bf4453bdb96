#include "processor/duckdb/csv_options.h"

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "processor/duckdb/spark_error.h"

namespace millrace::processor::duckdb {
namespace {

using base::Status;
using Kind = DataType::Kind;
using Given = std::map<std::string, std::string>;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

Status IllegalArgument(std::string text) {
  base::SparkError error;
  error.exception_class = "IllegalArgumentException";
  return Status::InvalidArgument(std::move(text)).WithSparkError(std::move(error));
}

Status RuntimeFailure(std::string condition, std::string text) {
  base::SparkError error;
  error.exception_class = "SparkRuntimeException";
  error.condition = std::move(condition);
  return Status::InvalidArgument(std::move(text)).WithSparkError(std::move(error));
}

/// Options under their lower-case names.
class Reader {
 public:
  explicit Reader(const Given& options) {
    for (const auto& [name, value] : options) options_[Lower(name)] = value;
  }

  const std::string* Find(std::string_view name) const {
    const auto found = options_.find(Lower(name));
    return found == options_.end() ? nullptr : &found->second;
  }
  void Text(std::string_view name, std::string* value) const {
    if (const std::string* given = Find(name)) *value = *given;
  }

  Status Character(std::string_view name, char* value) const {
    const std::string* given = Find(name);
    if (given == nullptr) return Status::Ok();
    if (given->empty()) {
      *value = '\0';
    } else if (given->size() == 1) {
      *value = given->front();
    } else if (static_cast<unsigned char>(given->front()) >= 0xC0 && given->size() <= 3) {
      return Status::Unsupported(
          fmt::format("option {} '{}': only ASCII characters are supported", name, *given));
    } else {
      return RuntimeFailure("_LEGACY_ERROR_TEMP_2145",
                            fmt::format("{} cannot be more than one character.", name));
    }
    return Status::Ok();
  }

  Status Flag(std::string_view name, bool* value) const {
    const std::string* given = Find(name);
    if (given == nullptr) return Status::Ok();
    const std::string lower = Lower(*given);
    if (lower != "true" && lower != "false") {
      return RuntimeFailure("_LEGACY_ERROR_TEMP_2147",
                            fmt::format("{} flag can be true or false.", name));
    }
    *value = lower == "true";
    return Status::Ok();
  }

  Status Number(std::string_view name, std::int64_t* value) const {
    const std::string* given = Find(name);
    if (given == nullptr) return Status::Ok();
    std::int32_t number = 0;
    const auto end = std::from_chars(given->data(), given->data() + given->size(), number);
    if (end.ec != std::errc() || end.ptr != given->data() + given->size()) {
      return RuntimeFailure("_LEGACY_ERROR_TEMP_2146",
                            fmt::format("{} should be an integer. Found {}.", name, *given));
    }
    *value = number;
    return Status::Ok();
  }

 private:
  std::map<std::string, std::string> options_;
};

// A delimiter with its escapes, `\t` and the like, read (CSVExprUtils.toDelimiterStr).
base::Result<std::string> Delimiter(std::string_view text) {
  if (text.empty()) return IllegalArgument("Delimiter cannot be empty string");
  if (text == "\\") {
    return IllegalArgument(
        "Single backslash is prohibited. It has special meaning as beginning of an escape "
        "sequence. To get the backslash character, pass a string with two backslashes as the "
        "delimiter.");
  }
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) {
      return IllegalArgument(fmt::format("Unsupported special character for delimiter: {}", text));
    }
    switch (text[i]) {
      case '\\':
        out += '\\';
        break;
      case 't':
        out += '\t';
        break;
      case 'r':
        out += '\r';
        break;
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case '"':
      case '\'':
        out += text[i];
        break;
      case 'u':
        if (text.substr(i) == "u0000") {
          out += '\0';
          i += 4;
          break;
        }
        [[fallthrough]];
      default:
        return IllegalArgument(
            fmt::format("Unsupported special character for delimiter: {}", text));
    }
  }
  return out;
}

Status ReadFormat(const Reader& reader, CsvFormat* format) {
  const std::string* given = reader.Find("sep");
  if (given == nullptr) given = reader.Find("delimiter");
  if (given != nullptr) {
    MILLRACE_ASSIGN_OR_RETURN(format->delimiter, Delimiter(*given));
  }
  MILLRACE_RETURN_IF_ERROR(reader.Character("quote", &format->quote));
  MILLRACE_RETURN_IF_ERROR(reader.Character("escape", &format->escape));
  MILLRACE_RETURN_IF_ERROR(
      reader.Character("charToEscapeQuoteEscaping", &format->escape_escape));
  // Without a word about it, an escape that is not the quote escapes itself.
  if (format->escape_escape == '\0' && format->quote != format->escape) {
    format->escape_escape = format->escape;
  }
  MILLRACE_RETURN_IF_ERROR(reader.Character("comment", &format->comment));
  format->has_comment = format->comment != '\0';
  reader.Text("nullValue", &format->null_value);
  return Status::Ok();
}

base::Result<UnescapedQuotes> QuoteHandling(const std::string* given) {
  if (given == nullptr) return UnescapedQuotes::kStopAtDelimiter;
  const std::string name = Lower(*given);
  if (name == "stop_at_closing_quote") return UnescapedQuotes::kStopAtClosingQuote;
  if (name == "back_to_delimiter") return UnescapedQuotes::kBackToDelimiter;
  if (name == "stop_at_delimiter") return UnescapedQuotes::kStopAtDelimiter;
  if (name == "skip_value") return UnescapedQuotes::kSkipValue;
  if (name == "raise_error") return UnescapedQuotes::kRaiseError;
  std::string upper = *given;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return IllegalArgument(fmt::format(
      "No enum constant com.univocity.parsers.csv.UnescapedQuoteHandling.{}", upper));
}

Status CheckTypes(const DataType& schema) {
  for (const StructField& field : schema.fields()) {
    const DataType& type = field.dataType;
    if (type.is(Kind::kArray) || type.is(Kind::kMap) || type.is(Kind::kStruct)) {
      return SparkFailure("SparkUnsupportedOperationException", "UNSUPPORTED_DATATYPE", "0A000",
                          {{"typeName", fmt::format("\"{}\"", type.sql())}},
                          fmt::format("Unsupported data type \"{}\".", type.sql()));
    }
    if (type.is(Kind::kVariant) || type.is(Kind::kDayTimeInterval) ||
        type.is(Kind::kYearMonthInterval) || type.is(Kind::kCalendarInterval) ||
        type.is(Kind::kTime)) {
      return Status::Unsupported(
          fmt::format("from_csv: type {} is not supported in its schema", type.sql()));
    }
  }
  return Status::Ok();
}

// What is said of from_json there is meant of from_csv here.
Status OfCsv(const Status& status) {
  std::string message = status.message();
  const std::size_t place = message.find("from_json");
  if (status.code() != base::StatusCode::kUnsupported || place == std::string::npos) return status;
  message.replace(place, std::string_view("from_json").size(), "from_csv");
  return Status::Unsupported(std::move(message));
}

}  // namespace

base::Result<FromCsvOptions> FromCsvOptions::Parse(const Given& options, const DataType& schema,
                                                   const TimeZone& session_zone) {
  const Reader reader(options);
  FromCsvOptions out;
  std::string mode;
  reader.Text("mode", &mode);
  mode = Lower(mode);
  if (mode == "dropmalformed") {
    return SparkFailure(
        "AnalysisException", "PARSE_MODE_UNSUPPORTED", "42601",
        {{"funcName", "`from_csv`"}, {"mode", "DROPMALFORMED"}},
        "The function `from_csv` doesn't support the DROPMALFORMED mode. Acceptable modes are "
        "PERMISSIVE and FAILFAST.");
  }
  out.fail_fast = mode == "failfast";
  MILLRACE_RETURN_IF_ERROR(CheckTypes(schema));
  MILLRACE_RETURN_IF_ERROR(ReadFormat(reader, &out.format));
  MILLRACE_RETURN_IF_ERROR(reader.Flag("ignoreLeadingWhiteSpace", &out.trim_left));
  MILLRACE_RETURN_IF_ERROR(reader.Flag("ignoreTrailingWhiteSpace", &out.trim_right));
  MILLRACE_ASSIGN_OR_RETURN(out.unescaped_quotes,
                            QuoteHandling(reader.Find("unescapedQuoteHandling")));
  reader.Text("emptyValue", &out.empty_value);
  reader.Text("nanValue", &out.nan);
  reader.Text("positiveInf", &out.positive_infinity);
  reader.Text("negativeInf", &out.negative_infinity);
  MILLRACE_RETURN_IF_ERROR(reader.Number("maxColumns", &out.most_columns));
  MILLRACE_RETURN_IF_ERROR(reader.Number("maxCharsPerColumn", &out.most_characters));
  Given of_times;
  for (const std::string_view name :
       {"columnNameOfCorruptRecord", "timeZone", "locale", "timestampFormat", "timestampNTZFormat",
        "dateFormat", "enableDateTimeParsingFallback"}) {
    if (const std::string* value = reader.Find(name)) of_times.emplace(name, *value);
  }
  auto times = FromJsonOptions::Parse(of_times, schema, session_zone);
  if (!times.ok()) return OfCsv(times.status());
  out.times = std::move(*times);
  return out;
}

base::Result<ToCsvOptions> ToCsvOptions::Parse(const Given& options,
                                               const TimeZone& session_zone) {
  const Reader reader(options);
  ToCsvOptions out;
  MILLRACE_RETURN_IF_ERROR(ReadFormat(reader, &out.format));
  // What starts with a number sign could be taken for a comment by whoever reads it.
  if (!out.format.has_comment) out.format.comment = '#';
  MILLRACE_RETURN_IF_ERROR(reader.Flag("ignoreLeadingWhiteSpace", &out.trim_left));
  MILLRACE_RETURN_IF_ERROR(reader.Flag("ignoreTrailingWhiteSpace", &out.trim_right));
  MILLRACE_RETURN_IF_ERROR(reader.Flag("quoteAll", &out.quote_all));
  MILLRACE_RETURN_IF_ERROR(reader.Flag("escapeQuotes", &out.escape_quotes));
  reader.Text("emptyValue", &out.empty_value);
  reader.Text("dateFormat", &out.date_format);
  reader.Text("timestampFormat", &out.timestamp_format);
  reader.Text("timestampNTZFormat", &out.timestamp_ntz_format);
  out.zone = session_zone;
  if (const std::string* id = reader.Find("timeZone")) {
    const auto zone = TimeZone::Parse(*id);
    if (!zone) return InvalidTimeZone(*id);
    out.zone = *zone;
  }
  return out;
}

}  // namespace millrace::processor::duckdb
