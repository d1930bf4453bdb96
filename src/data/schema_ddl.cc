// A recursive-descent parser of Spark's type DDL: rules dataType, colTypeList and complexColTypeList
// of SqlBaseParser.g4, meaning of DataTypeAstBuilder.
#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "data/ddl_lexer.h"
#include "data/json_text.h"
#include "data/schema_text.h"

namespace millrace::data {
namespace {

using base::Result;
using base::Status;
using Token = DdlToken;

/// Deeper types are refused instead of using up the stack.
constexpr int kMaxDepth = 500;

std::string UpperAscii(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

/// The type that a bare name stands for, if it takes no parameters.
std::optional<DataType> TrivialType(const Token& token) {
  struct Entry {
    const char* name;
    DataType type;
  };
  static const auto* entries = new std::vector<Entry>{
      {"BOOLEAN", BooleanType()},  {"TINYINT", ByteType()},
      {"BYTE", ByteType()},        {"SMALLINT", ShortType()},
      {"SHORT", ShortType()},      {"INT", IntegerType()},
      {"INTEGER", IntegerType()},  {"BIGINT", LongType()},
      {"LONG", LongType()},        {"FLOAT", FloatType()},
      {"REAL", FloatType()},       {"DOUBLE", DoubleType()},
      {"DATE", DateType()},        {"TIMESTAMP_LTZ", TimestampType()},
      {"BINARY", BinaryType()},    {"TIMESTAMP_NTZ", TimestampNTZType()},
      {"VOID", NullType()},        {"VARIANT", VariantType()},
  };
  for (const Entry& entry : *entries) {
    if (token.is_keyword(entry.name)) return entry.type;
  }
  return std::nullopt;
}

std::string CommentMetadata(std::string_view comment) {
  std::string metadata = R"({"comment":)";
  AppendJsonString(&metadata, comment);
  return metadata + "}";
}

class Parser {
 public:
  explicit Parser(std::string_view ddl) : ddl_(ddl), tokens_(TokenizeDdl(ddl)) {}

  Result<DataType> WholeType() {
    if (Peek().kind == Token::Kind::kEnd) return EmptyError();
    DataType type;
    MILLRACE_RETURN_IF_ERROR(ParseType(&type, 0));
    MILLRACE_RETURN_IF_ERROR(ExpectEnd());
    MILLRACE_RETURN_IF_ERROR(meaning_);
    return type;
  }

  Result<StructType> WholeColumns() {
    if (Peek().kind == Token::Kind::kEnd) return EmptyError();
    std::vector<StructField> fields;
    do {
      MILLRACE_RETURN_IF_ERROR(ParseField(&fields, 0, false));
    } while (Skip(','));
    MILLRACE_RETURN_IF_ERROR(ExpectEnd());
    MILLRACE_RETURN_IF_ERROR(meaning_);
    return StructType(std::move(fields));
  }

 private:
  const Token& Peek(std::size_t ahead = 0) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
  }
  const Token& Take() { return tokens_[std::min(next_++, tokens_.size() - 1)]; }
  bool Skip(char symbol) {
    if (!Peek().is_symbol(symbol)) return false;
    Take();
    return true;
  }
  bool SkipKeyword(std::string_view upper) {
    if (!Peek().is_keyword(upper)) return false;
    Take();
    return true;
  }

  /// Spark's text of a ParseException: the message, where it is (lines from 1, columns from 0), and
  /// the lines with a mark under the place.
  std::string Message(const Token& token, const std::string& text) const {
    const std::string_view before = ddl_.substr(0, token.offset);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t column = before.size() - (before.rfind('\n') + 1);  // npos + 1 is 0.
    const std::size_t line_end = std::min(ddl_.find('\n', token.offset), ddl_.size());
    std::string message = fmt::format("\n{} (line {}, pos {})\n\n== SQL ==\n{}\n{}^^^\n", text, line,
                                      column, ddl_.substr(0, line_end), std::string(column, '-'));
    if (line_end < ddl_.size()) message += fmt::format("{}\n", ddl_.substr(line_end + 1));
    return message;
  }

  Status ParseError(const Token& token, const std::string& text, std::string condition,
                    std::string sql_state,
                    std::map<std::string, std::string> parameters) const {
    std::string full = "[" + condition + "] " + text;
    if (!sql_state.empty()) full += " SQLSTATE: " + sql_state;
    return Status::InvalidArgument(Message(token, full))
        .WithSparkError({"ParseException", std::move(condition), std::move(sql_state),
                         std::move(parameters)});
  }

  Status SyntaxError(const Token& token, const std::string& hint = "") const {
    const std::string near = token.kind == Token::Kind::kEnd
                                 ? "end of input"
                                 : "'" + std::string(token.raw) + "'";
    return ParseError(token, "Syntax error at or near " + near + hint + ".", "PARSE_SYNTAX_ERROR",
                      "42601", {{"error", near}, {"hint", hint}});
  }

  Status EmptyError() const {
    return ParseError(Peek(), "Syntax error, unexpected empty statement.", "PARSE_EMPTY_STATEMENT",
                      "42617", {});
  }

  /// Keeps the first error about meaning: errors of syntax anywhere in the text go before it.
  void MeaningError(Status status) {
    if (meaning_.ok()) meaning_ = std::move(status);
  }

  Status Expect(char symbol) {
    if (Skip(symbol)) return Status::Ok();
    return SyntaxError(Peek());
  }

  Status ExpectEnd() {
    if (Peek().kind == Token::Kind::kEnd) return Status::Ok();
    const bool last = Peek(1).kind == Token::Kind::kEnd && Peek().kind != Token::Kind::kBad;
    return SyntaxError(Peek(), last ? ": extra input '" + std::string(Peek().raw) + "'" : "");
  }

  Status ParseInteger(int* value) {
    const Token& token = Take();
    if (token.kind != Token::Kind::kInteger) return SyntaxError(token);
    const char* end = token.raw.data() + token.raw.size();
    if (std::from_chars(token.raw.data(), end, *value).ec != std::errc()) {
      return Status::InvalidArgument(fmt::format("For input string: \"{}\"", token.raw))
          .WithSparkError({"NumberFormatException", "", "", {}});
    }
    return Status::Ok();
  }

  /// `(n)` or `(n, m)`, up to `max` numbers; nothing at all is no error.
  Status ParseNumbers(std::size_t max, std::vector<int>* numbers) {
    if (!Skip('(')) return Status::Ok();
    do {
      if (numbers->size() == max) return SyntaxError(tokens_[next_ - 1]);
      MILLRACE_RETURN_IF_ERROR(ParseInteger(&numbers->emplace_back()));
    } while (Skip(','));
    return Expect(')');
  }

  Status ParseName(std::string* name) {
    const Token& token = Take();
    if (token.kind != Token::Kind::kQuoted && token.kind != Token::Kind::kIdentifier) {
      return SyntaxError(token);
    }
    *name = token.text;
    const bool ascii = std::all_of(name->begin(), name->end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x80;
    });
    bool valid = token.kind == Token::Kind::kQuoted || ascii;
    while (Peek().is_symbol('-')) {  // `test-table` without its quotes.
      Take();
      const Token& part = Take();
      if (part.kind != Token::Kind::kQuoted && part.kind != Token::Kind::kIdentifier) {
        return SyntaxError(part);
      }
      *name += "-" + part.text;
      valid = false;
    }
    if (!valid) {
      MeaningError(ParseError(
          token,
          "The unquoted identifier " + *name + " is invalid and must be back quoted as: `" + *name +
              "`. Unquoted identifiers can only contain ASCII letters ('a' - 'z', 'A' - 'Z'), digits "
              "('0' - '9'), and underbar ('_'). Unquoted identifiers must also not start with a "
              "digit. Different data sources and meta stores may impose additional restrictions on "
              "valid identifiers.",
          "INVALID_IDENTIFIER", "42602", {{"ident", *name}}));
    }
    return Status::Ok();
  }

  /// One column or struct field: `name type [NOT NULL] [COMMENT 'text']`; in a struct a colon may
  /// stand behind the name.
  Status ParseField(std::vector<StructField>* fields, int depth, bool colon_allowed) {
    StructField field;
    MILLRACE_RETURN_IF_ERROR(ParseName(&field.name));
    if (colon_allowed) Skip(':');
    MILLRACE_RETURN_IF_ERROR(ParseType(&field.dataType, depth));
    if (SkipKeyword("NOT") || Skip('!')) {
      if (!SkipKeyword("NULL")) return SyntaxError(Peek());
      field.nullable = false;
    }
    if (SkipKeyword("COMMENT")) {
      if (Peek().kind != Token::Kind::kString) return SyntaxError(Peek());
      field.metadata = CommentMetadata(Take().text);
    }
    fields->push_back(std::move(field));
    return Status::Ok();
  }

  Status ParseType(DataType* type, int depth) {
    if (depth > kMaxDepth) {
      return ParseError(Peek(),
                        fmt::format("The type is nested more than {} levels deep.", kMaxDepth),
                        "FAILED_TO_PARSE_TOO_COMPLEX", "54001", {});
    }
    const Token& name = Take();
    if (name.kind != Token::Kind::kIdentifier && name.kind != Token::Kind::kQuoted) {
      return SyntaxError(name);
    }
    if (const std::optional<DataType> trivial = TrivialType(name)) {
      *type = *trivial;
      return Status::Ok();
    }
    if (name.is_keyword("ARRAY") || name.is_keyword("MAP") || name.is_keyword("STRUCT")) {
      return ParseNested(name, type, depth);
    }
    if (name.is_keyword("STRING")) return ParseString(name, type);
    if (name.is_keyword("CHAR") || name.is_keyword("CHARACTER") || name.is_keyword("VARCHAR")) {
      return ParseCharacters(name, type);
    }
    if (name.is_keyword("DECIMAL") || name.is_keyword("DEC") || name.is_keyword("NUMERIC")) {
      return ParseDecimal(name, type);
    }
    if (name.is_keyword("INTERVAL")) return ParseInterval(name, type);
    if (name.is_keyword("TIMESTAMP")) return ParseTimestamp(type);
    if (name.is_keyword("TIME")) return ParseTime(name, type);
    return ParseUnknown(name);
  }

  Status ParseNested(const Token& name, DataType* type, int depth) {
    const std::size_t bracket = next_;
    if (!Peek().is_symbol('<')) {
      MeaningError(IncompleteError(name));
      return Status::Ok();
    }
    Status status = name.is_keyword("ARRAY") ? ParseArray(type, depth)
                    : name.is_keyword("MAP") ? ParseMap(type, depth)
                                             : ParseStruct(type, depth);
    if (depth > 0 || status.ok() || status.spark_error().condition != "PARSE_SYNTAX_ERROR") {
      return status;
    }
    // Spark's parser looks ahead: when the brackets hold no type, it takes ARRAY for an unknown
    // type's name and complains of the bracket. A colon, which only a struct has, ends that doubt.
    for (std::size_t i = bracket; i < std::min(next_, tokens_.size()); ++i) {
      if (tokens_[i].is_symbol(':')) return status;
    }
    return SyntaxError(tokens_[bracket]);
  }

  Status IncompleteError(const Token& name) const {
    const std::string upper = UpperAscii(name.raw);
    std::string rest = "at least one field type. For example: \"STRUCT<Field1 INT>\".";
    std::map<std::string, std::string> parameters;
    if (upper == "ARRAY") {
      rest = "an element type. For example: \"ARRAY<INT>\".";
      parameters = {{"elementType", "<INT>"}};
    } else if (upper == "MAP") {
      rest = "a key type and a value type. For example: \"MAP<TIMESTAMP, INT>\".";
    }
    return ParseError(name,
                      "Incomplete complex type: The definition of \"" + upper +
                          "\" type is incomplete. You must provide " + rest,
                      "INCOMPLETE_TYPE_DEFINITION." + upper, "42K01", std::move(parameters));
  }

  Status ParseArray(DataType* type, int depth) {
    MILLRACE_RETURN_IF_ERROR(Expect('<'));
    DataType element;
    MILLRACE_RETURN_IF_ERROR(ParseType(&element, depth + 1));
    MILLRACE_RETURN_IF_ERROR(Expect('>'));
    *type = ArrayType(element);
    return Status::Ok();
  }

  Status ParseMap(DataType* type, int depth) {
    MILLRACE_RETURN_IF_ERROR(Expect('<'));
    DataType key;
    DataType value;
    MILLRACE_RETURN_IF_ERROR(ParseType(&key, depth + 1));
    MILLRACE_RETURN_IF_ERROR(Expect(','));
    MILLRACE_RETURN_IF_ERROR(ParseType(&value, depth + 1));
    MILLRACE_RETURN_IF_ERROR(Expect('>'));
    *type = MapType(key, value);
    return Status::Ok();
  }

  Status ParseStruct(DataType* type, int depth) {
    MILLRACE_RETURN_IF_ERROR(Expect('<'));
    std::vector<StructField> fields;
    if (!Skip('>')) {
      do {
        MILLRACE_RETURN_IF_ERROR(ParseField(&fields, depth + 1, true));
      } while (Skip(','));
      MILLRACE_RETURN_IF_ERROR(Expect('>'));
    }
    *type = StructType(std::move(fields));
    return Status::Ok();
  }

  Status ParseString(const Token& name, DataType* type) {
    *type = StringType();
    if (!SkipKeyword("COLLATE")) return Status::Ok();
    std::string collation;
    do {
      std::string part;
      MILLRACE_RETURN_IF_ERROR(ParseName(&part));
      if (!collation.empty()) collation += '.';
      collation += part;
    } while (Skip('.'));
    const std::string upper = UpperAscii(collation);
    if (upper != "UTF8_BINARY" && upper != "SYSTEM.BUILTIN.UTF8_BINARY") {
      MeaningError(Status::Unsupported(Message(
          name, "STRING COLLATE " + collation +
                    " is not supported, only UTF8_BINARY is: write STRING.")));
    }
    return Status::Ok();
  }

  Status ParseCharacters(const Token& name, DataType* type) {
    std::vector<int> length;
    MILLRACE_RETURN_IF_ERROR(ParseNumbers(1, &length));
    if (length.empty()) {
      const std::string quoted = "\"" + UpperAscii(name.raw) + "\"";
      MeaningError(ParseError(name,
                              "DataType " + quoted + " requires a length parameter, for example " +
                                  quoted + "(10). Please specify the length.",
                              "DATATYPE_MISSING_SIZE", "42K01", {{"type", quoted}}));
    } else if (name.is_keyword("VARCHAR")) {
      *type = VarcharType(length[0]);
    } else {
      *type = CharType(length[0]);
    }
    return Status::Ok();
  }

  Status ParseDecimal(const Token& name, DataType* type) {
    std::vector<int> numbers;
    MILLRACE_RETURN_IF_ERROR(ParseNumbers(2, &numbers));
    const int precision = numbers.empty() ? 10 : numbers[0];
    const int scale = numbers.size() < 2 ? 0 : numbers[1];
    if (scale > precision) {
      MeaningError(ParseError(
          name,
          fmt::format("Decimal scale ({}) cannot be greater than precision ({}).", scale,
                      precision),
          "_LEGACY_ERROR_TEMP_1228", "",
          {{"scale", std::to_string(scale)}, {"precision", std::to_string(precision)}}));
    } else if (precision > 38) {
      MeaningError(
          Status::InvalidArgument(
              fmt::format("[DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION] Decimal precision {} exceeds "
                          "max precision 38. SQLSTATE: 22003",
                          precision))
              .WithSparkError({"SparkArithmeticException",
                               "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003",
                               {{"precision", std::to_string(precision)},
                                {"maxPrecision", "38"}}}));
    }
    *type = DecimalType(precision, scale);
    return Status::Ok();
  }

  /// The interval field that comes next, or -1.
  int TakeField(const std::vector<const char*>& names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (SkipKeyword(names[i])) return static_cast<int>(i);
    }
    return -1;
  }

  Status ParseInterval(const Token& name, DataType* type) {
    static const auto* day_time =
        new std::vector<const char*>{"DAY", "HOUR", "MINUTE", "SECOND"};
    static const auto* year_month = new std::vector<const char*>{"YEAR", "MONTH"};
    for (const auto* names : {year_month, day_time}) {
      const int start = TakeField(*names);
      if (start < 0) continue;
      int end = start;
      if (Peek().is_keyword("TO")) {
        Take();
        end = TakeField(*names);
        if (end <= 0) return SyntaxError(Peek());  // TO DAY and TO YEAR are no syntax.
        if (end <= start) MeaningError(IntervalError(name, (*names)[start], (*names)[end]));
      }
      *type = names == day_time ? DataType(DayTimeIntervalType(start, end))
                                : DataType(YearMonthIntervalType(start, end));
      return Status::Ok();
    }
    *type = CalendarIntervalType();
    return Status::Ok();
  }

  Status IntervalError(const Token& name, std::string from, std::string to) const {
    for (std::string* text : {&from, &to}) {
      for (char& c : *text) c = static_cast<char>(c - 'A' + 'a');
    }
    return ParseError(name, "Intervals FROM " + from + " TO " + to + " are not supported.",
                      "_LEGACY_ERROR_TEMP_0028", "", {{"from", from}, {"to", to}});
  }

  /// `WITHOUT TIME ZONE`, or nothing.
  Status ParseWithoutTimeZone(bool* found) {
    *found = SkipKeyword("WITHOUT");
    if (*found && !(SkipKeyword("TIME") && SkipKeyword("ZONE"))) return SyntaxError(Peek());
    return Status::Ok();
  }

  Status ParseTimestamp(DataType* type) {
    bool without = false;
    MILLRACE_RETURN_IF_ERROR(ParseWithoutTimeZone(&without));
    *type = without ? DataType(TimestampNTZType()) : DataType(TimestampType());
    return Status::Ok();
  }

  Status ParseTime(const Token& name, DataType* type) {
    std::vector<int> numbers;
    MILLRACE_RETURN_IF_ERROR(ParseNumbers(1, &numbers));
    bool without = false;
    MILLRACE_RETURN_IF_ERROR(ParseWithoutTimeZone(&without));
    const int precision = numbers.empty() ? 6 : numbers[0];
    if (precision > 6) {
      MeaningError(ParseError(
          name,
          fmt::format("The seconds precision {} of the TIME data type is out of the supported "
                      "range [0, 6].",
                      precision),
          "UNSUPPORTED_TIME_PRECISION", "0A001", {{"precision", std::to_string(precision)}}));
    }
    *type = TimeType(precision);
    return Status::Ok();
  }

  Status ParseUnknown(const Token& name) {
    std::vector<int> numbers;
    MILLRACE_RETURN_IF_ERROR(ParseNumbers(tokens_.size(), &numbers));
    std::string text = UpperAscii(name.raw);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      text += (i == 0 ? "(" : ",") + std::to_string(numbers[i]);
    }
    if (!numbers.empty()) text += ")";
    MeaningError(ParseError(name, "Unsupported data type \"" + text + "\".",
                            "UNSUPPORTED_DATATYPE", "0A000",
                            {{"typeName", "\"" + text + "\""}}));
    return Status::Ok();
  }

  std::string_view ddl_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  Status meaning_;
};

}  // namespace

Result<DataType> ParseDataType(std::string_view ddl) { return Parser(ddl).WholeType(); }

Result<StructType> ParseTableSchema(std::string_view ddl) { return Parser(ddl).WholeColumns(); }

Result<DataType> ParseSchemaText(std::string_view ddl_or_json) {
  const std::size_t start = ddl_or_json.find_first_not_of(" \t\r\n");
  std::string json_message;
  if (start != std::string_view::npos && (ddl_or_json[start] == '{' || ddl_or_json[start] == '"')) {
    Result<DataType> type = ParseJsonType(ddl_or_json);
    if (type.ok() || type.status().code() == base::StatusCode::kUnsupported) return type;
    json_message = type.status().message();
  }
  // The order, and that the first error is the one told, are DataType.fromDDL's.
  Result<DataType> type = ParseDataType(ddl_or_json);
  if (type.ok()) return type;
  Result<StructType> columns = ParseTableSchema(ddl_or_json);
  if (columns.ok()) return DataType(*columns);
  if (json_message.empty()) return type;
  // Spark tells only what the DDL parser says; of JSON the reason is in the other message.
  return Status::InvalidArgument(type.status().message() + "As JSON: " + json_message)
      .WithSparkError(type.status().spark_error());
}

}  // namespace millrace::data
