// Expressions without operators: columns, parentheses, CASE, CAST, lambdas, subqueries, parameters.

#include <algorithm>
#include <atomic>

#include "data/sql_error.h"
#include "sql/text_parser.h"

namespace millrace::sql {
namespace {

using plan::ExpressionPtr;
using plan::Function;
namespace expression = plan::expression;

std::int64_t NextSubqueryId() {
  // Below zero, so that it is none of a client's, and new in each text, so that plans of several
  // texts can be put together.
  static std::atomic<std::int64_t> last{0};
  return --last;
}

bool SameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; };
    return lower(x) == lower(y);
  });
}

}  // namespace

ExpressionPtr TextParser::Primary() {
  const Token& start = Peek();
  ExpressionPtr value = PrimaryStart();
  int length = 0;
  while (!failed()) {
    if (SkipSymbol("[")) {
      expression::UnresolvedExtractValue extract{std::move(value), ValueExpression()};
      ExpectSymbol("]");
      value = plan::MakeExpression(std::move(extract), Since(start));
    } else if (SkipSymbol("::")) {
      expression::Cast cast{std::move(value), Type()};
      cast.is_from_text = true;
      value = plan::MakeExpression(std::move(cast), Since(start));
    } else if (AtSymbol(".") && AtName(1)) {
      Take();
      value = Dereference(std::move(value), start);
    } else if (AtSymbol(":") && (AtName(1) || AtSymbol("[", 1))) {
      NotSupported(Peek(), "The extraction column:path",
                   "Use get_json_object(column, '$.path') or from_json.");
    } else if (At("COLLATE") && AtName(1)) {
      NotSupported(Peek(), "COLLATE", "Only UTF8_BINARY is there, the collation of every string.");
    } else {
      break;
    }
    CheckChain(++length);
  }
  return value;
}

ExpressionPtr TextParser::Dereference(ExpressionPtr base, const Token& start) {
  const std::string field = Name();
  return plan::MakeExpression(
      expression::UnresolvedExtractValue{std::move(base), plan::Literal(std::string_view(field))},
      Since(start));
}

ExpressionPtr TextParser::PrimaryStart() {
  if (AtLiteral() || AtInterval()) {
    const Token& start = Peek();
    const ExpressionPtr literal = AtLiteral() ? LiteralExpression() : Interval();
    return plan::WithOrigin(*literal, Since(start));
  }
  if (Peek().kind == Token::Kind::kSymbol) return SymbolPrimary();
  if (Peek().kind == Token::Kind::kQuotedName) return AtLambda() ? Lambda() : ColumnOrCall();
  if (Peek().kind == Token::Kind::kWord) return WordPrimary();
  SyntaxError();
  return plan::NullLiteral();
}

ExpressionPtr TextParser::SymbolPrimary() {
  if (AtSymbol("(")) return AtLambda() ? Lambda() : Parenthesised();
  if (AtSymbol("*")) return Star({}, Peek());
  if (AtSymbol("?")) return PositionalParameter();
  if (AtSymbol(":")) return NamedParameter();
  SyntaxError();
  return plan::NullLiteral();
}

ExpressionPtr TextParser::WordPrimary() {
  if (AtLambda()) return Lambda();
  if (At("CASE") && !At("FROM", 1) && !AtSymbol(".", 1) && !AtSymbol(",", 1) && !AtSymbol(")", 1)) return Case();
  if (AtSymbol("(", 1)) {
    if (At("CAST")) return CastCall(expression::CastMode::kSession);
    if (At("TRY_CAST")) return CastCall(expression::CastMode::kTry);
    if (At("EXISTS") && AtQuery(1)) {
      const Token& start = Take();
      Take();
      expression::SubqueryExpression exists =
          Subquery(expression::SubqueryExpression::Type::kExists);
      ExpectSymbol(")");
      return plan::MakeExpression(std::move(exists), Since(start));
    }
    if (ExpressionPtr call = SpecialCall()) return call;
  }
  if (AtClause() && !AtSymbol(".", 1) && !AtSymbol("(", 1)) {
    SyntaxError();
    return plan::NullLiteral();
  }
  return ColumnOrCall();
}

ExpressionPtr TextParser::Parenthesised() {
  const bool query = AtQuery();
  const Token& start = Peek();
  ExpectSymbol("(");
  if (query) {
    expression::SubqueryExpression subquery =
        Subquery(expression::SubqueryExpression::Type::kScalar);
    ExpectSymbol(")");
    return plan::MakeExpression(std::move(subquery), Since(start));
  }
  ExpressionPtr first = NamedExpression();
  if (!AtSymbol(",")) {
    ExpectSymbol(")");
    if (!failed() && first->As<expression::Alias>() != nullptr) {
      --next_;
      SyntaxError();
    }
    return first;
  }
  Expressions row = {std::move(first)};
  while (SkipSymbol(",")) row.push_back(NamedExpression());
  ExpectSymbol(")");
  return Function("struct", std::move(row), Since(start));
}

ExpressionPtr TextParser::Star(const Names& target, const Token& start) {
  ExpectSymbol("*");
  expression::UnresolvedStar star;
  if (!target.empty()) star.target = Unparse(target);
  if (At("EXCEPT") && AtSymbol("(", 1) && !AtQuery(1)) {
    Take();
    Take();
    do {
      star.except.push_back(Unparse(Multipart()));
    } while (SkipSymbol(","));
    ExpectSymbol(")");
  }
  return plan::MakeExpression(std::move(star), Since(start));
}

ExpressionPtr TextParser::ColumnOrCall() {
  const Token& start = Peek();
  if (At("IDENTIFIER") && AtSymbol("(", 1)) {
    std::string name = UnparsedName();
    if (!AtSymbol("(")) return plan::WithOrigin(*plan::Column(name), Since(start));
    return Call({std::move(name)}, start);
  }
  Names parts = {Name()};
  while (AtSymbol(".") && AtName(1)) {
    Take();
    parts.push_back(Name());
  }
  if (AtSymbol(".") && AtSymbol("*", 1)) {
    Take();
    return Star(parts, start);
  }
  if (AtSymbol("(") && !failed()) return Call(parts, start);
  return Attribute(parts, Since(start));
}

ExpressionPtr TextParser::Attribute(const Names& parts, Origin origin) const {
  for (auto names = lambda_names_.rbegin(); names != lambda_names_.rend(); ++names) {
    for (const std::string& name : *names) {
      if (SameName(name, parts[0])) {
        return plan::MakeExpression(expression::NamedLambdaVariable{parts}, std::move(origin));
      }
    }
  }
  return plan::MakeExpression(expression::UnresolvedAttribute{Unparse(parts), std::nullopt, false},
                              std::move(origin));
}

ExpressionPtr TextParser::Case() {
  const Token& start = Peek();
  Expect("CASE");
  Expressions args;
  ExpressionPtr value;
  if (!At("WHEN")) value = Expression();
  do {
    Expect("WHEN");
    args.push_back(Expression());
    Expect("THEN");
    args.push_back(Expression());
  } while (At("WHEN"));
  const std::size_t conditions = args.size() / 2;
  if (Skip("ELSE")) args.push_back(Expression());
  Expect("END");
  for (std::size_t i = 0; value != nullptr && i < conditions; ++i) {
    args[2 * i] = Function("==", {value, std::move(args[2 * i])}, Since(start));
  }
  return Function("when", std::move(args), Since(start));
}

ExpressionPtr TextParser::CastCall(expression::CastMode mode) {
  const Token& start = Take();
  ExpectSymbol("(");
  ExpressionPtr child = Expression();
  Expect("AS");
  DataType type = failed() ? DataType() : Type();
  ExpectSymbol(")");
  expression::Cast cast{std::move(child), std::move(type), mode};
  cast.is_from_text = true;
  return plan::MakeExpression(std::move(cast), Since(start));
}

bool TextParser::AtLambda() const {
  if (AtName()) return AtSymbol("->", 1);
  if (!AtSymbol("(") || closing_[next_] == 0) return false;
  const std::size_t close = closing_[next_] - next_;
  return AtName(1) && AtSymbol("->", close + 1);
}

ExpressionPtr TextParser::Lambda() {
  const Token& start = Peek();
  Names names;
  if (SkipSymbol("(")) {
    do {
      names.push_back(Name());
    } while (SkipSymbol(","));
    ExpectSymbol(")");
  } else {
    names.push_back(Name());
  }
  ExpectSymbol("->");
  expression::LambdaFunction lambda;
  for (const std::string& name : names) lambda.arguments.push_back({{name}});
  lambda_names_.push_back(std::move(names));
  lambda.function = Expression();
  lambda_names_.pop_back();
  return plan::MakeExpression(std::move(lambda), Since(start));
}

ExpressionPtr TextParser::PositionalParameter() {
  const Token& start = Take();
  if (positional_used_ < parameters_.positional.size()) {
    return parameters_.positional[positional_used_++];
  }
  UnboundParameter(start, "_" + std::to_string(start.offset));
  return plan::NullLiteral();
}

ExpressionPtr TextParser::NamedParameter() {
  const Token& start = Peek();
  ExpectSymbol(":");
  const std::string name = Name();
  const auto found = parameters_.named.find(name);
  if (found != parameters_.named.end()) return found->second;
  UnboundParameter(start, name);
  return plan::NullLiteral();
}

void TextParser::UnboundParameter(const Token& start, const std::string& name) {
  base::QueryContext context = data::SqlContext(sql_, start.offset, tokens_[next_ - 1].end());
  // Spark knows the characters of a parameter, but not its line.
  context.summary.replace(0, context.summary.find('\n'), "== SQL ==");
  FailMeaning(base::Status::InvalidArgument(
                  "[UNBOUND_SQL_PARAMETER] Found the unbound parameter: " + name +
                  ". Please, fix `args` and provide a mapping of the parameter to either a SQL "
                  "literal or collection constructor functions such as `map()`, `array()`, "
                  "`struct()`. SQLSTATE: 42P02")
                  .WithSparkError(
                      {"AnalysisException", "UNBOUND_SQL_PARAMETER", "42P02", {{"name", name}}})
                  .WithQueryContext(std::move(context)));
}

expression::SubqueryExpression TextParser::Subquery(expression::SubqueryExpression::Type type,
                                                    Expressions in_values) {
  std::vector<plan::RelationPtr> outer = TakeReferences();
  const plan::RelationPtr query = ClosedQuery();
  references_ = std::move(outer);
  expression::SubqueryExpression subquery;
  subquery.plan_id = NextSubqueryId();
  subquery.type = type;
  subquery.in_values = std::move(in_values);
  if (!failed() && query != nullptr) {
    references_.push_back(plan::MakeRelation(query->node, subquery.plan_id, query->origin));
  }
  return subquery;
}

}  // namespace millrace::sql
