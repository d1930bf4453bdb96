// SHOW and DESCRIBE.

#include "sql/text_parser.h"

namespace millrace::sql {
namespace {

namespace command = plan::command;

}  // namespace

/// `[LIKE] 'pattern'`, or nothing.
std::optional<std::string> TextParser::Pattern() {
  const bool like = Skip("LIKE");
  if (!like && Peek().kind != Token::Kind::kString) return std::nullopt;
  return StringLiteral();
}

plan::Command TextParser::Show() {
  Expect("SHOW");
  if (SkipWords({"CREATE", "TABLE"})) {
    command::ShowCreateTable show{UnparsedName()};
    SkipWords({"AS", "SERDE"});
    return {std::move(show)};
  }
  if (Skip("TBLPROPERTIES")) {
    command::ShowTableProperties show{UnparsedName(), {}};
    if (SkipSymbol("(")) {
      show.key = PropertyKey();
      ExpectSymbol(")");
    }
    return {std::move(show)};
  }
  if (Skip("COLUMNS")) {
    if (!SkipAny({"FROM", "IN"})) SyntaxError();
    command::ShowColumns show{UnparsedName()};
    // SHOW COLUMNS IN table IN database.
    if (SkipAny({"FROM", "IN"})) show.table = UnparsedName() + "." + show.table;
    return {std::move(show)};
  }
  if (AtAny({"ALL", "SYSTEM", "USER"}) && At("FUNCTIONS", 1)) Take();
  if (Skip("FUNCTIONS")) {
    command::ShowFunctions show;
    if (SkipAny({"FROM", "IN"})) UnparsedName();
    // SHOW FUNCTIONS abs: a name is a pattern too.
    show.pattern = AtName() && !At("LIKE") ? Unparse(Multipart()) : Pattern();
    return {std::move(show)};
  }
  return ShowList();
}

plan::Command TextParser::ShowList() {
  if (SkipAny({"DATABASES", "SCHEMAS", "NAMESPACES"})) {
    if (SkipAny({"FROM", "IN"})) UnparsedName();
    return {command::ShowDatabases{Pattern()}};
  }
  const bool tables = At("TABLES");
  if (!SkipAny({"TABLES", "VIEWS"})) {
    SyntaxError();
    return {};
  }
  std::optional<std::string> database;
  if (SkipAny({"FROM", "IN"})) database = UnparsedName();
  std::optional<std::string> pattern = Pattern();
  if (tables) return {command::ShowTables{std::move(database), std::move(pattern)}};
  return {command::ShowViews{std::move(database), std::move(pattern)}};
}

/// A path in quotes, as Delta's statements take it: delta.`/path`.
std::string TextParser::PathName() { return Unparse({"delta", StringLiteral()}); }

plan::Command TextParser::Describe() {
  Take();
  if (Skip("FUNCTION")) {
    command::DescribeFunction describe;
    describe.extended = Skip("EXTENDED");
    describe.name = Peek().kind == Token::Kind::kString ? StringLiteral()
                    : Peek().kind == Token::Kind::kSymbol ? std::string(Take().raw)
                                                          : UnparsedName();
    return {std::move(describe)};
  }
  if (AtAny({"DATABASE", "SCHEMA", "NAMESPACE"}) && AtName(1)) {
    Take();
    command::DescribeDatabase describe;
    describe.extended = Skip("EXTENDED");
    describe.name = UnparsedName();
    return {std::move(describe)};
  }
  const bool path_follows = Peek(1).kind == Token::Kind::kString;
  if (At("HISTORY") && (AtName(1) || path_follows)) {
    Take();
    command::DescribeDeltaHistory describe;
    describe.table = path_follows ? PathName() : UnparsedName();
    if (Skip("LIMIT")) describe.limit = RowCount("LIMIT");
    return {std::move(describe)};
  }
  if (At("DETAIL") && (AtName(1) || path_follows)) {
    Take();
    return {command::DescribeDeltaDetail{path_follows ? PathName() : UnparsedName()}};
  }
  if (At("QUERY") && AtQuery(1)) Take();
  if (AtQuery() && !(At("TABLE") && AtName(1))) return {command::DescribeQuery{Query()}};
  command::DescribeTable describe;
  Skip("TABLE");
  if (AtName(1)) describe.extended = SkipAny({"EXTENDED", "FORMATTED"});
  describe.table = UnparsedName();
  if (!AtEnd() && !AtSymbol(";")) {
    if (At("PARTITION") || AtName()) {
      NotSupported(Peek(), "DESCRIBE of a column or partition", "Describe the whole table.");
    } else if (SkipWords({"AS", "JSON"})) {
      NotSupported(Peek(), "DESCRIBE ... AS JSON", "Leave AS JSON out.");
    }
  }
  return {std::move(describe)};
}

}  // namespace millrace::sql
