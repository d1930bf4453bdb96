#include "sql/parser.h"

#include <utility>

#include "data/java_text.h"
#include "sql/text_parser.h"

namespace millrace::sql {
namespace {

/// Bytes that are no UTF-8 never get into a Java string: they become U+FFFD.
std::shared_ptr<const plan::SqlText> AsJavaHasIt(std::string_view text,
                                                 std::string_view object_type = "",
                                                 std::string_view object_name = "") {
  return std::make_shared<const plan::SqlText>(
      plan::SqlText{data::EncodeLikeJava(data::DecodeLikeJava(text)), std::string(object_type),
                    std::string(object_name)});
}

}  // namespace

base::Result<plan::Statement> ParseStatement(std::string_view text, const Parameters& parameters) {
  TextParser parser(AsJavaHasIt(text), parameters);
  plan::Statement statement = parser.WholeStatement();
  if (!parser.status().ok()) return parser.status();
  return statement;
}

base::Result<plan::ExpressionPtr> ParseExpression(std::string_view text) {
  const Parameters none;
  TextParser parser(AsJavaHasIt(text), none);
  plan::ExpressionPtr expression = parser.WholeExpression();
  if (!parser.status().ok()) return parser.status();
  return expression;
}

base::Result<plan::RelationPtr> ParseQuery(std::string_view text, const Parameters& parameters,
                                           std::string_view object_type,
                                           std::string_view object_name) {
  TextParser parser(AsJavaHasIt(text, object_type, object_name), parameters);
  plan::RelationPtr query = parser.WholeQuery();
  if (!parser.status().ok()) return parser.status();
  return query;
}

}  // namespace millrace::sql
