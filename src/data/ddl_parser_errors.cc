// What Spark says of a text that is no schema.

#include "data/ddl_parser.h"
#include "data/sql_error.h"

namespace millrace::data {

using base::Status;

std::string DdlParser::UpperAscii(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

std::string DdlParser::Message(const Token& token, const std::string& text) const {
  return ParseExceptionText(ddl_, token.offset, text);
}

Status DdlParser::ParseError(const Token& token, const std::string& text, std::string condition,
                             std::string sql_state,
                             std::map<std::string, std::string> parameters) const {
  return ParseException(ddl_, token.offset, text, std::move(condition), std::move(sql_state),
                        std::move(parameters));
}

Status DdlParser::SyntaxError(const Token& token, const std::string& hint) const {
  const std::string near =
      token.kind == Token::Kind::kEnd ? "end of input" : "'" + std::string(token.raw) + "'";
  return ParseError(token, "Syntax error at or near " + near + hint + ".", "PARSE_SYNTAX_ERROR",
                    "42601", {{"error", near}, {"hint", hint}});
}

Status DdlParser::EmptyError() const {
  return ParseError(Peek(), "Syntax error, unexpected empty statement.", "PARSE_EMPTY_STATEMENT",
                    "42617", {});
}

Status DdlParser::IdentifierError(const Token& token, const std::string& name) const {
  return ParseError(
      token,
      "The unquoted identifier " + name + " is invalid and must be back quoted as: `" + name +
          "`.\nUnquoted identifiers can only contain ASCII letters ('a' - 'z', 'A' - 'Z'), "
          "digits ('0' - '9'), and underbar ('_').\nUnquoted identifiers must also not start "
          "with a digit.\nDifferent data sources and meta stores may impose additional "
          "restrictions on valid identifiers.",
      "INVALID_IDENTIFIER", "42602", {{"ident", name}});
}

Status DdlParser::IncompleteError(const Token& name) const {
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

Status DdlParser::IntervalError(const Token& name, std::string from, std::string to) const {
  for (std::string* text : {&from, &to}) {
    for (char& c : *text) c = static_cast<char>(c - 'A' + 'a');
  }
  return ParseError(name, "Intervals FROM " + from + " TO " + to + " are not supported.",
                    "_LEGACY_ERROR_TEMP_0028", "", {{"from", from}, {"to", to}});
}

Status DdlParser::UnknownType(const Token& name, const std::vector<int>& numbers) {
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

}  // namespace millrace::data
