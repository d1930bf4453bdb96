// FROM: tables, table functions, joins, LATERAL VIEW, PIVOT, TABLESAMPLE, aliases.

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "data/ddl_lexer.h"
#include "data/letter_case.h"
#include "data/scalar_text.h"
#include "sql/text_parser.h"

namespace millrace::sql {
namespace {

using plan::ExpressionPtr;
using plan::RelationPtr;
namespace expression = plan::expression;
namespace relation = plan::relation;

// The name's part, if it has only one.
std::optional<std::string> OnlyPart(const std::string& name) {
  if (name.starts_with('`') && data::QuotedLength(name) == name.size()) {
    return data::UnquoteIdentifier(name);
  }
  if (name.find_first_of(".`") != std::string::npos) return std::nullopt;
  return name;
}

}  // namespace

RelationPtr TextParser::Make(plan::Relation::Node node, std::vector<RelationPtr> references,
                             std::optional<Origin> origin) {
  RelationPtr made = plan::MakeRelation(std::move(node), std::nullopt, std::move(origin));
  if (references.empty()) return made;
  return plan::MakeRelation(relation::WithRelations{std::move(made), std::move(references)});
}

/// `FROM a, LATERAL b JOIN c ... LATERAL VIEW ... PIVOT ...`, FROM is taken.
RelationPtr TextParser::FromClause() {
  RelationPtr from;
  int length = 0;
  do {
    CheckChain(++length);
    const bool lateral = At("LATERAL") && !At("VIEW", 1) && Skip("LATERAL");
    RelationPtr right = JoinedRelation(RelationPrimary());
    if (from == nullptr && !lateral) {
      from = std::move(right);
    } else if (lateral) {
      if (from == nullptr) from = plan::MakeRelation(relation::OneRow{});
      from = plan::MakeRelation(relation::LateralJoin{std::move(from), std::move(right), nullptr,
                                                      relation::JoinType::kInner});
    } else {
      relation::Join join;
      join.left = std::move(from);
      join.right = std::move(right);
      from = plan::MakeRelation(std::move(join));
    }
  } while (SkipSymbol(","));
  while (At("LATERAL") && At("VIEW", 1)) {
    CheckChain(++length);
    from = LateralView(std::move(from));
  }
  if (At("PIVOT") && AtSymbol("(", 1)) from = Pivot(std::move(from));
  if (At("UNPIVOT")) from = Unpivot(std::move(from));
  return from;
}

RelationPtr TextParser::JoinedRelation(RelationPtr left) {
  int length = 0;
  while (!failed()) {
    if (AtJoin()) {
      left = Join(std::move(left));
    } else if (At("PIVOT") && AtSymbol("(", 1)) {
      left = Pivot(std::move(left));
    } else if (At("UNPIVOT") && (AtSymbol("(", 1) || At("NULLS", 2))) {
      left = Unpivot(std::move(left));
    } else {
      break;
    }
    CheckChain(++length);
  }
  return left;
}

bool TextParser::AtJoin() const {
  std::size_t i = At("NATURAL") ? 1 : 0;
  if (At("JOIN", i)) return true;
  if (AtAny({"INNER", "CROSS", "SEMI", "ANTI"}, i)) return At("JOIN", i + 1);
  if (!AtAny({"LEFT", "RIGHT", "FULL"}, i)) return false;
  if (At("JOIN", i + 1)) return true;
  return AtAny({"OUTER", "SEMI", "ANTI"}, i + 1) && At("JOIN", i + 2);
}

relation::JoinType TextParser::JoinKind() {
  relation::JoinType type = relation::JoinType::kInner;
  if (Skip("CROSS")) {
    type = relation::JoinType::kCross;
  } else if (Skip("RIGHT")) {
    type = relation::JoinType::kRightOuter;
  } else if (Skip("FULL")) {
    type = relation::JoinType::kFullOuter;
  } else {
    if (Skip("LEFT")) type = relation::JoinType::kLeftOuter;
    if (Skip("SEMI")) type = relation::JoinType::kLeftSemi;
    if (Skip("ANTI")) type = relation::JoinType::kLeftAnti;
    Skip("INNER");
  }
  Skip("OUTER");
  Expect("JOIN");
  return type;
}

RelationPtr TextParser::Join(RelationPtr left) {
  relation::Join join;
  join.left = std::move(left);
  const Token& start = Peek();
  join.is_natural = Skip("NATURAL");
  join.type = JoinKind();
  const bool lateral = Skip("LATERAL");
  join.right = RelationPrimary();
  if (join.is_natural && join.type == relation::JoinType::kCross) {
    FailAbout(start, "The join types NATURAL and CROSS are incompatible.",
              "INCOMPATIBLE_JOIN_TYPES", "42613",
              {{"joinType1", "NATURAL"}, {"joinType2", "CROSS"}});
  }
  std::vector<RelationPtr> references;
  if (!join.is_natural && Skip("ON")) {
    std::vector<RelationPtr> outer = TakeReferences();
    join.condition = Expression();
    references = TakeReferences();
    references_ = std::move(outer);
  } else if (!join.is_natural && At("USING") && AtSymbol("(", 1)) {
    Take();
    join.using_columns = NameList();
    if (lateral) {
      FailAbout(start, "The feature is not supported: JOIN USING with LATERAL correlation.",
                "UNSUPPORTED_FEATURE.LATERAL_JOIN_USING", "0A000", {});
    }
  }
  if (!lateral) return Make(std::move(join), std::move(references), Since(start));
  return Make(relation::LateralJoin{std::move(join.left), std::move(join.right),
                                    std::move(join.condition), join.type},
              std::move(references), Since(start));
}

RelationPtr TextParser::RelationPrimary() {
  const Deeper deeper(this);
  const Token& start = Peek();
  if (AtSymbol("(")) {
    const bool query = AtQuery();
    ExpectSymbol("(");
    RelationPtr inner;
    if (query) {
      inner = Query();
      ExpectSymbol(")");
      inner = Sample(std::move(inner));
      RelationPtr aliased = Aliased(inner, start);
      if (aliased != inner) return aliased;
      // Nothing outside knows the names of relations in a query.
      return plan::MakeRelation(relation::SubqueryAlias{std::move(inner), "", {}});
    } else {
      const bool lateral = Skip("LATERAL");
      inner = JoinedRelation(RelationPrimary());
      if (lateral && !failed()) {
        inner = plan::MakeRelation(relation::LateralJoin{
            plan::MakeRelation(relation::OneRow{}), inner, nullptr, relation::JoinType::kInner});
      }
    }
    ExpectSymbol(")");
    return Aliased(Sample(std::move(inner)), start);
  }
  if (At("VALUES") && !AtSymbol(".", 1)) return InlineTable();
  if (!AtName() || (AtClause() && !AtSymbol(".", 1))) {
    SyntaxError();
    return nullptr;
  }
  std::size_t i = 1;
  while (AtSymbol(".", i) && AtName(i + 1)) i += 2;
  const bool identifier_clause = At("IDENTIFIER") && i == 1;
  if (AtSymbol("(", i) && !identifier_clause) return TableFunction();
  return TableName();
}

RelationPtr TextParser::TableName() {
  relation::Read read;
  // STREAM table: Spark's name for reading a table as a stream.
  const bool streaming = At("STREAM") && AtName(1) && !AtClause() && !At("AS", 1);
  if (streaming) Take();
  const Token& start = Peek();
  const bool identifier_clause = At("IDENTIFIER") && AtSymbol("(", 1);
  relation::NamedTable table;
  RelationPtr base;
  Names parts;
  if (identifier_clause) {
    table.unparsed_identifier = UnparsedName();
    if (const auto part = OnlyPart(table.unparsed_identifier)) parts = {*part};
  } else {
    parts = Multipart();
    table.unparsed_identifier = Unparse(parts);
  }
  Origin name_origin = Since(start);
  if (const RelationPtr* common = CommonTable(parts); common != nullptr && !streaming) {
    base = plan::MakeRelation(relation::SubqueryAlias{*common, parts[0], {}});
  }
  if (At("WITH") && AtSymbol("(", 1)) {
    Take();
    table.options = Properties();
  }
  TimeTravel(&table.options);
  if (base == nullptr) {
    read.source = std::move(table);
    read.is_streaming = streaming;
    base = plan::MakeRelation(std::move(read), std::nullopt, std::move(name_origin));
  }
  if (At("WATERMARK")) {
    NotSupported(Peek(), "A WATERMARK clause", "Use DataFrame.withWatermark.");
  }
  return Aliased(Sample(std::move(base)), start);
}

const RelationPtr* TextParser::CommonTable(const Names& name) const {
  if (name.size() != 1) return nullptr;
  const std::string key = data::ToLower(name[0]);
  for (auto scope = common_tables_.rbegin(); scope != common_tables_.rend(); ++scope) {
    const auto found = scope->find(key);
    if (found != scope->end()) return &found->second;
  }
  return nullptr;
}

/// `[FOR] VERSION|TIMESTAMP AS OF ...` as the options of a reader that say the same.
void TextParser::TimeTravel(plan::Options* options) {
  const std::size_t i = At("FOR") ? 1 : 0;
  const bool version = AtAny({"VERSION", "SYSTEM_VERSION"}, i);
  const bool timestamp = AtAny({"TIMESTAMP", "SYSTEM_TIME"}, i);
  if (!(version || timestamp) || !At("AS", i + 1) || !At("OF", i + 2)) return;
  for (std::size_t taken = 0; taken < i + 3; ++taken) Take();
  if (version) {
    const bool is_string = Peek().kind == Token::Kind::kString;
    (*options)["versionAsOf"] = is_string ? StringLiteral() : std::to_string(IntegerLiteral());
    return;
  }
  const Token& place = Peek();
  const ExpressionPtr time = ValueExpression();
  if (failed()) return;
  const auto* cast = time->As<expression::Cast>();
  const auto* literal = (cast != nullptr ? *cast->child : *time).As<expression::Literal>();
  if (literal == nullptr || !literal->value.is_bytes()) {
    NotSupported(place, "TIMESTAMP AS OF with anything but a string or TIMESTAMP literal",
                 "Write the time as a literal.");
    return;
  }
  (*options)["timestampAsOf"] = literal->value.bytes();
}

RelationPtr TextParser::TableFunction() {
  const Token& start = Peek();
  relation::TableValuedFunction function;
  function.function_name = UnparsedName();
  std::vector<RelationPtr> outer = TakeReferences();
  ExpectSymbol("(");
  if (!AtSymbol(")")) {
    do {
      function.args.push_back(TableArgument());
    } while (SkipSymbol(","));
  }
  ExpectSymbol(")");
  std::vector<RelationPtr> references = std::exchange(references_, std::move(outer));
  std::optional<TableAlias> alias = TableAliasClause();
  return WithAlias(Make(std::move(function), std::move(references), Since(start)),
                   std::move(alias), Since(start));
}

/// An argument of a table function: an expression, or `TABLE name`, `TABLE (query)`.
ExpressionPtr TextParser::TableArgument() {
  const bool named = AtName() && AtSymbol("=>", 1);
  const std::size_t i = named ? 2 : 0;
  const bool table = At("TABLE", i) && (AtName(i + 1) || AtSymbol("(", i + 1));
  if (!table) return Argument();
  NotSupported(Peek(i), "A TABLE argument", "Use DataFrame.lateralJoin or mapInPandas.");
  return plan::NullLiteral();
}

bool TextParser::AtTableAlias() const {
  if (Peek().kind == Token::Kind::kQuotedName) return true;
  if (Peek().kind != Token::Kind::kWord || AtClause()) return false;
  static const std::set<std::string, std::less<>> kNever = {
      "ANTI",   "CROSS",   "EXCEPT", "FULL",  "INNER", "INTERSECT", "JOIN",  "LATERAL",
      "LEFT",   "NATURAL", "ON",     "RIGHT", "SEMI",  "MINUS",     "UNION", "USING"};
  if (kNever.contains(Peek().text)) return false;
  if (AtAny({"PIVOT", "UNPIVOT", "TABLESAMPLE"})) {
    return !AtSymbol("(", 1) && !AtAny({"INCLUDE", "EXCLUDE"}, 1);
  }
  if (AtAny({"SELECT", "INSERT", "SET"})) return false;
  return true;
}

std::optional<TextParser::TableAlias> TextParser::TableAliasClause() {
  const bool as = Skip("AS");
  if (!as && !AtTableAlias()) return std::nullopt;
  if (as && !AtTableAlias()) {
    SyntaxError();
    return std::nullopt;
  }
  TableAlias alias{Name(), {}};
  if (AtSymbol("(")) alias.columns = NameList();
  return alias;
}

RelationPtr TextParser::WithAlias(RelationPtr input, std::optional<TableAlias> alias,
                                  const Origin& origin) {
  if (!alias) return input;
  if (!alias->columns.empty()) {
    input = plan::MakeRelation(relation::ToDF{std::move(input), std::move(alias->columns)},
                               std::nullopt, origin);
  }
  return plan::MakeRelation(relation::SubqueryAlias{std::move(input), std::move(alias->name), {}});
}

RelationPtr TextParser::Aliased(RelationPtr input, const Token& start) {
  std::optional<TableAlias> alias = TableAliasClause();
  return WithAlias(std::move(input), std::move(alias), Since(start));
}

RelationPtr TextParser::LateralView(RelationPtr left) {
  const Token& start = Peek();
  Expect("LATERAL");
  Expect("VIEW");
  const bool outer = Skip("OUTER");
  relation::TableValuedFunction function;
  function.function_name = UnparsedName();
  std::vector<RelationPtr> before = TakeReferences();
  ExpectSymbol("(");
  if (!AtSymbol(")")) function.args = ExpressionList();
  ExpectSymbol(")");
  std::vector<RelationPtr> references = std::exchange(references_, std::move(before));
  TableAlias alias{Name(), {}};
  const bool as = Skip("AS");
  if (as || (AtName() && !AtClause() && !AtJoin())) {
    do {
      alias.columns.push_back(Name());
    } while (SkipSymbol(","));
  }
  RelationPtr right = WithAlias(Make(std::move(function), std::move(references), Since(start)),
                                std::move(alias), Since(start));
  const auto type = outer ? relation::JoinType::kLeftOuter : relation::JoinType::kInner;
  return plan::MakeRelation(
      relation::LateralJoin{std::move(left), std::move(right), nullptr, type}, std::nullopt,
      Since(start));
}

/// `PIVOT (aggregates FOR column IN (value [AS name], ...))`.
RelationPtr TextParser::Pivot(RelationPtr input) {
  const Token& start = Peek();
  Expect("PIVOT");
  relation::Aggregate aggregate;
  aggregate.input = std::move(input);
  aggregate.group_type = relation::Aggregate::GroupType::kPivot;
  aggregate.is_select = true;
  ExpectSymbol("(");
  aggregate.aggregate_expressions = NamedExpressionList();
  Expect("FOR");
  relation::Aggregate::Pivot pivot;
  if (AtSymbol("(")) {
    NotSupported(Peek(), "PIVOT over several columns", "Pivot over a struct or a concat of them.");
    return nullptr;
  }
  const std::string column = StrictName();
  Expect("IN");
  ExpectSymbol("(");
  bool has_names = false;
  do {
    const Token& place = Peek();
    const ExpressionPtr value = NamedExpression();
    if (failed()) return nullptr;
    const auto* alias = value->As<expression::Alias>();
    const auto* literal = (alias != nullptr ? *alias->child : *value).As<expression::Literal>();
    if (literal == nullptr) {
      NotSupported(place, "A PIVOT value that is not a literal", "Write each value as a literal.");
      return nullptr;
    }
    pivot.values.push_back(*literal);
    pivot.value_names.push_back(alias != nullptr ? alias->names[0] : "");
    has_names = has_names || alias != nullptr;
  } while (SkipSymbol(","));
  ExpectSymbol(")");
  ExpectSymbol(")");
  if (!has_names) pivot.value_names.clear();
  pivot.column = Attribute({column}, Since(start));
  aggregate.pivot = std::move(pivot);
  return Aliased(Make(std::move(aggregate), TakeReferences(), Since(start)), start);
}

/// `UNPIVOT [INCLUDE|EXCLUDE NULLS] (value FOR name IN (column [AS alias], ...))`.
RelationPtr TextParser::Unpivot(RelationPtr input) {
  const Token& start = Peek();
  Expect("UNPIVOT");
  relation::Unpivot unpivot;
  unpivot.input = std::move(input);
  unpivot.is_sql = true;
  unpivot.include_nulls = SkipWords({"INCLUDE", "NULLS"});
  if (!unpivot.include_nulls) SkipWords({"EXCLUDE", "NULLS"});
  ExpectSymbol("(");
  if (AtSymbol("(")) {
    NotSupported(Peek(), "UNPIVOT with several value columns", "Unpivot each and join them.");
    return nullptr;
  }
  unpivot.value_column_name = Name();
  Expect("FOR");
  unpivot.variable_column_name = Name();
  Expect("IN");
  ExpectSymbol("(");
  std::vector<ExpressionPtr> values;
  do {
    const Token& column = Peek();
    const Names parts = Multipart();
    values.push_back(Attribute(parts, Since(column)));
    std::string alias;
    if (Skip("AS") || AtName()) alias = StrictName();
    unpivot.value_aliases.push_back(std::move(alias));
  } while (SkipSymbol(","));
  unpivot.values = std::move(values);
  ExpectSymbol(")");
  ExpectSymbol(")");
  return Aliased(plan::MakeRelation(std::move(unpivot)), start);
}

/// `TABLESAMPLE (n PERCENT | n ROWS | BUCKET x OUT OF y) [REPEATABLE (seed)]`, or nothing.
RelationPtr TextParser::Sample(RelationPtr input) {
  if (!At("TABLESAMPLE") || !AtSymbol("(", 1)) return input;
  const Token& start = Take();
  Take();
  if (SkipSymbol(")")) {
    FailAbout(start, "TABLESAMPLE does not accept empty inputs.", "_LEGACY_ERROR_TEMP_0014", "",
              {});
    return input;
  }
  const Token& place = Peek();
  relation::Sample sample;
  sample.input = std::move(input);
  if (Skip("BUCKET")) {
    const std::int64_t numerator = IntegerLiteral();
    Expect("OUT");
    Expect("OF");
    const std::int64_t denominator = IntegerLiteral();
    if (At("ON")) NotSupported(Peek(), "TABLESAMPLE(BUCKET x OUT OF y ON column)", "Leave ON out.");
    sample.upper_bound = denominator == 0 ? 2 : static_cast<double>(numerator) /
                                                    static_cast<double>(denominator);
  } else {
    const ExpressionPtr amount = ValueExpression();
    if (failed()) return nullptr;
    const auto* literal = amount->As<expression::Literal>();
    if (literal == nullptr || !literal->type.isNumeric() || literal->type.is(DataType::Kind::kFloat)) {
      NotSupported(place, "A TABLESAMPLE that is not a number", "Write a number.");
      return nullptr;
    }
    if (Skip("ROWS")) {
      ExpectSymbol(")");
      const std::int64_t rows = literal->value.is_int() ? literal->value.int_value() : 0;
      return plan::MakeRelation(relation::Limit{std::move(sample.input), static_cast<int>(rows)});
    }
    if (!At("PERCENT")) {
      NotSupported(place, "TABLESAMPLE by bytes", "Use a number of ROWS or PERCENT.");
      return nullptr;
    }
    Take();
    double percent = literal->value.is_int()      ? static_cast<double>(literal->value.int_value())
                     : literal->value.is_double() ? literal->value.double_value()
                                                  : static_cast<double>(
                                                        literal->value.decimal_value());
    if (literal->value.is_decimal()) {
      for (int i = 0; i < literal->type.scale(); ++i) percent /= 10;
    }
    sample.upper_bound = percent / 100;
  }
  ExpectSymbol(")");
  if (Skip("REPEATABLE")) {
    ExpectSymbol("(");
    sample.seed = IntegerLiteral();
    ExpectSymbol(")");
  }
  if (!failed() && !(sample.upper_bound >= 0 && sample.upper_bound <= 1)) {
    const std::string wrong = fmt::format("Sampling fraction ({}) must be on interval [0, 1]",
                                          data::DoubleText(sample.upper_bound));
    FailAbout(start, wrong + ".", "_LEGACY_ERROR_TEMP_0064", "", {{"msg", wrong}});
  }
  return plan::MakeRelation(std::move(sample));
}

}  // namespace millrace::sql
