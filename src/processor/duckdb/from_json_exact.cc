#include "processor/duckdb/from_json_exact.h"

#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "data/java_text.h"
#include "data/scalar_text.h"
#include "processor/duckdb/datetime_text.h"
#include "processor/duckdb/decimal_text.h"
#include "processor/duckdb/json_copy.h"
#include "processor/duckdb/spark_error.h"

namespace millrace::processor::duckdb {

using Kind = DataType::Kind;

/// What is to be made of a token.
struct ExactJsonParser::Converter {
  DataType type;
  /// Fields of a struct, the element of an array, the value of a map. Null: the field is never
  /// read.
  std::vector<std::unique_ptr<Converter>> children;
  std::unordered_map<std::u16string, int> index;
};

std::unique_ptr<ExactJsonParser::Converter> ExactJsonParser::MakeConverter(const DataType& type,
                                                                           std::string_view skip) {
  auto converter = std::make_unique<Converter>();
  converter->type = type;
  if (type.is(Kind::kArray)) {
    converter->children.push_back(MakeConverter(type.elementType(), ""));
  } else if (type.is(Kind::kMap)) {
    converter->children.push_back(MakeConverter(type.valueType(), ""));
  } else if (type.is(Kind::kStruct)) {
    for (const StructField& field : type.fields()) {
      bool skipped = !skip.empty() && field.name == skip;
      int position = static_cast<int>(converter->children.size());
      converter->children.push_back(skipped ? nullptr : MakeConverter(field.dataType, ""));
      // Of two fields with one name the last is filled.
      if (!skipped) converter->index[data::DecodeLikeJava(field.name)] = position;
    }
  }
  return converter;
}

ExactJsonParser::ExactJsonParser(const DataType& schema, const FromJsonOptions& options)
    : schema_(schema), options_(options), tokenizer_(options.syntax) {
  bool is_struct = schema.is(Kind::kStruct);
  root_ = MakeConverter(schema, is_struct ? options.corrupt_column : "");
  if (!is_struct) return;
  for (std::size_t i = 0; i < schema.fields().size(); ++i) {
    if (schema.fields()[i].name == options.corrupt_column) corrupt_index_ = static_cast<int>(i);
  }
}

ExactJsonParser::~ExactJsonParser() = default;

base::Status ExactJsonParser::Parse(std::string_view json, std::int64_t now_us, Record* record) {
  now_us_ = now_us;
  failure_ = Failure{};
  text_ = data::DecodeLikeJava(json);
  tokenizer_.Reset(text_);
  record->malformed = false;
  record->value = data::Value::Null();
  Outcome outcome = Outcome::kError;
  if (tokenizer_.Next()) {
    if (tokenizer_.token() == JsonToken::kNone) return base::Status::Ok();
    outcome = ConvertRoot(&record->value);
    // A null at the root is an error too.
    if (outcome == Outcome::kValue && record->value.is_null()) outcome = Outcome::kError;
  }
  if (outcome == Outcome::kValue) return base::Status::Ok();
  record->malformed = true;
  if (outcome == Outcome::kError) record->value = data::Value::Null();
  if (schema_.is(Kind::kStruct)) {
    std::vector<data::Value> row = record->value.is_null()
                                       ? std::vector<data::Value>(schema_.fields().size())
                                       : record->value.list();
    if (corrupt_index_ >= 0) row[corrupt_index_] = data::Value::Bytes(std::string(json));
    record->value = data::Value::List(std::move(row));
  }
  if (options_.fail_fast) return FailFast(json, record->value);
  return base::Status::Ok();
}

namespace {

// InternalRow.toString: the values without their types.
std::string RowText(const data::Value& value, const DataType& type) {
  if (value.is_null()) return "null";
  if (value.is_bool()) return value.bool_value() ? "true" : "false";
  if (value.is_int()) return std::to_string(value.int_value());
  if (value.is_double()) {
    return type.is(Kind::kFloat) ? data::FloatText(static_cast<float>(value.double_value()))
                                 : data::DoubleText(value.double_value());
  }
  if (value.is_decimal()) return data::DecimalText(value.decimal_value(), type.scale());
  if (value.is_bytes()) return value.bytes();
  std::string out;
  for (std::size_t i = 0; i < value.list().size(); ++i) {
    const DataType& child = type.is(Kind::kStruct)  ? type.fields()[i].dataType
                            : type.is(Kind::kArray) ? type.elementType()
                                                    : type;
    if (i > 0) out += ',';
    out += RowText(value.list()[i], child);
  }
  return "[" + out + "]";
}

}  // namespace

base::Status ExactJsonParser::FailFast(std::string_view json, const data::Value& row) const {
  std::string bad = schema_.is(Kind::kStruct) ? RowText(row, schema_)
                                              : fmt::format("[{}]", RowText(row, schema_));
  std::map<std::string, std::string> parameters = {{"failFastMode", "FAILFAST"}};
  std::string_view exception_class = "SparkException";
  std::string_view condition = "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION";
  std::string why;
  if (failure_.kind == Failure::Kind::kArrayAsStruct) {
    exception_class = "SparkRuntimeException";
    condition = "MALFORMED_RECORD_IN_PARSING.CANNOT_PARSE_JSON_ARRAYS_AS_STRUCTS";
    bad = std::string(json);
    why = "Parsing JSON arrays as structs is forbidden.";
  } else if (failure_.kind == Failure::Kind::kStringAsNumber) {
    exception_class = "SparkRuntimeException";
    condition = "MALFORMED_RECORD_IN_PARSING.CANNOT_PARSE_STRING_AS_DATATYPE";
    bad = std::string(json);
    parameters["fieldName"] = fmt::format("`{}`", failure_.field);
    parameters["fieldValue"] = fmt::format("'{}'", failure_.text);
    parameters["inputType"] = "StringType";
    parameters["targetType"] = failure_.type;
    why = fmt::format(
        "Cannot parse the value '{}' of the field `{}` as target spark data type "
        "{} from the input type StringType.",
        failure_.text, failure_.field, failure_.type);
  }
  parameters["badRecord"] = bad;
  return SparkFailure(exception_class, condition, "22023", std::move(parameters),
                      fmt::format("Malformed records are detected in record parsing: {}.\nParse "
                                  "Mode: FAILFAST. To process malformed records as null result, "
                                  "try setting the option 'mode' as 'PERMISSIVE'. {}",
                                  bad, why));
}

void ExactJsonParser::Note(const Failure& failure) { failure_ = failure; }

// Moves to the next token of an object or array. False: malformed. `ended`: there is none.
bool ExactJsonParser::NextToken(bool* ended, JsonToken end) {
  if (!tokenizer_.Next()) return false;
  *ended = tokenizer_.token() == JsonToken::kNone || tokenizer_.token() == end;
  return true;
}

ExactJsonParser::Outcome ExactJsonParser::ConvertRoot(data::Value* value) {
  JsonToken token = tokenizer_.token();
  const Converter& root = *root_;
  if (token == JsonToken::kNull) {
    *value = data::Value::Null();
    return Outcome::kValue;
  }
  switch (root.type.kind()) {
    case Kind::kStruct:
      if (token == JsonToken::kStartObject) return ConvertObject(root, true, value);
      if (token == JsonToken::kStartArray) Note({Failure::Kind::kArrayAsStruct, "", "", ""});
      return Outcome::kError;
    case Kind::kMap:
      return token == JsonToken::kStartObject ? ConvertMap(root, value) : Outcome::kError;
    case Kind::kArray:
      if (token == JsonToken::kStartArray) return ConvertArray(root, value);
      if (token == JsonToken::kStartObject && root.type.elementType().is(Kind::kStruct)) {
        // One object stands for an array of one.
        data::Value element;
        Outcome outcome = ConvertObject(*root.children[0], false, &element);
        if (outcome != Outcome::kError) *value = data::Value::List({std::move(element)});
        return outcome;
      }
      return Outcome::kError;
    default:
      return Outcome::kError;
  }
}

// One value, whose token may still be its field's name.
ExactJsonParser::Outcome ExactJsonParser::Convert(const Converter& converter, data::Value* value) {
  while (tokenizer_.token() == JsonToken::kFieldName) {
    if (!tokenizer_.Next()) return Outcome::kError;
  }
  if (tokenizer_.token() == JsonToken::kNone || tokenizer_.token() == JsonToken::kNull) {
    *value = data::Value::Null();
    return Outcome::kValue;
  }
  return ConvertToken(converter, value);
}

ExactJsonParser::Outcome ExactJsonParser::ConvertToken(const Converter& converter,
                                                       data::Value* value) {
  auto outcome = [](bool ok) { return ok ? Outcome::kValue : Outcome::kError; };
  JsonToken token = tokenizer_.token();
  switch (converter.type.kind()) {
    case Kind::kNull:
      *value = data::Value::Null();
      return Outcome::kValue;
    case Kind::kBoolean:
      if (token == JsonToken::kTrue || token == JsonToken::kFalse) {
        *value = data::Value::Bool(token == JsonToken::kTrue);
        return Outcome::kValue;
      }
      break;
    case Kind::kByte:
    case Kind::kShort:
    case Kind::kInteger:
    case Kind::kLong:
      return outcome(ConvertInteger(converter, value));
    case Kind::kFloat:
    case Kind::kDouble:
      return outcome(ConvertFloating(converter, value));
    case Kind::kDecimal:
      return outcome(ConvertDecimal(converter, value));
    case Kind::kString:
      return outcome(ConvertString(value));
    case Kind::kBinary: {
      std::string bytes;
      if (token != JsonToken::kString || !tokenizer_.Base64(&bytes)) return Outcome::kError;
      *value = data::Value::Bytes(std::move(bytes));
      return Outcome::kValue;
    }
    case Kind::kDate:
      return outcome(ConvertDate(value));
    case Kind::kTimestamp:
    case Kind::kTimestampNtz:
      return outcome(ConvertTime(converter, value));
    case Kind::kStruct:
      if (token == JsonToken::kStartObject) return ConvertObject(converter, false, value);
      break;
    case Kind::kArray:
      if (token == JsonToken::kStartArray) return ConvertArray(converter, value);
      break;
    case Kind::kMap:
      if (token == JsonToken::kStartObject) return ConvertMap(converter, value);
      break;
    default:
      break;
  }
  // Spark reads the text for its message, which moves it behind a string.
  std::string ignored;
  static_cast<void>(Text(&ignored));
  return Outcome::kError;
}

ExactJsonParser::Outcome ExactJsonParser::ConvertObject(const Converter& converter, bool root,
                                                        data::Value* value) {
  std::vector<data::Value> row(converter.children.size());
  bool bad = false;
  Failure first;
  static_cast<void>(root);
  auto note = [&] {
    if (!bad) first = failure_;
    bad = true;
    failure_ = Failure{};
  };
  while (true) {
    bool ended;
    if (!NextToken(&ended, JsonToken::kEndObject)) return Outcome::kError;
    if (ended) break;
    const std::u16string* name = tokenizer_.name();
    auto found = name == nullptr ? converter.index.end() : converter.index.find(*name);
    if (found == converter.index.end()) {
      if (!tokenizer_.SkipChildren()) return Outcome::kError;
      continue;
    }
    data::Value field;
    Outcome outcome = Convert(*converter.children[found->second], &field);
    if (outcome == Outcome::kError) {
      note();
      if (!tokenizer_.SkipChildren()) return Outcome::kError;
      continue;
    }
    if (outcome == Outcome::kPartial) note();
    row[found->second] = std::move(field);
  }
  *value = data::Value::List(std::move(row));
  if (!bad) return Outcome::kValue;
  failure_ = first;
  return Outcome::kPartial;
}

ExactJsonParser::Outcome ExactJsonParser::ConvertMap(const Converter& converter,
                                                     data::Value* value) {
  std::vector<data::Value> entries;
  bool partial = false;
  bool bad = false;
  while (true) {
    bool ended;
    if (!NextToken(&ended, JsonToken::kEndObject)) return Outcome::kError;
    if (ended) break;
    const std::u16string* name = tokenizer_.name();
    data::Value key = data::Value::Bytes(name == nullptr ? "" : data::EncodeLikeJava(*name));
    data::Value item;
    Outcome outcome = Convert(*converter.children[0], &item);
    if (outcome == Outcome::kError) {
      bad = true;
      if (!tokenizer_.SkipChildren()) return Outcome::kError;
      continue;
    }
    if (outcome == Outcome::kPartial) partial = true;
    entries.push_back(data::Value::List({std::move(key), std::move(item)}));
  }
  if (bad) return Outcome::kError;
  *value = data::Value::List(std::move(entries));
  return partial ? Outcome::kPartial : Outcome::kValue;
}

ExactJsonParser::Outcome ExactJsonParser::ConvertArray(const Converter& converter,
                                                       data::Value* value) {
  std::vector<data::Value> elements;
  bool partial = false;
  while (true) {
    bool ended;
    if (!NextToken(&ended, JsonToken::kEndArray)) return Outcome::kError;
    if (ended) break;
    data::Value element;
    Outcome outcome = Convert(*converter.children[0], &element);
    if (outcome == Outcome::kError) return Outcome::kError;
    if (outcome == Outcome::kPartial) partial = true;
    elements.push_back(std::move(element));
  }
  *value = data::Value::List(std::move(elements));
  return partial ? Outcome::kPartial : Outcome::kValue;
}

bool ExactJsonParser::Text(std::string* text) {
  std::u16string_view raw;
  if (!tokenizer_.Text(&raw)) return false;
  *text = data::EncodeLikeJava(raw);
  return true;
}

bool ExactJsonParser::ConvertInteger(const Converter& converter, data::Value* value) {
  std::string text;
  if (!Text(&text) || tokenizer_.token() != JsonToken::kInt) return false;
  std::int64_t number = 0;
  auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec != std::errc()) return false;
  auto in = [&](std::int64_t low, std::int64_t high) { return number >= low && number <= high; };
  switch (converter.type.kind()) {
    case Kind::kByte:
      // Jackson lets unsigned bytes pass and Java wraps them.
      if (!in(-128, 255)) return false;
      number = static_cast<std::int8_t>(number);
      break;
    case Kind::kShort:
      if (!in(-32768, 32767)) return false;
      break;
    case Kind::kInteger:
      if (!in(std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max())) {
        return false;
      }
      break;
    default:
      break;
  }
  *value = data::Value::Int(number);
  return true;
}

bool ExactJsonParser::ConvertFloating(const Converter& converter, data::Value* value) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  JsonToken token = tokenizer_.token();
  std::string text;
  if (!Text(&text)) return false;
  bool named = token == JsonToken::kFloat && tokenizer_.not_finite();
  if (token == JsonToken::kString || named) {
    if (text.empty()) return false;
    if (named || options_.syntax.non_numeric_numbers) {
      if (text == "NaN") {
        *value = data::Value::Double(std::numeric_limits<double>::quiet_NaN());
        return true;
      }
      if (text == "+INF" || text == "+Infinity" || text == "Infinity") {
        *value = data::Value::Double(kInfinity);
        return true;
      }
      if (text == "-INF" || text == "-Infinity") {
        *value = data::Value::Double(-kInfinity);
        return true;
      }
    }
    const std::u16string* name = tokenizer_.name();
    Note({Failure::Kind::kStringAsNumber, name == nullptr ? "" : data::EncodeLikeJava(*name), text,
          converter.type.is(Kind::kFloat) ? "FloatType" : "DoubleType"});
    return false;
  }
  if (token != JsonToken::kInt && token != JsonToken::kFloat) return false;
  if (converter.type.is(Kind::kFloat)) {
    *value = data::Value::Double(token == JsonToken::kInt && text == "-0" ? 0 : ParseFloat(text));
  } else {
    *value = data::Value::Double(token == JsonToken::kInt && text == "-0" ? 0 : ParseDouble(text));
  }
  return true;
}

bool ExactJsonParser::ConvertDecimal(const Converter& converter, data::Value* value) {
  JsonToken token = tokenizer_.token();
  std::string text;
  if (!Text(&text)) return false;
  if (token == JsonToken::kString) {
    std::erase(text, ',');
  } else if (token != JsonToken::kInt && token != JsonToken::kFloat) {
    return false;
  }
  std::optional<BigDecimal> number = ParseBigDecimal(text);
  if (!number) return false;
  std::optional<__int128> unscaled =
      ToDecimal(*number, converter.type.precision(), converter.type.scale());
  if (!unscaled) return false;
  *value = data::Value::Decimal(*unscaled);
  return true;
}

bool ExactJsonParser::ConvertTime(const Converter& converter, data::Value* value) {
  bool ntz = converter.type.is(Kind::kTimestampNtz);
  const DatetimeFormat& format = ntz ? options_.timestamp_ntz : options_.timestamp;
  JsonToken token = tokenizer_.token();
  std::string text;
  if (!Text(&text)) return false;
  if (token == JsonToken::kInt && !ntz) {
    std::int64_t seconds = 0;
    auto end = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (end.ec != std::errc()) return false;
    // Wraps around like Scala's Long.
    *value = data::Value::Int(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(seconds) * 1'000'000u));
    return true;
  }
  if (token != JsonToken::kString || text.empty()) return false;
  std::optional<std::int64_t> micros;
  if (ntz) {
    if (format.pattern) {
      micros = format.pattern->ParseTimestampNtz(text, false);
    } else if (!format.unreadable) {
      micros = ParseTimestampNtz(text, false);
    }
  } else {
    if (format.pattern) {
      micros = format.pattern->ParseTimestamp(text, options_.zone);
    } else if (!format.unreadable) {
      micros = ParseTimestamp(text, options_.zone, now_us_);
    }
    if (!micros && format.fallback) micros = ParseLegacyTimestamp(text, options_.zone, now_us_);
  }
  if (!micros) return false;
  *value = data::Value::Int(*micros);
  return true;
}

bool ExactJsonParser::ConvertDate(data::Value* value) {
  const DatetimeFormat& format = options_.date;
  std::string text;
  if (!Text(&text) || tokenizer_.token() != JsonToken::kString || text.empty()) return false;
  std::optional<std::int32_t> days;
  if (format.pattern) {
    days = format.pattern->ParseDate(text);
  } else if (!format.unreadable) {
    days = ParseDate(text);
  }
  if (!days && format.fallback) days = ParseLegacyDate(text);
  if (!days) return false;
  *value = data::Value::Int(*days);
  return true;
}

bool ExactJsonParser::ConvertString(data::Value* value) {
  std::string text;
  bool ok = tokenizer_.token() == JsonToken::kString ? Text(&text) : CopyJson(&tokenizer_, &text);
  if (ok) *value = data::Value::Bytes(std::move(text));
  return ok;
}

}  // namespace millrace::processor::duckdb
