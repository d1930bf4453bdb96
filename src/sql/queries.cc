// WITH, SELECT, set operations, ORDER BY ... LIMIT, VALUES.

#include <limits>
#include <optional>

#include <fmt/format.h>

#include "data/letter_case.h"
#include "sql/text_parser.h"

namespace millrace::sql {
namespace {

using plan::ExpressionPtr;
using plan::RelationPtr;
namespace expression = plan::expression;
namespace relation = plan::relation;

}  // namespace

bool TextParser::AtQueryWord(std::size_t index) const {
  const auto at = [&](std::size_t i) -> const Token& {
    return tokens_[std::min(i, tokens_.size() - 1)];
  };
  const Token& word = at(index);
  const Token& after = at(index + 1);
  const bool name = after.kind == Token::Kind::kWord || after.kind == Token::Kind::kQuotedName;
  if (word.is_word("SELECT")) return !after.is_symbol(")") && !after.is_symbol(",");
  if (word.is_word("WITH")) return name;
  if (word.is_word("FROM") || word.is_word("TABLE")) return name || after.is_symbol("(");
  if (!word.is_word("VALUES")) return false;
  return name || after.is_symbol("(") || after.is_symbol("-") ||
         (after.kind != Token::Kind::kSymbol && after.kind != Token::Kind::kEnd);
}

// `((SELECT 1))` and `((SELECT 1) UNION (SELECT 2))` are queries, `((SELECT 1) + 1)` is none: what
// stands behind the inner one decides.
bool TextParser::AtQuery(std::size_t ahead) const {
  const std::size_t first = std::min(next_ + ahead, tokens_.size() - 1);
  const std::size_t i = behind_open_[first];
  if (!AtQueryWord(i)) return false;
  static constexpr std::string_view kGoesOn[] = {
      "UNION", "INTERSECT",  "EXCEPT", "MINUS", "ORDER",  "LIMIT",
      "OFFSET", "CLUSTER", "DISTRIBUTE", "SORT", "WINDOW"};
  for (std::size_t open = i; open-- > first + 1;) {
    if (closing_[open] == 0) return true;  // A syntax error anyway.
    const Token& after = tokens_[closing_[open] + 1];
    if (after.is_symbol(")")) continue;
    for (const std::string_view word : kGoesOn) {
      if (after.is_word(word)) return true;
    }
    return false;
  }
  return true;
}

RelationPtr TextParser::ClosedQuery() {
  const std::size_t first_use = window_uses_.size();
  RelationPtr query = Query();
  CheckWindows(first_use);
  return query;
}

RelationPtr TextParser::Query() {
  const Deeper deeper(this);
  const std::size_t scopes = common_tables_.size();
  const Token& start = Peek();
  std::string outer_duplicate = std::exchange(duplicate_name_, {});
  if (At("WITH")) CommonTables();
  RelationPtr query = QueryBody();
  if (!duplicate_name_.empty()) {
    const std::string name = "`" + duplicate_name_ + "`";
    FailAbout(start, "CTE definition can't have duplicate names: " + name + ".",
              "DUPLICATED_CTE_NAMES", "42602", {{"duplicateNames", name}});
  }
  duplicate_name_ = std::move(outer_duplicate);
  common_tables_.resize(scopes);
  return query;
}

void TextParser::CommonTables() {
  Expect("WITH");
  if (At("RECURSIVE") && AtName(1) && !At("AS", 1)) {
    NotSupported(Peek(), "WITH RECURSIVE", "Compute the steps one after the other.");
    return;
  }
  common_tables_.emplace_back();
  do {
    const Token& start = Peek();
    const std::string name = StrictName();
    Names columns;
    if (AtSymbol("(") && !AtQuery()) columns = NameList();
    Skip("AS");
    ExpectSymbol("(");
    std::vector<RelationPtr> outer = TakeReferences();
    RelationPtr query = ClosedQuery();
    references_ = std::move(outer);
    ExpectSymbol(")");
    if (failed()) return;
    if (!columns.empty()) {
      query = plan::MakeRelation(relation::ToDF{std::move(query), std::move(columns)}, std::nullopt,
                                 Since(start));
    }
    if (!common_tables_.back().emplace(data::ToLower(name), std::move(query)).second) {
      duplicate_name_ = data::ToLower(name);
    }
  } while (SkipSymbol(","));
}

RelationPtr TextParser::QueryBody() {
  const std::size_t first_use = window_uses_.size();
  RelationPtr query = SetOperations(0);
  query = Organized(std::move(query), first_use);
  if (AtSymbol("|>")) {
    NotSupported(Peek(), "The pipe operator |>", "Write the query with SELECT.");
  }
  return query;
}

// INTERSECT binds tighter than UNION, EXCEPT and MINUS.
RelationPtr TextParser::SetOperations(int precedence) {
  const Token& start = Peek();
  RelationPtr left = precedence == 0 ? SetOperations(1) : QueryPrimary();
  int length = 0;
  while (!failed()) {
    relation::SetOperation operation;
    if (precedence == 1 && At("INTERSECT")) {
      operation.type = relation::SetOperation::Type::kIntersect;
    } else if (precedence == 0 && AtAny({"EXCEPT", "MINUS"})) {
      operation.type = relation::SetOperation::Type::kExcept;
    } else if (precedence != 0 || !At("UNION")) {
      break;
    }
    Take();
    CheckChain(++length);
    operation.is_all = Skip("ALL");
    if (!operation.is_all) Skip("DISTINCT");
    operation.left = std::move(left);
    operation.right = precedence == 0 ? SetOperations(1) : QueryPrimary();
    left = plan::MakeRelation(std::move(operation), std::nullopt, Since(start));
  }
  return left;
}

RelationPtr TextParser::QueryPrimary() {
  if (At("SELECT")) return Select();
  if (At("FROM")) return FromFirst();
  if (At("VALUES")) return InlineTable();
  if (AtSymbol("(")) {
    Take();
    RelationPtr query = Query();
    ExpectSymbol(")");
    return query;
  }
  if (At("TABLE") && AtName(1)) {
    Take();
    const Token& start = Peek();
    const Names parts = Multipart();
    if (const RelationPtr* common = CommonTable(parts)) {
      return plan::MakeRelation(relation::SubqueryAlias{*common, parts[0], {}});
    }
    return plan::MakeRelation(relation::Read{relation::NamedTable{Unparse(parts), {}}, false},
                              std::nullopt, Since(start));
  }
  SyntaxError();
  return nullptr;
}

RelationPtr TextParser::Organized(RelationPtr input, std::size_t first_use) {
  const Token& place = Peek();
  std::vector<RelationPtr> outer = TakeReferences();
  int clauses = 0;
  if (SkipWords({"ORDER", "BY"})) {
    relation::Sort sort;
    sort.input = std::move(input);
    const bool all = At("ALL") && !AtSymbol(".", 1) && !AtSymbol("(", 1);
    sort.order = SortItems();
    if (all && sort.order.size() == 1) {
      sort.by_all = true;
      sort.order[0].child = nullptr;
    }
    input = Make(std::move(sort), TakeReferences(), Since(place));
    ++clauses;
  }
  std::optional<Expressions> distribute;
  if (SkipWords({"CLUSTER", "BY"})) {
    distribute = ExpressionList();
    relation::Sort sort;
    for (const ExpressionPtr& child : *distribute) {
      sort.order.push_back({child, expression::SortDirection::kAscending,
                            expression::NullOrdering::kNullsFirst});
    }
    sort.is_global = false;
    sort.input = plan::MakeRelation(
        relation::RepartitionByExpression{std::move(input), *distribute, std::nullopt});
    input = Make(std::move(sort), TakeReferences());
    ++clauses;
  }
  const bool distributed = !distribute && SkipWords({"DISTRIBUTE", "BY"});
  if (distributed) {
    relation::RepartitionByExpression partitions;
    partitions.input = std::move(input);
    partitions.partition_expressions = ExpressionList();
    input = Make(std::move(partitions), TakeReferences());
    ++clauses;
  }
  if (SkipWords({"SORT", "BY"})) {
    relation::Sort sort;
    sort.input = std::move(input);
    sort.order = SortItems();
    sort.is_global = false;
    input = Make(std::move(sort), TakeReferences());
    if (!distributed) ++clauses;
  }
  NamedWindows(first_use);
  references_ = std::move(outer);
  input = Limited(std::move(input));
  if (clauses > 1) {
    FailAbout(place,
              "The feature is not supported: Combination of ORDER BY/SORT BY/DISTRIBUTE BY/CLUSTER "
              "BY.",
              "UNSUPPORTED_FEATURE.COMBINATION_QUERY_RESULT_CLAUSES", "0A000", {});
  }
  return input;
}

RelationPtr TextParser::Limited(RelationPtr input) {
  std::optional<int> limit;
  std::optional<Origin> limit_origin;
  if (Skip("LIMIT")) {
    const Token& start = Peek();
    const bool all = At("ALL") && !AtSymbol(".", 1) && !AtSymbol("(", 1);
    if (all) {
      Take();
    } else {
      limit = RowCount("LIMIT");
      limit_origin = Since(start);
    }
  }
  if (Skip("OFFSET")) {
    const Token& start = Peek();
    relation::Offset offset{std::move(input), RowCount("OFFSET")};
    input = plan::MakeRelation(std::move(offset), std::nullopt, Since(start));
  }
  if (limit) {
    input = plan::MakeRelation(relation::Limit{std::move(input), *limit}, std::nullopt,
                               std::move(limit_origin));
  }
  return input;
}

int TextParser::RowCount(std::string_view what) {
  const Token& place = Peek();
  const ExpressionPtr count = Expression();
  if (failed()) return 0;
  const auto* literal = count->As<expression::Literal>();
  if (literal == nullptr || !literal->value.is_int() || !literal->type.isIntegral()) {
    NotSupported(place, std::string(what) + " with anything but an integer",
                 "Write the number of rows, or a parameter that is one.");
    return 0;
  }
  const std::int64_t value = literal->value.int_value();
  if (value > std::numeric_limits<int>::max() || value < std::numeric_limits<int>::min()) {
    NotSupported(place, std::string(what) + " beyond 32 bits", "Write a smaller number.");
    return 0;
  }
  return static_cast<int>(value);
}

void TextParser::CheckRows(const Token& start, const relation::InlineTable& table) {
  const std::size_t expected =
      table.column_names.empty() ? table.rows[0].size() : table.column_names.size();
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (table.rows[i].size() == expected) continue;
    FailAbout(start,
              fmt::format("Invalid inline table. Inline table expected {} columns but found {} "
                          "columns in row {}.",
                          expected, table.rows[i].size(), i),
              "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH", "42000",
              {{"expectedNumCols", std::to_string(expected)},
               {"actualNumCols", std::to_string(table.rows[i].size())},
               {"rowIndex", std::to_string(i)}});
    return;
  }
}

RelationPtr TextParser::InlineTable() {
  const Token& start = Peek();
  Expect("VALUES");
  std::vector<RelationPtr> outer = TakeReferences();
  relation::InlineTable table;
  do {
    const ExpressionPtr row = Expression();
    if (failed()) return nullptr;
    const auto* call = row->As<expression::UnresolvedFunction>();
    const bool is_row = call != nullptr && call->name == "struct";
    table.rows.push_back(is_row ? call->args : Expressions{row});
  } while (SkipSymbol(","));
  std::vector<RelationPtr> references = std::exchange(references_, std::move(outer));
  Names columns;
  std::optional<std::string> alias;
  const bool as = Skip("AS");
  if (as || AtTableAlias()) {
    alias = Name();
    if (AtSymbol("(")) table.column_names = NameList();
  }
  CheckRows(start, table);
  RelationPtr made = Make(std::move(table), std::move(references), Since(start));
  if (!alias) return made;
  return plan::MakeRelation(relation::SubqueryAlias{std::move(made), *alias, {}});
}

RelationPtr TextParser::Select() { return SelectBody(nullptr, false, Peek()); }

/// `FROM t SELECT ...`.
RelationPtr TextParser::FromFirst() {
  const Token& start = Peek();
  Expect("FROM");
  std::vector<RelationPtr> outer = TakeReferences();
  RelationPtr from = FromClause();
  references_ = std::move(outer);
  if (At("INSERT")) {
    NotSupported(Peek(), "FROM ... INSERT", "Write one INSERT INTO ... SELECT for each table.");
  }
  if (!At("SELECT")) return from;
  return SelectBody(std::move(from), true, start);
}

TextParser::SelectClause TextParser::SelectListClause() {
  SelectClause select;
  Expect("SELECT");
  while (Peek().kind == Token::Kind::kHintStart) Hints(&select);
  if (AtAny({"DISTINCT", "ALL"}) && !AtSymbol(",", 1) && !AtSymbol(".", 1) && !At("FROM", 1) &&
      Peek(1).kind != Token::Kind::kEnd) {
    select.distinct = Take().text == "DISTINCT";
  }
  if (At("TRANSFORM") && AtSymbol("(", 1) && closing_[next_ + 1] > 0 &&
      tokens_[closing_[next_ + 1] + 1].is_word("USING")) {
    NotSupported(Peek(), "TRANSFORM with a script", "Use mapInPandas or mapInArrow.");
    return select;
  }
  select.list = NamedExpressionList();
  select.references = TakeReferences();
  return select;
}

void TextParser::Hints(SelectClause* select) {
  Take();
  do {
    SelectClause::Hint hint;
    hint.name = Name();
    if (SkipSymbol("(")) {
      do {
        hint.parameters.push_back(Primary());
      } while (SkipSymbol(","));
      ExpectSymbol(")");
    }
    select->hints.push_back(std::move(hint));
    SkipSymbol(",");
    if (AtEnd()) SyntaxError();
  } while (!failed() && Peek().kind != Token::Kind::kHintEnd);
  Take();
}

RelationPtr TextParser::SelectBody(RelationPtr from, bool from_first, const Token& start) {
  const std::size_t first_use = window_uses_.size();
  std::vector<RelationPtr> outer = TakeReferences();
  SelectClause select = SelectListClause();
  if (!from_first && Skip("FROM")) from = FromClause();
  if (from == nullptr) from = plan::MakeRelation(relation::OneRow{});
  int length = 0;
  while (At("LATERAL") && At("VIEW", 1)) {
    CheckChain(++length);
    from = LateralView(std::move(from));
  }
  if (Skip("WHERE")) {
    select.where = Expression();
    select.where_references = TakeReferences();
  }
  GroupClauses(&select);
  if (At("QUALIFY") && !failed()) {
    NotSupported(Peek(), "QUALIFY", "Select the window function in a subquery and filter there.");
  }
  NamedWindows(first_use);
  references_ = std::move(outer);
  return Selected(std::move(from), &select, Since(start));
}

RelationPtr TextParser::Selected(RelationPtr from, SelectClause* select, const Origin& origin) {
  if (select->where != nullptr) {
    from = Make(relation::Filter{std::move(from), std::move(select->where)},
                std::move(select->where_references), origin);
  }
  RelationPtr result = Grouped(std::move(from), select, origin);
  if (select->distinct) {
    relation::Deduplicate distinct;
    distinct.input = std::move(result);
    distinct.all_columns_as_keys = true;
    result = plan::MakeRelation(std::move(distinct), std::nullopt, origin);
  }
  for (auto hint = select->hints.rbegin(); hint != select->hints.rend(); ++hint) {
    result = plan::MakeRelation(relation::Hint{std::move(result), hint->name, hint->parameters});
  }
  return result;
}

}  // namespace millrace::sql
