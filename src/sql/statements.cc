// What a whole text may be, and the statements that make and drop things.

#include "sql/text_parser.h"

namespace millrace::sql {
namespace {

namespace command = plan::command;

}  // namespace

plan::ExpressionPtr TextParser::WholeExpression() {
  plan::ExpressionPtr expression = NamedExpression();
  ExpectEnd();
  if (!failed() && !references_.empty()) {
    NotSupported(tokens_[0], "A subquery in the text of an expression",
                 "Use spark.sql(...) or a DataFrame's scalar() and exists().");
  }
  CheckWindows(0);
  return expression;
}

plan::RelationPtr TextParser::WholeQuery() {
  plan::RelationPtr query = ClosedQuery();
  ExpectEnd();
  return query;
}

plan::Statement TextParser::WholeStatement() {
  if (sql_.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos) {
    FailAt(Peek(), "Syntax error, unexpected empty statement.", "PARSE_EMPTY_STATEMENT", "42617",
           {});
    return plan::RelationPtr();
  }
  plan::Statement statement = Statement();
  CheckWindows(0);
  ExpectEnd();
  return statement;
}

plan::Statement TextParser::Statement() {
  const Deeper deeper(this);
  if (std::optional<plan::Statement> query = QueryOrInsert()) return *std::move(query);
  if (std::optional<plan::Command> refused = RefusedStatement()) return *std::move(refused);
  if (At("CREATE") || At("REPLACE")) return Create();
  if (At("DROP")) return Drop();
  if (At("SHOW")) return Show();
  if (AtAny({"DESC", "DESCRIBE"})) return Describe();
  if (At("SET")) return Set();
  if (At("RESET")) return Reset();
  if (At("USE")) return Use();
  if (At("EXPLAIN")) return Explain();
  if (At("CACHE")) return Cache();
  if (At("UNCACHE")) return Uncache();
  if (At("CLEAR")) {
    Take();
    Expect("CACHE");
    return plan::Command{command::ClearCache{}};
  }
  if (At("REFRESH")) return Refresh();
  if (At("TRUNCATE")) return Truncate();
  SyntaxError();
  return plan::RelationPtr();
}

std::optional<plan::Statement> TextParser::QueryOrInsert() {
  if (At("INSERT")) return Insert();
  if (At("WITH")) {
    const std::size_t scopes = common_tables_.size();
    const std::size_t start = next_;
    CommonTables();
    plan::Statement statement;
    if (At("INSERT")) {
      statement = Insert();
    } else if (AtAny({"UPDATE", "DELETE", "MERGE"})) {
      if (std::optional<plan::Command> refused = RefusedStatement()) statement = *refused;
    } else if (!failed()) {
      common_tables_.resize(scopes);
      next_ = start;
      return Query();
    }
    common_tables_.resize(scopes);
    return statement;
  }
  if (AtQuery()) return Query();
  return std::nullopt;
}

bool TextParser::SkipIfExists() { return SkipWords({"IF", "EXISTS"}); }

bool TextParser::SkipIfNotExists() {
  const bool not_next = At("NOT", 1) || AtSymbol("!", 1);
  if (!At("IF") || !not_next || !At("EXISTS", 2)) return false;
  Take();
  SkipNot();
  Take();
  return true;
}

bool TextParser::SkipDatabaseWord() { return SkipAny({"DATABASE", "SCHEMA", "NAMESPACE"}); }

plan::Command TextParser::Create() {
  if (Skip("REPLACE")) {
    Expect("TABLE");
    return CreateTable(true);
  }
  if (AtAny({"DATABASE", "SCHEMA", "NAMESPACE"}, 1)) {
    Take();
    return CreateDatabase();
  }
  std::size_t i = 1;
  const bool replace = At("OR", 1) && At("REPLACE", 2);
  if (replace) i = 3;
  if (At("TABLE", i) || (At("EXTERNAL", i) && At("TABLE", i + 1))) {
    for (std::size_t taken = 0; taken <= i; ++taken) Take();
    Skip("TABLE");
    return CreateTable(replace);
  }
  return CreateView();
}

plan::Command TextParser::CreateView() {
  Expect("CREATE");
  command::CreateView view;
  view.replace = SkipWords({"OR", "REPLACE"});
  view.is_global = Skip("GLOBAL");
  view.is_temporary = SkipAny({"TEMPORARY", "TEMP"});
  if (view.is_global && !view.is_temporary) SyntaxError();
  Expect("VIEW");
  view.if_not_exists = SkipIfNotExists();
  const Token& place = Peek();
  const Names name = At("IDENTIFIER") ? Names() : Multipart();
  view.name = name.empty() ? UnparsedName() : Unparse(name);
  if (At("USING") || (AtSymbol("(") && AtName(1) && AtName(2) && !At("COMMENT", 2))) {
    NotSupported(place, "CREATE TEMPORARY VIEW ... USING",
                 "Use CREATE TEMPORARY VIEW name AS SELECT * FROM format.`path`.");
    return {};
  }
  if (SkipSymbol("(")) {
    do {
      view.column_names.push_back(Name());
      view.column_comments.emplace_back();
      if (Skip("COMMENT")) view.column_comments.back() = StringLiteral();
    } while (SkipSymbol(","));
    ExpectSymbol(")");
  }
  while (!failed() && !At("AS")) {
    if (Skip("COMMENT")) {
      view.comment = StringLiteral();
    } else if (Skip("TBLPROPERTIES")) {
      view.properties = TableProperties();
    } else if (SkipWords({"WITH", "SCHEMA"})) {
      Skip("TYPE");
      if (!SkipAny({"BINDING", "COMPENSATION", "EVOLUTION"})) SyntaxError();
    } else {
      SyntaxError();
    }
  }
  Expect("AS");
  const std::size_t first = next_;
  view.input = Query();
  view.sql_text = std::string(TextSince(first));
  CheckView(view, name);
  return {std::move(view)};
}

void TextParser::CheckView(const command::CreateView& view, const Names& name) {
  if (view.is_temporary && view.if_not_exists) {
    FailStatement("It is not allowed to define a TEMPORARY view with IF NOT EXISTS.",
              "_LEGACY_ERROR_TEMP_0053", "", {});
  }
  if (view.replace && view.if_not_exists) {
    FailStatement("CREATE VIEW " + view.name + " with both IF NOT EXISTS and REPLACE is not allowed.",
              "CREATE_VIEW_WITH_IF_NOT_EXISTS_AND_REPLACE", "42601", {{"viewName", view.name}});
  }
  if (view.is_temporary && name.size() > 1) {
    const std::string object = "`" + name.back() + "`";
    std::string qualifier;
    for (std::size_t i = 0; i + 1 < name.size(); ++i) {
      qualifier += (i == 0 ? "`" : ".`") + name[i] + "`";
    }
    FailStatement("Temporary VIEW " + object + " cannot be qualified with " + qualifier +
                  ". Temporary objects can only be qualified with SESSION or SYSTEM.SESSION.",
              "INVALID_TEMP_OBJ_QUALIFIER", "42602",
              {{"objectType", "VIEW"}, {"objectName", object}, {"qualifier", qualifier}});
  }
}

plan::Command TextParser::CreateDatabase() {
  SkipDatabaseWord();
  command::CreateDatabase database;
  database.if_not_exists = SkipIfNotExists();
  database.name = UnparsedName();
  while (!failed() && !AtEnd() && !AtSymbol(";")) {
    if (Skip("COMMENT")) {
      database.comment = StringLiteral();
    } else if (Skip("LOCATION")) {
      database.location = StringLiteral();
    } else if (At("WITH") && AtAny({"DBPROPERTIES", "PROPERTIES"}, 1)) {
      NotSupported(Peek(), "WITH DBPROPERTIES", "Leave the properties out.");
    } else {
      SyntaxError();
    }
  }
  return {std::move(database)};
}

plan::Command TextParser::Drop() {
  Expect("DROP");
  if (SkipDatabaseWord()) {
    command::DropDatabase database;
    database.if_exists = SkipIfExists();
    database.name = UnparsedName();
    database.cascade = Skip("CASCADE");
    if (!database.cascade) Skip("RESTRICT");
    return {std::move(database)};
  }
  if (Skip("VIEW")) {
    command::DropView view;
    view.if_exists = SkipIfExists();
    view.name = UnparsedName();
    return {std::move(view)};
  }
  Expect("TABLE");
  command::DropTable table;
  table.if_exists = SkipIfExists();
  table.name = UnparsedName();
  table.purge = Skip("PURGE");
  return {std::move(table)};
}

plan::Command TextParser::Explain() {
  Expect("EXPLAIN");
  command::Explain explain;
  if (AtAny({"FORMATTED", "EXTENDED", "CODEGEN", "COST", "LOGICAL"})) {
    for (const char c : Take().text) explain.mode += static_cast<char>(c - 'A' + 'a');
  }
  explain.extended = explain.mode == "extended";
  const Token& place = Peek();
  plan::Statement statement = Statement();
  if (auto* query = std::get_if<plan::RelationPtr>(&statement)) {
    explain.query = std::move(*query);
  } else {
    NotSupported(place, "EXPLAIN of a command", "Explain a query.");
  }
  return {std::move(explain)};
}

plan::Command TextParser::Cache() {
  Expect("CACHE");
  command::CacheTable cache;
  cache.lazy = Skip("LAZY");
  Expect("TABLE");
  cache.name = UnparsedName();
  if (Skip("OPTIONS")) Properties();
  const bool as = Skip("AS");
  if (as || AtQuery()) cache.query = Query();
  return {std::move(cache)};
}

plan::Command TextParser::Uncache() {
  Expect("UNCACHE");
  Expect("TABLE");
  command::UncacheTable uncache;
  uncache.if_exists = SkipIfExists();
  uncache.name = UnparsedName();
  return {std::move(uncache)};
}

plan::Command TextParser::Refresh() {
  Expect("REFRESH");
  if (AtEnd() || Peek().kind == Token::Kind::kString) {
    NotSupported(Peek(), "REFRESH of a path", "Files are listed anew in every query.");
  }
  Expect("TABLE");
  return {command::RefreshTable{UnparsedName()}};
}

plan::Command TextParser::Truncate() {
  Expect("TRUNCATE");
  Expect("TABLE");
  command::TruncateTable truncate{UnparsedName()};
  if (At("PARTITION")) NotSupported(Peek(), "TRUNCATE of a partition", "Truncate the whole table.");
  return {std::move(truncate)};
}

}  // namespace millrace::sql
