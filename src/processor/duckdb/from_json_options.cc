#include "processor/duckdb/from_json_options.h"

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "processor/duckdb/spark_error.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

/// Looks options up without regard to case.
class Lookup {
 public:
  explicit Lookup(const std::map<std::string, std::string>& options) {
    for (const auto& [name, value] : options) values_[Lower(name)] = value;
  }
  const std::string* Find(std::string_view name) const {
    auto found = values_.find(Lower(name));
    return found == values_.end() ? nullptr : &found->second;
  }

 private:
  std::map<std::string, std::string> values_;
};

base::Status ReadFlag(const Lookup& lookup, std::string_view name, bool* flag) {
  const std::string* text = lookup.Find(name);
  if (text == nullptr) return base::Status::Ok();
  std::string lower = Lower(*text);
  if (lower != "true" && lower != "false") {
    base::SparkError error;
    error.exception_class = "IllegalArgumentException";
    return base::Status::InvalidArgument(
               fmt::format("option {} of from_json: For input string: \"{}\"", name, *text))
        .WithSparkError(error);
  }
  *flag = lower == "true";
  return base::Status::Ok();
}

bool Contains(const DataType& type, const std::function<bool(const DataType&)>& wanted) {
  switch (type.kind()) {
    case Kind::kStruct:
      return std::any_of(type.fields().begin(), type.fields().end(), [&](const StructField& field) {
        return Contains(field.dataType, wanted);
      });
    case Kind::kArray:
      return Contains(type.elementType(), wanted);
    case Kind::kMap:
      return Contains(type.keyType(), wanted) || Contains(type.valueType(), wanted);
    default:
      return wanted(type);
  }
}

bool ContainsKind(const DataType& type, Kind kind) {
  return Contains(type, [kind](const DataType& leaf) { return leaf.is(kind); });
}

bool IsSupportedLeaf(const DataType& type) {
  switch (type.kind()) {
    case Kind::kNull:
    case Kind::kBoolean:
    case Kind::kByte:
    case Kind::kShort:
    case Kind::kInteger:
    case Kind::kLong:
    case Kind::kFloat:
    case Kind::kDouble:
    case Kind::kDecimal:
    case Kind::kString:
    case Kind::kBinary:
    case Kind::kDate:
    case Kind::kTimestamp:
    case Kind::kTimestampNtz:
      return true;
    default:
      return false;
  }
}

base::Status CheckTypes(const DataType& schema) {
  std::string refused;
  bool bad = Contains(schema, [&](const DataType& leaf) {
    if (IsSupportedLeaf(leaf)) return false;
    refused = leaf.sql();
    return true;
  });
  if (bad) {
    return base::Status::Unsupported(
        fmt::format("from_json: type {} is not supported in its schema", refused));
  }
  return base::Status::Ok();
}

base::Status ReadFormat(const Lookup& lookup, std::string_view name, bool locale_matters,
                        DatetimeFormat* format) {
  const std::string* pattern = lookup.Find(name);
  format->fallback = pattern == nullptr;
  if (pattern == nullptr) return base::Status::Ok();
  base::Result<DatetimePattern> compiled = DatetimePattern::Compile(*pattern, true);
  if (compiled.ok()) {
    if (locale_matters && compiled->has_names()) {
      return base::Status::Unsupported(fmt::format(
          "from_json: option locale is not supported with the names in {} '{}'", name, *pattern));
    }
    format->pattern = std::move(*compiled);
    return base::Status::Ok();
  }
  base::Status error = DatetimePattern::SparkError(*pattern, compiled.status());
  if (error.code() == base::StatusCode::kUnsupported ||
      error.spark_error().exception_class == "SparkUpgradeException") {
    return error.WithContext(fmt::format("from_json: option {}", name));
  }
  format->unreadable = true;
  return base::Status::Ok();
}

base::Status ReadSyntax(const Lookup& lookup, JsonSyntax* syntax) {
  for (auto [name, flag] : {std::pair{"allowComments", &syntax->comments},
                            {"allowUnquotedFieldNames", &syntax->unquoted_names},
                            {"allowSingleQuotes", &syntax->single_quotes},
                            {"allowNumericLeadingZeros", &syntax->leading_zeros},
                            {"allowBackslashEscapingAnyCharacter", &syntax->any_escape},
                            {"allowUnquotedControlChars", &syntax->control_characters},
                            {"allowNonNumericNumbers", &syntax->non_numeric_numbers}}) {
    MILLRACE_RETURN_IF_ERROR(ReadFlag(lookup, name, flag));
  }
  bool unused = false;  // Read by Spark when it starts, of no effect in from_json.
  for (const char* name :
       {"primitivesAsString", "prefersDecimal", "dropFieldIfAllNull", "multiLine"}) {
    MILLRACE_RETURN_IF_ERROR(ReadFlag(lookup, name, &unused));
  }
  return base::Status::Ok();
}

base::Status ReadMode(const Lookup& lookup, bool* fail_fast) {
  const std::string* text = lookup.Find("mode");
  std::string mode = text == nullptr ? "" : Lower(*text);
  if (mode == "dropmalformed") {
    return SparkFailure(
        "AnalysisException", "PARSE_MODE_UNSUPPORTED", "42601",
        {{"funcName", "`from_json`"}, {"mode", "DROPMALFORMED"}},
        "The function `from_json` doesn't support the DROPMALFORMED mode. Acceptable modes are "
        "PERMISSIVE and FAILFAST.");
  }
  *fail_fast = mode == "failfast";
  return base::Status::Ok();
}

base::Status CheckCorruptColumn(const DataType& schema, const std::string& name) {
  if (!schema.is(Kind::kStruct)) return base::Status::Ok();
  for (const StructField& field : schema.fields()) {
    if (field.name != name || (field.dataType.is(Kind::kString) && field.nullable)) continue;
    return SparkFailure(
        "AnalysisException", "INVALID_CORRUPT_RECORD_TYPE", "42804",
        {{"columnName", fmt::format("`{}`", name)},
         {"actualType", fmt::format("\"{}\"", field.dataType.sql())}},
        fmt::format("The column `{}` for corrupt records must have the nullable STRING type, but "
                    "got \"{}\".",
                    name, field.dataType.sql()));
  }
  return base::Status::Ok();
}

bool IsEnglish(std::string_view locale) {
  std::string lower = Lower(locale);
  return lower == "en-us" || lower == "en_us";
}

}  // namespace

base::Status InvalidTimeZone(std::string_view id) {
  return SparkFailure(
      "SparkDateTimeException", "INVALID_TIMEZONE", "22009", {{"timeZone", std::string(id)}},
      fmt::format("The timezone: {} is invalid. The timezone must be either a region-based zone ID "
                  "or a zone offset. Region IDs must have the form 'area/city', such as "
                  "'America/Los_Angeles'. Zone offsets must be in the format '(+|-)HH', "
                  "'(+|-)HH:mm' or '(+|-)HH:mm:ss', e.g '-08' , '+01:00' or '-13:33:33', and must "
                  "be in the range from -18:00 to +18:00. 'Z' and 'UTC' are accepted as synonyms "
                  "for '+00:00'.",
                  id));
}

base::Result<FromJsonOptions> FromJsonOptions::Parse(
    const std::map<std::string, std::string>& options, const DataType& schema,
    const TimeZone& session_zone) {
  Lookup lookup(options);
  FromJsonOptions out;
  MILLRACE_RETURN_IF_ERROR(ReadMode(lookup, &out.fail_fast));
  MILLRACE_RETURN_IF_ERROR(ReadSyntax(lookup, &out.syntax));
  if (const std::string* name = lookup.Find("columnNameOfCorruptRecord"))
    out.corrupt_column = *name;
  MILLRACE_RETURN_IF_ERROR(CheckCorruptColumn(schema, out.corrupt_column));
  MILLRACE_RETURN_IF_ERROR(CheckTypes(schema));
  out.zone = session_zone;
  if (const std::string* id = lookup.Find("timeZone")) {
    std::optional<TimeZone> zone = TimeZone::Parse(*id);
    if (!zone) return InvalidTimeZone(*id);
    out.zone = *zone;
  }
  const std::string* locale = lookup.Find("locale");
  bool foreign = locale != nullptr && !IsEnglish(*locale);
  if (foreign && ContainsKind(schema, Kind::kDecimal)) {
    return base::Status::Unsupported(fmt::format(
        "from_json: option locale '{}' is not supported with decimal columns", *locale));
  }
  if (ContainsKind(schema, Kind::kTimestamp)) {
    MILLRACE_RETURN_IF_ERROR(ReadFormat(lookup, "timestampFormat", foreign, &out.timestamp));
  }
  if (ContainsKind(schema, Kind::kTimestampNtz)) {
    MILLRACE_RETURN_IF_ERROR(ReadFormat(lookup, "timestampNTZFormat", false, &out.timestamp_ntz));
  }
  if (ContainsKind(schema, Kind::kDate)) {
    MILLRACE_RETURN_IF_ERROR(ReadFormat(lookup, "dateFormat", foreign, &out.date));
  }
  if (lookup.Find("enableDateTimeParsingFallback") != nullptr) {
    bool fallback = true;
    MILLRACE_RETURN_IF_ERROR(ReadFlag(lookup, "enableDateTimeParsingFallback", &fallback));
    out.timestamp.fallback = out.date.fallback = fallback;
  }
  return out;
}

}  // namespace millrace::processor::duckdb
