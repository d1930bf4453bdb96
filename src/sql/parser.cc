#include "sql/parser.h"

#include <utility>

#include "data/java_text.h"
#include "sql/text_parser.h"

namespace millrace::sql {
namespace {

/// Bytes that are no UTF-8 never get into a Java string: they become U+FFFD.
std::string AsJavaHasIt(std::string_view text) {
  return data::EncodeLikeJava(data::DecodeLikeJava(text));
}

}  // namespace

base::Result<plan::Statement> ParseStatement(std::string_view text, const Parameters& parameters) {
  const std::string sql = AsJavaHasIt(text);
  TextParser parser(sql, parameters);
  plan::Statement statement = parser.WholeStatement();
  if (!parser.status().ok()) return parser.status();
  return statement;
}

base::Result<plan::ExpressionPtr> ParseExpression(std::string_view text) {
  const std::string sql = AsJavaHasIt(text);
  const Parameters none;
  TextParser parser(sql, none);
  plan::ExpressionPtr expression = parser.WholeExpression();
  if (!parser.status().ok()) return parser.status();
  return expression;
}

base::Result<plan::RelationPtr> ParseQuery(std::string_view text, const Parameters& parameters) {
  const std::string sql = AsJavaHasIt(text);
  TextParser parser(sql, parameters);
  plan::RelationPtr query = parser.WholeQuery();
  if (!parser.status().ok()) return parser.status();
  return query;
}

}  // namespace millrace::sql
