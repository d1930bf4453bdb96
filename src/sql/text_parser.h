#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "plan/command.h"
#include "plan/plan.h"
#include "sql/lexer.h"
#include "sql/parser.h"

namespace millrace::sql {

/// A recursive-descent parser of one SQL text: the rules of SqlBaseParser.g4 with the meaning that
/// AstBuilder gives them. No word is reserved, so what a word is depends on what stands behind it.
///
/// Errors of syntax are sticky: the first one stays in status(), Peek() is from then on the end of the text,
/// and what the methods return means nothing. A method that reads into what another gave checks
/// failed() first.
class TextParser {
 public:
  /// `parameters` must outlive it. The text is UTF-8, shorter than 4 GiB. What the parser makes says
  /// where it stands in it.
  TextParser(std::shared_ptr<const plan::SqlText> text, const Parameters& parameters);

  plan::Statement WholeStatement();
  plan::ExpressionPtr WholeExpression();
  plan::RelationPtr WholeQuery();
  const base::Status& status() const { return status_; }

  struct Unit;  ///< Of an INTERVAL.

 private:
  using Names = std::vector<std::string>;
  using Expressions = std::vector<plan::ExpressionPtr>;
  using Origin = plan::Origin;

  // Tokens (text_parser.cc).

  const Token& Peek(std::size_t ahead = 0) const;
  const Token& Take();
  bool At(std::string_view word, std::size_t ahead = 0) const { return Peek(ahead).is_word(word); }
  bool AtSymbol(std::string_view symbol, std::size_t ahead = 0) const {
    return Peek(ahead).is_symbol(symbol);
  }
  bool AtAny(std::initializer_list<std::string_view> words, std::size_t ahead = 0) const;
  /// All of `words` come next.
  bool AtWords(std::initializer_list<std::string_view> words) const;
  bool AtEnd() const { return Peek().kind == Token::Kind::kEnd; }
  bool Skip(std::string_view word);
  bool SkipSymbol(std::string_view symbol);
  /// All of `words`, or none.
  bool SkipWords(std::initializer_list<std::string_view> words);
  /// One of `words`.
  bool SkipAny(std::initializer_list<std::string_view> words);
  void Expect(std::string_view word);
  void ExpectSymbol(std::string_view symbol);
  void ExpectEnd();
  /// The text from here to the end, without `;` behind it; takes it.
  std::string TakeRest();
  /// The text of the tokens [first, next_).
  std::string_view TextSince(std::size_t first) const;
  /// The place from `first` to the token taken last.
  Origin Since(const Token& first) const;

  // Errors (text_parser.cc).

  bool failed() const { return !status_.ok(); }
  void Fail(base::Status status);
  void FailAt(const Token& token, std::string_view text, std::string condition,
              std::string sql_state, std::map<std::string, std::string> parameters);
  /// What is written well and means nothing. Spark reads a whole text before it looks at meaning, so
  /// this goes on, and errors of syntax behind it go before it.
  void FailMeaning(base::Status status);
  /// The tokens from `first` to here mean nothing.
  void FailAbout(const Token& first, std::string_view text, std::string condition,
                 std::string sql_state, std::map<std::string, std::string> parameters);
  void FailStatement(std::string_view text, std::string condition, std::string sql_state,
                     std::map<std::string, std::string> parameters);
  void SyntaxError(const std::string& hint = "");
  void NotSupported(const Token& token, std::string_view what, std::string_view advice);
  void TooDeep();

  /// Counts one more level of nesting for as long as it lives.
  class Deeper {
   public:
    explicit Deeper(TextParser* parser) : parser_(parser) {
      if (++parser_->depth_ > kMaxDepth) parser_->TooDeep();
    }
    ~Deeper() { --parser_->depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

   private:
    TextParser* parser_;
  };
  static constexpr int kMaxDepth = 1000;
  /// Of operators of one level that stand in a row: each makes the plan deeper.
  void CheckChain(int length);

  // Names (text_parser.cc).

  bool AtName(std::size_t ahead = 0) const;
  /// One identifier; INVALID_IDENTIFIER when it needs backticks.
  std::string Name();
  /// The same where no expression may follow, so that test-table is known for an error.
  std::string StrictName();
  Names NameList();  ///< `(a, b, ...)`
  Names Multipart();
  /// a.b.c, or IDENTIFIER('a.b.c'); unparsed, backticks where they are needed.
  std::string UnparsedName();
  static std::string Unparse(const Names& parts);
  std::string StringLiteral();
  std::int64_t IntegerLiteral();

  // Expressions (expressions.cc).

  plan::ExpressionPtr Expression();
  plan::ExpressionPtr Junction(std::string_view word);
  plan::ExpressionPtr Negation();
  plan::ExpressionPtr Predicated();
  /// NOT behind an operand. `!` in its place is refused, as Spark does since 4.0.
  bool SkipNot();
  plan::ExpressionPtr Predicate(const plan::ExpressionPtr& value);
  plan::ExpressionPtr IsPredicate(const plan::ExpressionPtr& value);
  plan::ExpressionPtr InPredicate(const plan::ExpressionPtr& value, const Token& start);
  plan::ExpressionPtr LikePredicate(const plan::ExpressionPtr& value, const Token& start,
                                    bool negated);
  plan::ExpressionPtr LikeQuantified(const plan::ExpressionPtr& value, const Token& start,
                                     const std::string& function, bool negated);
  plan::ExpressionPtr ValueExpression(int precedence = 0);
  plan::ExpressionPtr Unary();
  Expressions ExpressionList();  ///< At least one, commas between.
  /// `expression [[AS] name | AS (names)]`.
  plan::ExpressionPtr NamedExpression();
  Expressions NamedExpressionList();
  plan::expression::SortOrder SortItem();
  std::vector<plan::expression::SortOrder> SortItems();
  DataType Type();
  void FailType(const Token& start, const base::Status& status);
  std::size_t TypeEnd() const;
  /// What stands here begins a clause, so it is no name for what stands before it.
  bool AtClause() const;

  // Expressions without operators (primary.cc).

  plan::ExpressionPtr Primary();
  plan::ExpressionPtr PrimaryStart();
  plan::ExpressionPtr SymbolPrimary();
  plan::ExpressionPtr WordPrimary();
  plan::ExpressionPtr KeywordPrimary();
  plan::ExpressionPtr Dereference(plan::ExpressionPtr base, const Token& start);
  plan::ExpressionPtr Parenthesised();
  plan::ExpressionPtr Star(const Names& target, const Token& start);
  plan::ExpressionPtr ColumnOrCall();
  plan::ExpressionPtr Attribute(const Names& parts, Origin origin) const;
  plan::ExpressionPtr Case();
  plan::ExpressionPtr CastCall(plan::expression::CastMode mode);
  bool AtLambda() const;
  plan::ExpressionPtr Lambda();
  plan::ExpressionPtr PositionalParameter();
  plan::ExpressionPtr NamedParameter();
  void UnboundParameter(const Token& start, const std::string& name);
  plan::expression::SubqueryExpression Subquery(plan::expression::SubqueryExpression::Type type,
                                                Expressions in_values = {});

  // Function calls (function_calls.cc).

  plan::ExpressionPtr SpecialCall();
  plan::ExpressionPtr Extract();
  plan::ExpressionPtr Substring();
  plan::ExpressionPtr Trim();
  plan::ExpressionPtr Overlay();
  plan::ExpressionPtr Position();
  plan::ExpressionPtr UnitCall(std::string_view function);
  plan::ExpressionPtr QuotedUnit();
  plan::ExpressionPtr StructCall();
  /// `start` is where the name begins, which is taken.
  plan::ExpressionPtr Call(const Names& name, const Token& start);
  plan::ExpressionPtr Argument();
  plan::ExpressionPtr Over(plan::expression::UnresolvedFunction function, const Token& start);
  void WindowDefinition(plan::expression::Window* window);
  plan::expression::WindowFrame Frame();
  plan::expression::FrameBoundary Bound(bool is_lower);
  /// Reads WINDOW name AS ..., and gives their definitions to the uses from `first_use` on: those
  /// of the SELECT or query that it ends, and of the queries that it reads from.
  void NamedWindows(std::size_t first_use);
  /// MISSING_WINDOW_SPECIFICATION for the uses from `first_use` on.
  void CheckWindows(std::size_t first_use);

  // Literals (literals.cc, intervals.cc).

  bool AtLiteral() const;
  plan::ExpressionPtr LiteralExpression();
  plan::ExpressionPtr Number(bool negative);
  plan::ExpressionPtr IntegerNumber(const Token& token, bool negative);
  struct Range {
    std::string type;
    std::string lowest;
    std::string highest;
  };
  plan::ExpressionPtr OutOfRange(const Token& token, const std::string& text, const Range& range);
  plan::ExpressionPtr DoubleNumber(const Token& token, const std::string& text);
  plan::ExpressionPtr SuffixedNumber(const Token& token, bool negative);
  plan::ExpressionPtr DecimalNumber(const Token& token, const std::string& text);
  plan::ExpressionPtr TypedLiteral();
  plan::ExpressionPtr DateOrTime(const Token& type, const std::string& text);
  plan::ExpressionPtr BinaryLiteral(const Token& type, const std::string& text);
  plan::ExpressionPtr InvalidLiteral(const Token& type, const std::string& text);
  bool AtInterval() const;
  plan::ExpressionPtr Interval();
  plan::ExpressionPtr MultiUnitInterval(const Token& start);
  plan::ExpressionPtr UnitToUnitInterval(const Token& value, const std::string& text,
                                         bool negative);
  void IntervalError(const Token& value, std::string_view condition, std::string_view text,
                     std::map<std::string, std::string> parameters);
  void MixedInterval(const Token& start);
  void FieldOutOfRange(const Token& value, const std::string& text, bool months,
                       const std::string& unit, const std::string& field, int max);
  void UnmatchedInterval(const Token& value, const std::string& text, const Unit& from,
                         const Unit& to);
  plan::ExpressionPtr IntervalText(const Token& start, const std::string& text);

  // Queries (queries.cc, grouping.cc).

  /// The token `ahead` begins a query, or is a parenthesis whose content is one, and not an
  /// expression or relation.
  bool AtQuery(std::size_t ahead = 0) const;
  bool AtQueryWord(std::size_t index) const;
  plan::RelationPtr Query();
  plan::RelationPtr QueryBody();
  /// A query that takes no windows from the one around it.
  plan::RelationPtr ClosedQuery();
  plan::RelationPtr SetOperations(int precedence);
  plan::RelationPtr QueryPrimary();
  plan::RelationPtr Organized(plan::RelationPtr input, std::size_t first_use);
  plan::RelationPtr Limited(plan::RelationPtr input);
  plan::RelationPtr Select();
  plan::RelationPtr FromFirst();
  /// `start` is where the query begins.
  plan::RelationPtr SelectBody(plan::RelationPtr from, bool from_first, const Token& start);
  void CommonTables();
  plan::RelationPtr InlineTable();
  void CheckRows(const Token& start, const plan::relation::InlineTable& table);
  int RowCount(std::string_view what);

  struct Grouping;
  struct SelectClause {
    struct Hint {
      std::string name;
      Expressions parameters;
    };
    std::vector<Hint> hints;
    bool distinct = false;
    Expressions list;
    plan::ExpressionPtr where;                        ///< Null: none.
    std::vector<plan::RelationPtr> where_references;  ///< Of subqueries in it.
    std::shared_ptr<Grouping> grouping;               ///< Null: no GROUP BY.
    plan::ExpressionPtr having;                       ///< Null: none.
    std::vector<plan::RelationPtr> having_references;
    std::vector<plan::RelationPtr> references;  ///< Of subqueries in the list and in GROUP BY.
  };
  SelectClause SelectListClause();
  void Hints(SelectClause* select);
  /// The relations of a SELECT over what FROM gave.
  static plan::RelationPtr Selected(plan::RelationPtr from, SelectClause* select,
                                    const Origin& origin);
  /// Project or Aggregate, and Filter for HAVING, over what FROM and WHERE gave.
  static plan::RelationPtr Grouped(plan::RelationPtr input, SelectClause* select,
                                   const Origin& origin);
  void GroupClauses(SelectClause* select);
  void GroupingClause(Grouping* grouping);
  void GroupingAnalytics(Grouping* grouping);
  std::vector<std::size_t> GroupingSet(Grouping* grouping, bool may_be_several);

  // Relations (relations.cc).

  plan::RelationPtr FromClause();
  plan::RelationPtr JoinedRelation(plan::RelationPtr left);
  plan::RelationPtr RelationPrimary();
  plan::RelationPtr TableName();
  plan::RelationPtr TableFunction();
  plan::ExpressionPtr TableArgument();
  void TimeTravel(plan::Options* options);
  bool AtJoin() const;
  plan::RelationPtr Join(plan::RelationPtr left);
  plan::relation::JoinType JoinKind();
  plan::RelationPtr LateralView(plan::RelationPtr left);
  plan::RelationPtr Pivot(plan::RelationPtr input);
  plan::RelationPtr Unpivot(plan::RelationPtr input);
  plan::RelationPtr Sample(plan::RelationPtr input);
  struct TableAlias {
    std::string name;
    Names columns;
  };
  /// `[AS] alias [(columns)]`, or nothing.
  std::optional<TableAlias> TableAliasClause();
  static plan::RelationPtr WithAlias(plan::RelationPtr input, std::optional<TableAlias> alias,
                                     const Origin& origin);
  /// `input`, which is written from `start` on, with the alias that follows.
  plan::RelationPtr Aliased(plan::RelationPtr input, const Token& start);
  bool AtTableAlias() const;
  const plan::RelationPtr* CommonTable(const Names& name) const;

  // Relations with the subqueries of their expressions.

  std::vector<plan::RelationPtr> TakeReferences() { return std::exchange(references_, {}); }
  /// `node`, in WithRelations when there are references.
  static plan::RelationPtr Make(plan::Relation::Node node,
                                std::vector<plan::RelationPtr> references = {},
                                std::optional<Origin> origin = std::nullopt);

  // Statements (statements.cc, table_statements.cc, show_statements.cc, settings.cc).

  plan::Statement Statement();
  std::optional<plan::Statement> QueryOrInsert();
  plan::Command Create();
  plan::Command CreateView();
  void CheckView(const plan::command::CreateView& view, const Names& name);
  plan::Command CreateTable(bool replace);
  plan::Command CreateDatabase();
  plan::Command Drop();
  plan::Command Insert();
  void TableColumns(plan::command::CreateTable* table);
  void TableClauses(plan::command::CreateTable* table);
  bool TableClause(plan::command::CreateTable* table);
  plan::Options Properties();
  plan::Options TableProperties();
  std::string PropertyKey();
  std::string PropertyValue();
  plan::Command Show();
  plan::Command Describe();
  plan::Command ShowList();
  std::string PathName();
  plan::Command Set();
  plan::Command Reset();
  plan::Command Use();
  plan::Command Explain();
  plan::Command Cache();
  plan::Command Uncache();
  plan::Command Refresh();
  plan::Command Truncate();
  std::optional<plan::Command> RefusedStatement();
  plan::Command Refuse(std::string what, std::string advice);
  bool SkipIfExists();
  bool SkipIfNotExists();
  bool SkipDatabaseWord();
  std::optional<std::string> Pattern();

  const std::shared_ptr<const plan::SqlText> text_;
  const std::string_view sql_;  ///< All of `text_`.
  const Parameters& parameters_;
  const std::vector<Token> tokens_;
  std::vector<std::size_t> closing_;  ///< For each `(` the index of its `)`; 0 when it has none.
  std::vector<std::size_t> behind_open_;  ///< For each token the first from it on that is no `(`.
  std::size_t next_ = 0;
  base::Status status_;
  base::Status meaning_;  ///< The first error of meaning, until the text is read to its end.
  int depth_ = 0;
  std::size_t positional_used_ = 0;
  std::string duplicate_name_;  ///< Of common tables of one WITH.
  std::vector<plan::RelationPtr> references_;  ///< Of subqueries that no relation has taken yet.
  std::vector<Names> lambda_names_;            ///< Of the lambdas around this place.
  std::vector<std::map<std::string, plan::RelationPtr>> common_tables_;  ///< Innermost last.
  struct NamedWindowUse {
    std::string name;
    std::size_t token;
    std::shared_ptr<plan::Expression> expression;
  };
  std::vector<NamedWindowUse> window_uses_;  ///< Those that have no definition yet.
};

}  // namespace millrace::sql
