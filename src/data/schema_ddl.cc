// A recursive-descent parser of Spark's type DDL: the rules dataType, colTypeList and
// complexColTypeList of SqlBaseParser.g4, with the meaning that DataTypeAstBuilder gives them.
#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "data/ddl_lexer.h"
#include "data/decimal_limits.h"
#include "data/java_text.h"
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
      {"BOOLEAN", BooleanType()}, {"TINYINT", ByteType()},
      {"BYTE", ByteType()},       {"SMALLINT", ShortType()},
      {"SHORT", ShortType()},     {"INT", IntegerType()},
      {"INTEGER", IntegerType()}, {"BIGINT", LongType()},
      {"LONG", LongType()},       {"FLOAT", FloatType()},
      {"REAL", FloatType()},      {"DOUBLE", DoubleType()},
      {"DATE", DateType()},       {"TIMESTAMP_LTZ", TimestampType()},
      {"BINARY", BinaryType()},   {"TIMESTAMP_NTZ", TimestampNTZType()},
      {"VOID", NullType()},       {"VARIANT", VariantType()},
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

/// Bytes that are no UTF-8 never get into a Java string: they become U+FFFD.
std::string AsJavaHasIt(std::string_view text) { return EncodeLikeJava(DecodeLikeJava(text)); }

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
    } while (Skip(","));
    MILLRACE_RETURN_IF_ERROR(ExpectEnd());
    MILLRACE_RETURN_IF_ERROR(meaning_);
    return StructType(std::move(fields));
  }

 private:
  const Token& Peek(std::size_t ahead = 0) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
  }
  const Token& Take() { return tokens_[std::min(next_++, tokens_.size() - 1)]; }
  bool Skip(std::string_view symbol) {
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
    const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const std::string_view in_line = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0.
    const auto column =
        static_cast<std::size_t>(std::count_if(in_line.begin(), in_line.end(), [](char c) {
          return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
        }));
    std::string message =
        fmt::format("\n{} (line {}, pos {})\n\n== SQL ==\n", text, line + 1, column);
    const std::string mark = std::string(column, '-') + "^^^\n";
    std::string_view rest = ddl_;
    while (rest.ends_with('\n')) rest.remove_suffix(1);
    if (ddl_.empty()) message += '\n';
    bool marked = false;
    for (std::size_t i = 0; !rest.empty(); ++i) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      message += fmt::format("{}\n", rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (i == line) message += mark;
      marked = marked || i == line;
    }
    if (!marked) message += mark;
    return message;
  }

  Status ParseError(const Token& token, const std::string& text, std::string condition,
                    std::string sql_state, std::map<std::string, std::string> parameters) const {
    std::string full = "[" + condition + "] " + text;
    if (!sql_state.empty()) full += " SQLSTATE: " + sql_state;
    return Status::InvalidArgument(Message(token, full))
        .WithSparkError(
            {"ParseException", std::move(condition), std::move(sql_state), std::move(parameters)});
  }

  Status SyntaxError(const Token& token, const std::string& hint = "") const {
    const std::string near =
        token.kind == Token::Kind::kEnd ? "end of input" : "'" + std::string(token.raw) + "'";
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

  Status Expect(std::string_view symbol) {
    if (Skip(symbol)) return Status::Ok();
    return SyntaxError(Peek());
  }

  Status ExpectEnd() {
    if (Peek().kind == Token::Kind::kEnd) return Status::Ok();
    // ANTLR drops one token too many where it stands before the end, unless it was still choosing
    // between rules: all names of types are names of columns too.
    const bool extra = decided_ && Peek(1).kind == Token::Kind::kEnd;
    return SyntaxError(Peek(), extra ? ": extra input '" + std::string(Peek().raw) + "'" : "");
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

  /// `(n, m, ...)`; nothing at all is no error.
  Status ParseNumbers(std::vector<int>* numbers) {
    if (!Skip("(")) return Status::Ok();
    do {
      MILLRACE_RETURN_IF_ERROR(ParseInteger(&numbers->emplace_back()));
    } while (Skip(","));
    return Expect(")");
  }

  static bool IsName(const Token& token) {
    return token.kind == Token::Kind::kQuoted || token.kind == Token::Kind::kIdentifier;
  }

  Status IdentifierError(const Token& token, const std::string& name) const {
    return ParseError(
        token,
        "The unquoted identifier " + name + " is invalid and must be back quoted as: `" + name +
            "`.\nUnquoted identifiers can only contain ASCII letters ('a' - 'z', 'A' - 'Z'), "
            "digits ('0' - '9'), and underbar ('_').\nUnquoted identifiers must also not start "
            "with a digit.\nDifferent data sources and meta stores may impose additional "
            "restrictions on valid identifiers.",
        "INVALID_IDENTIFIER", "42602", {{"ident", name}});
  }

  /// Spark tells this at once, before what is wrong behind it.
  Status CheckName(const Token& token) const {
    const bool ascii = std::all_of(token.raw.begin(), token.raw.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (token.kind == Token::Kind::kQuoted || ascii) return Status::Ok();
    return IdentifierError(token, token.text);
  }

  Status ParseName(std::string* name) {
    const Token& token = Take();
    if (!IsName(token)) return SyntaxError(token);
    MILLRACE_RETURN_IF_ERROR(CheckName(token));
    *name = token.text;
    if (!Peek().is_symbol("-")) return Status::Ok();
    const Token& hyphen = Peek();
    while (Skip("-")) {  // `test-table` without its quotes.
      const Token& part = Take();
      if (!IsName(part)) return SyntaxError(part);
      *name += "-" + part.text;
    }
    return IdentifierError(hyphen, *name);
  }

  /// One column or struct field: `name type [NOT NULL] [COMMENT 'text']`; in a struct a colon may
  /// stand behind the name.
  Status ParseField(std::vector<StructField>* fields, int depth, bool colon_allowed) {
    StructField field;
    MILLRACE_RETURN_IF_ERROR(ParseName(&field.name));
    if (colon_allowed) Skip(":");
    MILLRACE_RETURN_IF_ERROR(ParseType(&field.dataType, depth));
    if (SkipKeyword("NOT") || Skip("!")) {
      if (!SkipKeyword("NULL")) return SyntaxError(Peek());
      field.nullable = false;
      decided_ = true;
    }
    if (SkipKeyword("COMMENT")) {
      if (Peek().kind != Token::Kind::kString) return SyntaxError(Peek());
      decided_ = true;
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
    if (!IsName(name)) return SyntaxError(name);
    MILLRACE_RETURN_IF_ERROR(CheckName(name));
    decided_ = false;
    if (name.is_keyword("CHAR") || name.is_keyword("CHARACTER") || name.is_keyword("VARCHAR")) {
      return ParseCharacters(name, type);
    }
    if (name.is_keyword("DECIMAL") || name.is_keyword("DEC") || name.is_keyword("NUMERIC")) {
      return ParseDecimal(name, type);
    }
    if (name.is_keyword("TIME")) return ParseTime(name, type);
    if (name.is_keyword("GEOMETRY") || name.is_keyword("GEOGRAPHY")) return ParseGeo(name);
    if (Peek().is_symbol("(")) return ParseUnknown(name);
    if (name.is_keyword("ARRAY") || name.is_keyword("MAP") || name.is_keyword("STRUCT")) {
      return ParseNested(name, type, depth);
    }
    if (name.is_keyword("STRING")) return ParseString(name, type);
    if (name.is_keyword("INTERVAL")) return ParseInterval(name, type);
    if (name.is_keyword("TIMESTAMP")) return ParseTimestamp(type);
    if (const std::optional<DataType> trivial = TrivialType(name)) {
      *type = *trivial;
      return Status::Ok();
    }
    return ParseUnknown(name);
  }

  Status ParseNested(const Token& name, DataType* type, int depth) {
    const Token& bracket = Peek();
    if (name.is_keyword("STRUCT") && Skip("<>")) {
      *type = StructType();
      decided_ = true;
      return Status::Ok();
    }
    if (bracket.is_symbol("<>")) return SyntaxError(bracket);
    if (!bracket.is_symbol("<")) {
      MeaningError(IncompleteError(name));
      return Status::Ok();
    }
    const Status status = name.is_keyword("ARRAY") ? ParseArray(type, depth)
                          : name.is_keyword("MAP") ? ParseMap(type, depth)
                                                   : ParseStruct(type, depth);
    decided_ = true;
    if (depth > 0 || status.spark_error().condition != "PARSE_SYNTAX_ERROR") return status;
    // Spark's parser looks ahead: when the brackets hold no type, it takes ARRAY for the name of an
    // unknown type and complains of the bracket.
    return SyntaxError(bracket);
  }

  Status IncompleteError(const Token& name) const {
    const std::string upper = UpperAscii(name.raw);
    std::string rest =
        "at least one field type. For example: "
        "\"STRUCT<name STRING, phone DECIMAL(10, 0)>\".";
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
    MILLRACE_RETURN_IF_ERROR(Expect("<"));
    DataType element;
    MILLRACE_RETURN_IF_ERROR(ParseType(&element, depth + 1));
    MILLRACE_RETURN_IF_ERROR(Expect(">"));
    *type = ArrayType(element);
    return Status::Ok();
  }

  Status ParseMap(DataType* type, int depth) {
    MILLRACE_RETURN_IF_ERROR(Expect("<"));
    DataType key;
    DataType value;
    MILLRACE_RETURN_IF_ERROR(ParseType(&key, depth + 1));
    MILLRACE_RETURN_IF_ERROR(Expect(","));
    MILLRACE_RETURN_IF_ERROR(ParseType(&value, depth + 1));
    MILLRACE_RETURN_IF_ERROR(Expect(">"));
    *type = MapType(key, value);
    return Status::Ok();
  }

  Status ParseStruct(DataType* type, int depth) {
    MILLRACE_RETURN_IF_ERROR(Expect("<"));
    std::vector<StructField> fields;
    if (!Skip(">")) {
      do {
        MILLRACE_RETURN_IF_ERROR(ParseField(&fields, depth + 1, true));
      } while (Skip(","));
      MILLRACE_RETURN_IF_ERROR(Expect(">"));
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
    } while (Skip("."));
    const std::string upper = UpperAscii(collation);
    if (upper != "UTF8_BINARY" && upper != "SYSTEM.BUILTIN.UTF8_BINARY") {
      MeaningError(Status::Unsupported(
          Message(name, "STRING COLLATE " + collation +
                            " is not supported, only UTF8_BINARY is: write STRING.")));
    }
    return Status::Ok();
  }

  Status ParseCharacters(const Token& name, DataType* type) {
    std::vector<int> length;
    MILLRACE_RETURN_IF_ERROR(ParseNumbers(&length));
    if (length.size() > 1) return UnknownType(name, length);
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
    MILLRACE_RETURN_IF_ERROR(ParseNumbers(&numbers));
    if (numbers.size() > 2) return UnknownType(name, numbers);
    const int precision = numbers.empty() ? 10 : numbers[0];
    const int scale = numbers.size() < 2 ? 0 : numbers[1];
    const Status status = CheckDecimal(precision, scale);
    if (scale > precision) {
      base::SparkError error = status.spark_error();
      error.exception_class = "ParseException";
      MeaningError(
          Status::InvalidArgument(fmt::format("\n{}\n== SQL ==\n{}", status.message(), ddl_))
              .WithSparkError(std::move(error)));
    } else {
      MeaningError(status);
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
    static const auto* day_time = new std::vector<const char*>{"DAY", "HOUR", "MINUTE", "SECOND"};
    static const auto* year_month = new std::vector<const char*>{"YEAR", "MONTH"};
    for (const auto* names : {year_month, day_time}) {
      const int start = TakeField(*names);
      if (start < 0) continue;
      int end = start;
      const Token& to = Peek();
      if (SkipKeyword("TO")) {
        end = TakeField(*names);
        if (end <= 0) return SyntaxError(to);  // TO DAY and TO YEAR are no syntax.
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
    if (SkipKeyword("WITH")) {
      for (const char* word : {"LOCAL", "TIME", "ZONE"}) {
        if (!SkipKeyword(word)) return SyntaxError(Peek());
      }
      *type = TimestampType();
      return Status::Ok();
    }
    bool without = false;
    MILLRACE_RETURN_IF_ERROR(ParseWithoutTimeZone(&without));
    *type = without ? DataType(TimestampNTZType()) : DataType(TimestampType());
    return Status::Ok();
  }

  Status ParseTime(const Token& name, DataType* type) {
    std::vector<int> numbers;
    MILLRACE_RETURN_IF_ERROR(ParseNumbers(&numbers));
    if (numbers.size() > 1) return UnknownType(name, numbers);
    bool without = false;
    MILLRACE_RETURN_IF_ERROR(ParseWithoutTimeZone(&without));
    const int precision = numbers.empty() ? 6 : numbers[0];
    if (precision > 6) {
      MeaningError(
          Status::InvalidArgument(
              fmt::format("[UNSUPPORTED_TIME_PRECISION] The seconds precision {} of the TIME data "
                          "type is out of the supported range [0, 6]. SQLSTATE: 0A001",
                          precision))
              .WithSparkError({"SparkException",
                               "UNSUPPORTED_TIME_PRECISION",
                               "0A001",
                               {{"precision", std::to_string(precision)}}}));
    }
    *type = TimeType(precision);
    return Status::Ok();
  }

  /// `GEOMETRY(4326)`, `GEOGRAPHY(ANY)`: types of Spark that are not here.
  Status ParseGeo(const Token& name) {
    if (!Peek().is_symbol("(") || !Peek(1).is_keyword("ANY")) {
      if (!Peek().is_symbol("(")) return ParseUnknown(name);
      std::vector<int> numbers;
      MILLRACE_RETURN_IF_ERROR(ParseNumbers(&numbers));
    } else {
      Take();
      Take();
      MILLRACE_RETURN_IF_ERROR(Expect(")"));
    }
    MeaningError(Status::Unsupported(
        Message(name, "The type " + UpperAscii(name.raw) + " is not supported; use BINARY.")));
    return Status::Ok();
  }

  Status ParseUnknown(const Token& name) {
    std::vector<int> numbers;
    MILLRACE_RETURN_IF_ERROR(ParseNumbers(&numbers));
    return UnknownType(name, numbers);
  }

  Status UnknownType(const Token& name, const std::vector<int>& numbers) {
    std::string text = UpperAscii(name.text);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      text += (i == 0 ? "(" : ",") + std::to_string(numbers[i]);
    }
    if (!numbers.empty()) text += ")";
    MeaningError(ParseError(name, "Unsupported data type \"" + text + "\".", "UNSUPPORTED_DATATYPE",
                            "0A000", {{"typeName", "\"" + text + "\""}}));
    decided_ = true;
    return Status::Ok();
  }

  std::string_view ddl_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  bool decided_ = false;  ///< What was parsed last could have been nothing else.
  Status meaning_;
};

}  // namespace

Result<DataType> ParseDataType(std::string_view ddl) {
  const std::string text = AsJavaHasIt(ddl);
  return Parser(text).WholeType();
}

Result<StructType> ParseTableSchema(std::string_view ddl) {
  const std::string text = AsJavaHasIt(ddl);
  return Parser(text).WholeColumns();
}

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
