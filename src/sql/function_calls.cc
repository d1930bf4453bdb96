// Function calls, those with a syntax of their own, and windows.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sql/text_parser.h"

namespace millrace::sql {
namespace {

using plan::ExpressionPtr;
using plan::Function;
namespace expression = plan::expression;

const std::set<std::string, std::less<>>& TimeUnits() {
  static const std::set<std::string, std::less<>> units = {
      "YEAR",      "QUARTER", "MONTH",  "WEEK",   "DAY",
      "DAYOFYEAR", "HOUR",    "MINUTE", "SECOND", "MILLISECOND",
      "MICROSECOND"};
  return units;
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

/// Null when the name that stands here has no syntax of its own.
ExpressionPtr TextParser::SpecialCall() {
  if (AtSymbol("=>", 3)) return nullptr;
  if (At("EXTRACT") && AtName(2) && At("FROM", 3)) return Extract();
  if (AtAny({"SUBSTR", "SUBSTRING"}) && !AtSymbol(")", 2)) return Substring();
  if (At("TRIM") && !AtSymbol(")", 2)) return Trim();
  if (At("OVERLAY") && !AtSymbol(")", 2)) return Overlay();
  if (At("POSITION") && !AtSymbol(")", 2)) return Position();
  if (At("STRUCT")) return StructCall();
  const bool unit_call = AtAny({"TIMESTAMPADD", "DATEADD", "DATE_ADD", "TIMESTAMPDIFF", "DATEDIFF",
                                "DATE_DIFF", "TIMEDIFF"});
  if (unit_call && Peek(2).kind == Token::Kind::kString && AtSymbol(",", 3)) return QuotedUnit();
  const bool has_unit = (TimeUnits().contains(Peek(2).text) && Peek(2).kind == Token::Kind::kWord &&
                         AtSymbol(",", 3));
  if (!has_unit) return nullptr;
  if (AtAny({"TIMESTAMPADD", "DATEADD", "DATE_ADD"})) return UnitCall("timestampadd");
  if (AtAny({"TIMESTAMPDIFF", "DATEDIFF", "DATE_DIFF", "TIMEDIFF"})) {
    return UnitCall("timestampdiff");
  }
  return nullptr;
}

ExpressionPtr TextParser::Extract() {
  const Token& start = Take();
  ExpectSymbol("(");
  const std::string field = Name();
  Expect("FROM");
  ExpressionPtr source = ValueExpression();
  ExpectSymbol(")");
  return Function("extract", {plan::Literal(std::string_view(field)), std::move(source)},
                  Since(start));
}

ExpressionPtr TextParser::Substring() {
  const Token& start = Take();
  const std::string written = LowerCase(start.text);
  ExpectSymbol("(");
  Expressions args = {ValueExpression()};
  const bool from = Skip("FROM");
  if (!from) ExpectSymbol(",");
  args.push_back(ValueExpression());
  if (Skip("FOR") || SkipSymbol(",")) args.push_back(ValueExpression());
  ExpectSymbol(")");
  return Function(from ? "substring" : written, std::move(args), Since(start));
}

ExpressionPtr TextParser::Trim() {
  const std::size_t start = next_;
  Take();
  ExpectSymbol("(");
  std::string_view function = "trim";
  const bool option = AtAny({"BOTH", "LEADING", "TRAILING"}) && !AtSymbol(",", 1) &&
                      !AtSymbol(")", 1) && !AtSymbol(".", 1);
  if (option) {
    if (At("LEADING")) function = "ltrim";
    if (At("TRAILING")) function = "rtrim";
    Take();
  }
  Expressions args;
  if (!At("FROM")) args.push_back(ValueExpression());
  if (!option && !At("FROM")) {
    if (failed()) return plan::NullLiteral();
    next_ = start;
    return Call({Name()}, tokens_[start]);
  }
  Expect("FROM");
  args.push_back(ValueExpression());
  ExpectSymbol(")");
  return Function(function, std::move(args), Since(tokens_[start]));
}

ExpressionPtr TextParser::Overlay() {
  const std::size_t start = next_;
  Take();
  ExpectSymbol("(");
  Expressions args = {ValueExpression()};
  if (!At("PLACING")) {
    if (failed()) return plan::NullLiteral();
    next_ = start;
    return Call({Name()}, tokens_[start]);
  }
  Take();
  args.push_back(ValueExpression());
  Expect("FROM");
  args.push_back(ValueExpression());
  if (Skip("FOR")) args.push_back(ValueExpression());
  ExpectSymbol(")");
  return Function("overlay", std::move(args), Since(tokens_[start]));
}

ExpressionPtr TextParser::Position() {
  const std::size_t start = next_;
  Take();
  ExpectSymbol("(");
  ExpressionPtr part = ValueExpression();
  if (!At("IN")) {
    if (failed()) return plan::NullLiteral();
    next_ = start;
    return Call({Name()}, tokens_[start]);
  }
  Take();
  ExpressionPtr whole = ValueExpression();
  ExpectSymbol(")");
  return Function("locate", {std::move(part), std::move(whole)}, Since(tokens_[start]));
}

// DATE_ADD(DAY, 1, time) has a unit; DATE_ADD(day, 1) has a column of that name.
ExpressionPtr TextParser::UnitCall(std::string_view function) {
  const std::size_t start = next_;
  Take();
  ExpectSymbol("(");
  const std::string unit = Take().text;
  ExpectSymbol(",");
  Expressions args = {plan::Literal(std::string_view(unit)), Expression()};
  if (AtSymbol(")")) {
    next_ = start;
    return Call({Name()}, tokens_[start]);
  }
  ExpectSymbol(",");
  args.push_back(Expression());
  ExpectSymbol(")");
  return Function(function, std::move(args), Since(tokens_[start]));
}

// TIMESTAMPADD('HOUR', 1, time) is an error; DATE_ADD('2026-01-01', 1) is none.
ExpressionPtr TextParser::QuotedUnit() {
  const Token& start = Peek();
  const std::string unit = Peek(2).text;
  ExpressionPtr call = Call({Name()}, start);
  if (failed() || call->As<expression::UnresolvedFunction>() == nullptr ||
      call->As<expression::UnresolvedFunction>()->args.size() != 3) {
    return call;
  }
  const std::string function = "`" + start.text + "`";
  FailAbout(start,
            "The value of parameter(s) `unit` in " + function +
                " is invalid: expects one of the units without quotes YEAR, QUARTER, MONTH, WEEK, "
                "DAY, DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND, but got the string "
                "literal '" + unit + "'.",
            "INVALID_PARAMETER_VALUE.DATETIME_UNIT", "22023",
            {{"functionName", function}, {"parameter", "`unit`"}, {"invalidValue", "'" + unit + "'"}});
  return call;
}

ExpressionPtr TextParser::StructCall() {
  const Token& start = Take();
  ExpectSymbol("(");
  Expressions args;
  if (!AtSymbol(")")) args = NamedExpressionList();
  ExpectSymbol(")");
  return Function("struct", std::move(args), Since(start));
}

ExpressionPtr TextParser::Argument() {
  if (!AtName() || !AtSymbol("=>", 1)) return Expression();
  const Token& start = Peek();
  std::string key = Name();
  ExpectSymbol("=>");
  expression::NamedArgument argument{std::move(key), Expression()};
  return plan::MakeExpression(std::move(argument), Since(start));
}

ExpressionPtr TextParser::Call(const Names& name, const Token& start) {
  expression::UnresolvedFunction call;
  call.name = name.size() == 1 ? name[0] : Unparse(name);
  call.is_user_defined = name.size() > 1;
  call.is_from_text = true;
  ExpectSymbol("(");
  if (!AtSymbol(")")) {
    if (!AtSymbol(")", 1) && !AtSymbol(",", 1) && !AtSymbol(".", 1) && AtAny({"DISTINCT", "ALL"})) {
      call.is_distinct = Take().text == "DISTINCT";
    }
    do {
      call.args.push_back(Argument());
    } while (SkipSymbol(","));
    if (SkipWords({"IGNORE", "NULLS"})) call.ignore_nulls = true;
    if (SkipWords({"RESPECT", "NULLS"})) call.ignore_nulls = false;
  }
  ExpectSymbol(")");
  if (SkipWords({"WITHIN", "GROUP"})) {
    ExpectSymbol("(");
    Expect("ORDER");
    Expect("BY");
    call.within_group = SortItems();
    ExpectSymbol(")");
  }
  if (At("FILTER") && AtSymbol("(", 1) && At("WHERE", 2)) {
    Take();
    Take();
    Take();
    call.filter = Expression();
    ExpectSymbol(")");
  }
  if (SkipWords({"IGNORE", "NULLS"})) call.ignore_nulls = true;
  if (SkipWords({"RESPECT", "NULLS"})) call.ignore_nulls = false;
  const bool over = At("OVER") && (AtSymbol("(", 1) || AtName(1));
  return over ? Over(std::move(call), start) : plan::MakeExpression(std::move(call), Since(start));
}

ExpressionPtr TextParser::Over(expression::UnresolvedFunction function, const Token& start) {
  Expect("OVER");
  expression::Window window;
  const bool parentheses = AtSymbol("(") && AtName(1) && AtSymbol(")", 2);
  if (parentheses || AtName()) {
    if (parentheses) Take();
    const std::size_t token = next_;
    std::string name = LowerCase(StrictName());
    if (parentheses) Take();
    window.function = plan::MakeExpression(std::move(function), Since(start));
    auto use =
        std::make_shared<plan::Expression>(plan::Expression{std::move(window), Since(start)});
    window_uses_.push_back({std::move(name), token, use});
    return use;
  }
  WindowDefinition(&window);
  window.function = plan::MakeExpression(std::move(function), Since(start));
  return plan::MakeExpression(std::move(window), Since(start));
}

/// `([PARTITION BY ...] [ORDER BY ...] [frame])`.
void TextParser::WindowDefinition(expression::Window* window) {
  const Token& start = Peek();
  ExpectSymbol("(");
  if (SkipWords({"CLUSTER", "BY"})) {
    window->partition_spec = ExpressionList();
  } else {
    if (SkipWords({"PARTITION", "BY"}) || SkipWords({"DISTRIBUTE", "BY"})) {
      window->partition_spec = ExpressionList();
    }
    if (SkipWords({"ORDER", "BY"}) || SkipWords({"SORT", "BY"})) window->order_spec = SortItems();
  }
  if (AtAny({"ROWS", "RANGE"})) window->frame = Frame();
  ExpectSymbol(")");
  window->definition_origin = Since(start);
}

expression::WindowFrame TextParser::Frame() {
  expression::WindowFrame frame;
  frame.type = Take().text == "ROWS" ? expression::WindowFrame::Type::kRow
                                     : expression::WindowFrame::Type::kRange;
  if (Skip("BETWEEN")) {
    frame.lower = Bound(true);
    Expect("AND");
    frame.upper = Bound(false);
  } else {
    frame.lower = Bound(true);
    frame.upper.boundary = expression::FrameBoundary::CurrentRow{};
  }
  return frame;
}

namespace {

// Of literals and operators only: what the parser of Spark takes for a literal.
bool IsWrittenConstant(const plan::Expression& expression) {
  if (expression.As<expression::Literal>() != nullptr) return true;
  if (const auto* cast = expression.As<expression::Cast>()) return IsWrittenConstant(*cast->child);
  const auto* call = expression.As<expression::UnresolvedFunction>();
  return call != nullptr && !call->is_from_text &&
         std::all_of(call->args.begin(), call->args.end(),
                     [](const ExpressionPtr& arg) { return IsWrittenConstant(*arg); });
}

}  // namespace

// What comes before the current row is negative.
expression::FrameBoundary TextParser::Bound(bool is_lower) {
  if (SkipWords({"CURRENT", "ROW"})) return {expression::FrameBoundary::CurrentRow{}};
  if (Skip("UNBOUNDED")) {
    const bool preceding = At("PRECEDING");
    if (!SkipAny({"PRECEDING", "FOLLOWING"})) SyntaxError();
    return {expression::FrameBoundary::Unbounded{preceding != is_lower}};
  }
  const Token& start = Peek();
  ExpressionPtr offset = Expression();
  if (failed()) return {offset};
  if (!IsWrittenConstant(*offset)) {
    const std::string wrong = "Frame bound value must be a literal.";
    FailAbout(start, wrong, "_LEGACY_ERROR_TEMP_0064", "", {{"msg", wrong}});
  }
  if (Skip("PRECEDING")) {
    const auto* literal = offset->As<expression::Literal>();
    if (literal != nullptr && literal->value.is_int()) {
      return {plan::Literal(data::Value::Int(-literal->value.int_value()), literal->type)};
    }
    return {Function("-", {std::move(offset)}, Since(start))};
  }
  Expect("FOLLOWING");
  return {std::move(offset)};
}

void TextParser::NamedWindows(std::size_t first_use) {
  if (!At("WINDOW") || !AtName(1) || !At("AS", 2)) return;
  std::map<std::string, expression::Window> windows;
  const Token& start = Take();
  std::optional<std::string> unknown;
  std::optional<std::string> repeated;
  do {
    std::string name = LowerCase(StrictName());
    Expect("AS");
    expression::Window window;
    const bool parentheses = AtSymbol("(") && AtName(1) && AtSymbol(")", 2);
    if (parentheses || AtName()) {
      if (parentheses) Take();
      const std::string base = LowerCase(StrictName());
      if (parentheses) Take();
      if (windows.contains(base)) {
        window = windows[base];
      } else {
        unknown = base;
      }
    } else {
      WindowDefinition(&window);
    }
    if (!windows.emplace(name, std::move(window)).second) repeated = name;
  } while (SkipSymbol(","));
  if (repeated) {
    FailAbout(start,
              fmt::format("Invalid SQL syntax: The definition of window `{}` is repetitive.",
                          *repeated),
              "INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION", "42000",
              {{"windowName", "`" + *repeated + "`"}});
  }
  if (unknown) {
    FailAbout(start,
              fmt::format("Invalid SQL syntax: Cannot resolve window reference `{}`.", *unknown),
              "INVALID_SQL_SYNTAX.UNRESOLVED_WINDOW_REFERENCE", "42000",
              {{"windowName", "`" + *unknown + "`"}});
  }
  std::vector<NamedWindowUse> left(window_uses_.begin(),
                                   window_uses_.begin() + static_cast<std::ptrdiff_t>(first_use));
  for (std::size_t i = first_use; i < window_uses_.size() && !failed(); ++i) {
    NamedWindowUse& use = window_uses_[i];
    const auto definition = windows.find(use.name);
    if (definition == windows.end()) {
      left.push_back(std::move(use));
      continue;
    }
    expression::Window window = definition->second;
    window.function = std::get<expression::Window>(use.expression->node).function;
    use.expression->node = std::move(window);
  }
  window_uses_ = std::move(left);
}

void TextParser::CheckWindows(std::size_t first_use) {
  if (failed() || window_uses_.size() <= first_use) return;
  const std::string name = window_uses_[first_use].name;
  window_uses_.resize(first_use);
  FailMeaning(base::Status::InvalidArgument(
                  "[MISSING_WINDOW_SPECIFICATION] Window specification is not defined in the "
                  "WINDOW clause for `" +
                  name +
                  "`. For more information about WINDOW clauses, please refer to "
                  "'https://spark.apache.org/docs/latest/sql-ref-syntax-qry-select-window.html'. "
                  "SQLSTATE: 42P20")
                  .WithSparkError({"AnalysisException", "MISSING_WINDOW_SPECIFICATION", "42P20",
                                   {{"windowName", "`" + name + "`"},
                                    {"docroot", "https://spark.apache.org/docs/latest"}}}));
}

}  // namespace millrace::sql
