#include "data/ddl_parser.h"

#include <charconv>

#include <fmt/format.h>

#include "data/json_text.h"

namespace millrace::data {
namespace {

using base::Result;
using base::Status;

/// Deeper types are refused instead of using up the stack.
constexpr int kMaxDepth = 500;

std::string CommentMetadata(std::string_view comment) {
  std::string metadata = R"({"comment":)";
  AppendJsonString(&metadata, comment);
  return metadata + "}";
}

}  // namespace

DdlParser::DdlParser(std::string_view ddl, std::size_t start, std::size_t end)
    : ddl_(ddl), tokens_(TokenizeDdl(ddl.substr(start, end - start))) {
  for (Token& token : tokens_) token.offset += start;
}

Result<DataType> DdlParser::WholeType() {
  if (Peek().kind == Token::Kind::kEnd) return EmptyError();
  DataType type;
  MILLRACE_RETURN_IF_ERROR(ParseType(&type, 0));
  MILLRACE_RETURN_IF_ERROR(ExpectEnd());
  MILLRACE_RETURN_IF_ERROR(meaning_);
  return type;
}

Result<StructType> DdlParser::WholeColumns() {
  if (Peek().kind == Token::Kind::kEnd) return EmptyError();
  std::vector<StructField> fields;
  do {
    MILLRACE_RETURN_IF_ERROR(ParseField(&fields, 0, false));
  } while (Skip(","));
  MILLRACE_RETURN_IF_ERROR(ExpectEnd());
  MILLRACE_RETURN_IF_ERROR(meaning_);
  return StructType(std::move(fields));
}

Status DdlParser::Expect(std::string_view symbol) {
  if (Skip(symbol)) return Status::Ok();
  return SyntaxError(Peek());
}

Status DdlParser::ExpectEnd() {
  if (Peek().kind == Token::Kind::kEnd) return Status::Ok();
  // ANTLR drops one token too many where it stands before the end, unless it was still choosing
  // between rules: all names of types are names of columns too.
  const bool extra = decided_ && Peek(1).kind == Token::Kind::kEnd;
  return SyntaxError(Peek(), extra ? ": extra input '" + std::string(Peek().raw) + "'" : "");
}

Status DdlParser::ParseInteger(int* value) {
  const Token& token = Take();
  if (token.kind != Token::Kind::kInteger) return SyntaxError(token);
  const char* end = token.raw.data() + token.raw.size();
  if (std::from_chars(token.raw.data(), end, *value).ec != std::errc()) {
    return Status::InvalidArgument(fmt::format("For input string: \"{}\"", token.raw))
        .WithSparkError({"NumberFormatException", "", "", {}});
  }
  return Status::Ok();
}

Status DdlParser::ParseNumbers(std::vector<int>* numbers) {
  if (!Skip("(")) return Status::Ok();
  do {
    MILLRACE_RETURN_IF_ERROR(ParseInteger(&numbers->emplace_back()));
  } while (Skip(","));
  return Expect(")");
}

Status DdlParser::CheckName(const Token& token) const {
  const bool ascii = std::all_of(token.raw.begin(), token.raw.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (token.kind == Token::Kind::kQuoted || ascii) return Status::Ok();
  return IdentifierError(token, token.text);
}

Status DdlParser::ParseName(std::string* name) {
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

Status DdlParser::ParseField(std::vector<StructField>* fields, int depth, bool colon_allowed) {
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

Status DdlParser::ParseType(DataType* type, int depth) {
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
  if (const std::optional<DataType> plain = PlainType(name)) {
    *type = *plain;
    return Status::Ok();
  }
  return ParseUnknown(name);
}

Status DdlParser::ParseNested(const Token& name, DataType* type, int depth) {
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

Status DdlParser::ParseArray(DataType* type, int depth) {
  MILLRACE_RETURN_IF_ERROR(Expect("<"));
  DataType element;
  MILLRACE_RETURN_IF_ERROR(ParseType(&element, depth + 1));
  MILLRACE_RETURN_IF_ERROR(Expect(">"));
  *type = ArrayType(element);
  return Status::Ok();
}

Status DdlParser::ParseMap(DataType* type, int depth) {
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

Status DdlParser::ParseStruct(DataType* type, int depth) {
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

}  // namespace millrace::data
