#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plan/command.h"
#include "plan/plan.h"

namespace millrace::sql {

/// Values for the parameter markers of a text: `:name` and `?`.
struct Parameters {
  std::map<std::string, plan::ExpressionPtr> named;
  std::vector<plan::ExpressionPtr> positional;
};

/// Spark 4.2's SQL (SqlBaseParser.g4, where no word is reserved) as the plan that the DataFrame API
/// makes of the same query. Pure; thread-safe.
///
/// What is left to analysis: `current_date`, `current_timestamp`, `current_user`, `user` and the like
/// without parentheses are UnresolvedAttributes, columns first and functions when there is none;
/// ordinals in GROUP BY and ORDER BY are literals; a TIMESTAMP literal whose meaning depends on the
/// session's time zone is an ANSI cast of its text. The names of functions stand as they were written.
/// Common tables (WITH) are put in where they are used, as SubqueryAlias. Subqueries are in
/// WithRelations of the relation whose expressions have them.
///
/// Errors are InvalidArgument with Spark's ParseException. One of syntax (PARSE_SYNTAX_ERROR, 42601;
/// parameters `error` = the token in quotes or "end of input", `hint`) shows its place,
///
///     [PARSE_SYNTAX_ERROR] Syntax error at or near end of input. SQLSTATE: 42601 (line 1, pos 8)
///
///     == SQL ==
///     SELECT (
///     --------^^^
///
/// one of meaning what it is about:
///
///     [INVALID_TYPED_LITERAL] The value of the typed literal "DATE" is invalid: 'x'. SQLSTATE: 42604
///     == SQL (line 1, position 8) ==
///     SELECT DATE 'x'
///            ^^^^^^^^
///
/// What Spark's parser accepts and this one does not is Unsupported, or command::Refused for whole
/// statements. A text nested deeper than 1,000 levels is FAILED_TO_PARSE_TOO_COMPLEX, not a crash.

/// One statement, with or without `;` at its end.
base::Result<plan::Statement> ParseStatement(std::string_view text,
                                             const Parameters& parameters = {});
/// What `expr("...")` takes: one expression, with or without an alias.
base::Result<plan::ExpressionPtr> ParseExpression(std::string_view text);
/// A query (SELECT, VALUES, FROM ..., WITH ...): what stands behind a view's AS. The object whose
/// text it is, as of plan::SqlText.
base::Result<plan::RelationPtr> ParseQuery(std::string_view text,
                                           const Parameters& parameters = {},
                                           std::string_view object_type = "",
                                           std::string_view object_name = "");

}  // namespace millrace::sql
