// Operators and predicates, select items, sort items and types.

#include <algorithm>
#include <array>
#include <set>

#include "data/schema_text.h"
#include "sql/text_parser.h"

namespace millrace::sql {
namespace {

using plan::ExpressionPtr;
using plan::Function;
namespace expression = plan::expression;

// Spark balances the tree of AND and OR, so that a thousand conditions are no deep plan.
ExpressionPtr Balanced(std::string_view function, const std::vector<ExpressionPtr>& operands,
                       std::size_t first, std::size_t last, const plan::Origin& origin) {
  if (first == last) return operands[first];
  const std::size_t middle = first + (last - first) / 2;
  return Function(function,
                  {Balanced(function, operands, first, middle, origin),
                   Balanced(function, operands, middle + 1, last, origin)},
                  origin);
}

ExpressionPtr Combined(std::string_view function, const std::vector<ExpressionPtr>& operands,
                       const plan::Origin& origin) {
  return Balanced(function, operands, 0, operands.size() - 1, origin);
}

ExpressionPtr Not(ExpressionPtr operand, const plan::Origin& origin) {
  return Function("not", {std::move(operand)}, origin);
}

struct Operator {
  std::string_view text;
  int precedence;
  std::string_view function;
};

// Higher binds tighter.
constexpr std::array<Operator, 25> kOperators = {{
    {"*", 7, "*"},    {"/", 7, "/"},    {"%", 7, "%"},    {"DIV", 7, "div"}, {"+", 6, "+"},
    {"-", 6, "-"},    {"||", 6, "concat"}, {"<<", 5, "<<"}, {">>", 5, ">>"},  {">>>", 5, ">>>"},
    {"&", 4, "&"},    {"^", 3, "^"},    {"|", 2, "|"},    {"=", 1, "=="},    {"==", 1, "=="},
    {"<=>", 1, "<=>"}, {"<>", 1, "<>"}, {"!=", 1, "<>"},  {"<", 1, "<"},     {"<=", 1, "<="},
    {">", 1, ">"},    {">=", 1, ">="},  {"!>", 1, "<="},  {"!<", 1, ">="},   {"", 0, ""},
}};
constexpr int kUnaryPrecedence = 8;

const Operator* OperatorOf(const Token& token) {
  if (token.kind != Token::Kind::kSymbol && !token.is_word("DIV")) return nullptr;
  const std::string_view text = token.kind == Token::Kind::kSymbol ? token.raw : token.text;
  const auto* found = std::find_if(kOperators.begin(), kOperators.end(), [&](const Operator& op) {
    return op.precedence > 0 && op.text == text;
  });
  return found == kOperators.end() ? nullptr : found;
}

ExpressionPtr MakeBinary(const Operator& op, ExpressionPtr left, ExpressionPtr right,
                         const plan::Origin& origin) {
  // As in Spark: a <> b is NOT (a = b).
  if (op.function == "<>") {
    return Not(Function("==", {std::move(left), std::move(right)}, origin), origin);
  }
  return Function(op.function, {std::move(left), std::move(right)}, origin);
}

}  // namespace

ExpressionPtr TextParser::Expression() {
  const Deeper deeper(this);
  return Junction("OR");
}

ExpressionPtr TextParser::Junction(std::string_view word) {
  const bool is_or = word == "OR";
  const Token& start = Peek();
  std::vector<ExpressionPtr> operands;
  do {
    operands.push_back(is_or ? Junction("AND") : Negation());
  } while (Skip(word));
  return Combined(is_or ? "or" : "and", operands, Since(start));
}

ExpressionPtr TextParser::Negation() {
  const bool is_not = (At("NOT") && !At("FROM", 1) && !AtSymbol(".", 1) && !AtSymbol(",", 1) && !AtSymbol(")", 1)) ||
                      AtSymbol("!");
  if (!is_not) return Predicated();
  const Deeper deeper(this);
  const Token& start = Take();
  ExpressionPtr operand = Negation();
  return Not(std::move(operand), Since(start));
}

bool TextParser::SkipNot() {
  if (Skip("NOT")) return true;
  const Token& place = Peek();
  if (!SkipSymbol("!")) return false;
  FailAbout(place,
            "Support of the clause or keyword: ! has been discontinued in this context. The '!' "
            "keyword is only supported as an alias for the prefix operator 'NOT'.\nUse the 'NOT' "
            "keyword instead for infix clauses such as `NOT LIKE`, `NOT IN`, `NOT BETWEEN`, "
            "etc.\nTo re-enable the '!' keyword, set \"spark.sql.legacy.bangEqualsNot\" to "
            "\"true\".",
            "SYNTAX_DISCONTINUED.BANG_EQUALS_NOT", "42601", {{"clause", "!"}});
  return true;
}

ExpressionPtr TextParser::Predicated() { return Predicate(ValueExpression()); }

ExpressionPtr TextParser::Predicate(const ExpressionPtr& value) {
  if (At("IS")) return IsPredicate(value);
  const Token& start = Peek();
  const bool negated = At("NOT") || AtSymbol("!");
  const std::size_t ahead = negated ? 1 : 0;
  if (!AtAny({"BETWEEN", "IN", "LIKE", "ILIKE", "RLIKE", "REGEXP"}, ahead)) return value;
  if (At("IN", ahead) && !AtSymbol("(", ahead + 1)) return value;
  if (negated) SkipNot();
  ExpressionPtr result;
  if (Skip("BETWEEN")) {
    ExpressionPtr lower = ValueExpression();
    Expect("AND");
    ExpressionPtr upper = ValueExpression();
    result = Function("between", {value, std::move(lower), std::move(upper)}, Since(start));
  } else if (Skip("IN")) {
    result = InPredicate(value, start);
  } else if (SkipAny({"RLIKE", "REGEXP"})) {
    ExpressionPtr pattern = ValueExpression();
    result = Function("rlike", {value, std::move(pattern)}, Since(start));
  } else {
    return LikePredicate(value, start, negated);
  }
  return negated ? Not(std::move(result), Since(start)) : result;
}

ExpressionPtr TextParser::IsPredicate(const ExpressionPtr& value) {
  const Token& start = Peek();
  Expect("IS");
  const bool negated = SkipNot();
  ExpressionPtr result;
  if (SkipAny({"NULL", "UNKNOWN"})) {
    return Function(negated ? "isnotnull" : "isnull", {value}, Since(start));
  }
  if (AtAny({"TRUE", "FALSE"})) {
    ExpressionPtr truth = plan::Literal(Take().text == "TRUE");
    result = Function("<=>", {value, std::move(truth)}, Since(start));
  } else if (SkipWords({"DISTINCT", "FROM"})) {
    ExpressionPtr other = ValueExpression();
    result = Not(Function("<=>", {value, std::move(other)}, Since(start)), Since(start));
    return negated ? result->As<expression::UnresolvedFunction>()->args[0] : result;
  } else {
    SyntaxError();
    return value;
  }
  return negated ? Not(std::move(result), Since(start)) : result;
}

ExpressionPtr TextParser::InPredicate(const ExpressionPtr& value, const Token& start) {
  const bool query = AtQuery();
  ExpectSymbol("(");
  if (query) {
    std::vector<ExpressionPtr> values = {value};
    if (failed()) return value;
    const auto* row = value->As<expression::UnresolvedFunction>();
    if (row != nullptr && row->name == "struct") values = row->args;
    expression::SubqueryExpression subquery =
        Subquery(expression::SubqueryExpression::Type::kIn, std::move(values));
    ExpectSymbol(")");
    return plan::MakeExpression(std::move(subquery), Since(start));
  }
  if (SkipSymbol(")")) {
    FailAbout(start,
              "Invalid SQL syntax: IN predicate requires at least one value. Empty IN clauses like "
              "'IN ()' are not allowed. Consider using 'WHERE FALSE' if you need an always-false "
              "condition, or provide at least one value in the IN list.",
              "INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE", "42000", {});
    return value;
  }
  std::vector<ExpressionPtr> args = ExpressionList();
  ExpectSymbol(")");
  args.insert(args.begin(), value);
  return Function("in", std::move(args), Since(start));
}

ExpressionPtr TextParser::LikePredicate(const ExpressionPtr& value, const Token& start,
                                        bool negated) {
  const std::string function = Take().text == "LIKE" ? "like" : "ilike";
  const bool quantified = AtAny({"ANY", "SOME", "ALL"}) && AtSymbol("(", 1);
  if (quantified) return LikeQuantified(value, start, function, negated);
  std::vector<ExpressionPtr> args = {value, ValueExpression()};
  if (Skip("ESCAPE")) {
    const std::string escape = StringLiteral();
    const auto characters = std::count_if(escape.begin(), escape.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    });
    if (!failed() && characters != 1) {
      FailAbout(start,
                "Found an invalid escape string: '" + escape +
                    "'. The escape string must contain only one character.",
                "INVALID_ESC", "42604", {{"invalidEscape", "'" + escape + "'"}});
    }
    args.push_back(plan::Literal(std::string_view(escape)));
  }
  ExpressionPtr result = Function(function, std::move(args), Since(start));
  return negated ? Not(std::move(result), Since(start)) : result;
}

// x LIKE ANY (p, q) is x LIKE p OR x LIKE q; NOT goes to each of them.
ExpressionPtr TextParser::LikeQuantified(const ExpressionPtr& value, const Token& start,
                                         const std::string& function, bool negated) {
  const bool all = Take().text == "ALL";
  ExpectSymbol("(");
  if (SkipSymbol(")")) {
    FailAbout(start, "Expected something between '(' and ')'..", "_LEGACY_ERROR_TEMP_0064", "",
           {{"msg", "Expected something between '(' and ')'."}});
    return value;
  }
  const Expressions patterns = ExpressionList();
  ExpectSymbol(")");
  std::vector<ExpressionPtr> operands;
  for (const ExpressionPtr& pattern : patterns) {
    ExpressionPtr like = Function(function, {value, pattern}, Since(start));
    operands.push_back(negated ? Not(std::move(like), Since(start)) : std::move(like));
  }
  return Combined(all ? "and" : "or", operands, Since(start));
}

ExpressionPtr TextParser::ValueExpression(int precedence) {
  const Token& start = Peek();
  ExpressionPtr left = Unary();
  int length = 0;
  while (!failed()) {
    const Operator* op = OperatorOf(Peek());
    if (op == nullptr || op->precedence <= precedence) break;
    // `a ! IN (b)`: ! is not an operator between two values, and DIV may be a name.
    Take();
    CheckChain(++length);
    ExpressionPtr right = ValueExpression(op->precedence);
    left = MakeBinary(*op, std::move(left), std::move(right), Since(start));
  }
  return left;
}

ExpressionPtr TextParser::Unary() {
  const bool sign = AtSymbol("-") || AtSymbol("+") || AtSymbol("~");
  if (!sign) return Primary();
  const Token::Kind next = Peek(1).kind;
  const bool negative_number =
      AtSymbol("-") && (next == Token::Kind::kInteger || next == Token::Kind::kDecimal ||
                        next == Token::Kind::kExponent || next == Token::Kind::kSuffixed);
  if (negative_number) return Primary();
  const Deeper deeper(this);
  const Token& op = Take();
  ExpressionPtr operand = ValueExpression(kUnaryPrecedence);
  const std::string_view function = op.raw == "+" ? "positive" : op.raw;
  return Function(function, {std::move(operand)}, Since(op));
}

TextParser::Expressions TextParser::ExpressionList() {
  Expressions list;
  do {
    list.push_back(Expression());
  } while (SkipSymbol(","));
  return list;
}

bool TextParser::AtClause() const {
  if (Peek().kind != Token::Kind::kWord) return false;
  if (AtAny({"GROUP", "ORDER", "SORT", "CLUSTER", "DISTRIBUTE", "PARTITION"})) return At("BY", 1);
  if (AtAny({"UNION", "INTERSECT", "EXCEPT", "MINUS"})) {
    return AtAny({"ALL", "DISTINCT", "SELECT", "FROM", "VALUES", "TABLE", "BY"}, 1) ||
           AtSymbol("(", 1);
  }
  if (At("LATERAL")) return At("VIEW", 1);
  if (At("WINDOW")) return AtName(1) && At("AS", 2);
  if (At("FOR")) return AtName(1) || AtSymbol("(", 1);
  if (AtAny({"FROM", "WHERE", "HAVING", "QUALIFY", "LIMIT", "OFFSET", "WHEN", "THEN", "ELSE", "END", "AND", "OR", "IS", "IN", "BETWEEN", "LIKE", "ILIKE", "RLIKE",
             "NOT", "AS", "USING", "ASC", "DESC", "NULLS", "DIV"})) {
    const Token& after = Peek(1);
    const bool ends = after.kind == Token::Kind::kEnd || after.is_symbol(",") ||
                      after.is_symbol(")") || after.is_symbol(";");
    return !ends || AtAny({"END", "ASC", "DESC"});
  }
  return false;
}

ExpressionPtr TextParser::NamedExpression() {
  const Token& start = Peek();
  expression::Alias alias;
  alias.child = Expression();
  const bool as = Skip("AS");
  if (AtSymbol("(") && (as || (AtName(1) && !failed()))) {
    alias.names = NameList();
  } else if (as || (AtName() && !AtClause())) {
    alias.names = {StrictName()};
  } else {
    return alias.child;
  }
  return plan::MakeExpression(std::move(alias), Since(start));
}

TextParser::Expressions TextParser::NamedExpressionList() {
  Expressions list;
  do {
    list.push_back(NamedExpression());
  } while (SkipSymbol(","));
  return list;
}

expression::SortOrder TextParser::SortItem() {
  const Token& start = Peek();
  expression::SortOrder item;
  item.child = Expression();
  if (Skip("DESC")) {
    item.direction = expression::SortDirection::kDescending;
  } else {
    Skip("ASC");
  }
  if (Skip("NULLS")) {
    const bool first = At("FIRST");
    if (!SkipAny({"FIRST", "LAST"})) SyntaxError();
    item.null_ordering =
        first ? expression::NullOrdering::kNullsFirst : expression::NullOrdering::kNullsLast;
  } else {
    item.null_ordering = item.direction == expression::SortDirection::kDescending
                             ? expression::NullOrdering::kNullsLast
                             : expression::NullOrdering::kNullsFirst;
  }
  item.origin = Since(start);
  return item;
}

std::vector<expression::SortOrder> TextParser::SortItems() {
  std::vector<expression::SortOrder> items;
  do {
    items.push_back(SortItem());
  } while (SkipSymbol(","));
  return items;
}

// The index of the token behind the type that starts here: a name with what stands in its brackets,
// and the words that may follow it.
std::size_t TextParser::TypeEnd() const {
  std::size_t i = next_ + 1;
  const auto at = [&](std::size_t index) -> const Token& {
    return tokens_[std::min(index, tokens_.size() - 1)];
  };
  if (Peek().is_word("INTERVAL")) {
    static const std::set<std::string, std::less<>> kFields = {"YEAR", "MONTH",  "DAY",
                                                               "HOUR", "MINUTE", "SECOND"};
    if (kFields.contains(at(i).text)) ++i;
    if (at(i).is_word("TO")) i += 2;
  } else if (at(i).is_symbol("(")) {
    if (closing_[i] > 0) i = closing_[i] + 1;
  } else if (at(i).is_symbol("<")) {
    int depth = 0;
    do {
      const std::string_view raw = at(i).kind == Token::Kind::kSymbol ? at(i).raw : "";
      if (raw != "<>") {
        depth += static_cast<int>(std::count(raw.begin(), raw.end(), '<'));
        depth -= static_cast<int>(std::count(raw.begin(), raw.end(), '>'));
      }
      ++i;
    } while (depth > 0 && at(i).kind != Token::Kind::kEnd);
  } else if (at(i).is_symbol("<>")) {
    ++i;
  }
  if (at(i).is_word("COLLATE")) i += 2;
  if (at(i).is_word("WITHOUT") && at(i + 1).is_word("TIME")) i += 3;
  if (at(i).is_word("WITH") && at(i + 1).is_word("LOCAL")) i += 4;
  return std::min(i, tokens_.size() - 1);
}

// Errors of syntax show their place, those of meaning the whole type.
void TextParser::FailType(const Token& start, const base::Status& status) {
  const base::SparkError& error = status.spark_error();
  const bool about = error.exception_class == "ParseException" && !error.condition.empty() &&
                     error.condition != "PARSE_SYNTAX_ERROR" &&
                     error.condition != "INVALID_IDENTIFIER";
  if (error.condition.starts_with("DECIMAL_")) return FailMeaning(status);
  if (!about) return Fail(status);
  const std::string prefix = "[" + error.condition + "] ";
  std::string text = status.message();
  text.erase(0, text.find(prefix) == std::string::npos ? 0 : text.find(prefix) + prefix.size());
  text.erase(std::min(text.find(" SQLSTATE: "), text.size()));
  FailAbout(start, text, error.condition, error.sql_state, error.parameters);
}

DataType TextParser::Type() {
  if (!AtName()) {
    SyntaxError();
    return DataType();
  }
  const std::size_t end = TypeEnd();
  base::Result<DataType> type =
      data::ParseDataTypeInside(sql_, Peek().offset, tokens_[end - 1].end());
  const Token& start = Peek();
  next_ = end;
  if (!type.ok()) {
    FailType(start, type.status());
    return DataType();
  }
  return *type;
}

}  // namespace millrace::sql
