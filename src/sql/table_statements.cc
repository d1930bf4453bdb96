// CREATE TABLE and INSERT.

#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "data/json_text.h"
#include "sql/text_parser.h"

namespace millrace::sql {
namespace {

namespace command = plan::command;

}  // namespace

plan::Command TextParser::CreateTable(bool replace) {
  command::CreateTable table;
  table.replace = replace;
  if (!replace) table.if_not_exists = SkipIfNotExists();
  table.name = UnparsedName();
  if (At("LIKE")) {
    NotSupported(Peek(), "CREATE TABLE ... LIKE", "Use CREATE TABLE ... AS SELECT ... LIMIT 0.");
    return {};
  }
  if (AtSymbol("(") && !AtQuery()) TableColumns(&table);
  TableClauses(&table);
  const bool as = Skip("AS");
  if (as || AtQuery()) table.query = Query();
  if (table.query != nullptr && table.schema) {
    const std::string_view what =
        replace ? "Replace Table As Select (RTAS)" : "Create Table As Select (CTAS)";
    const std::string wrong = fmt::format("Schema may not be specified in a {} statement", what);
    FailStatement("Operation not allowed: " + wrong + ".", "_LEGACY_ERROR_TEMP_0035", "",
              {{"message", wrong}});
  }
  return {std::move(table)};
}

/// `(a INT NOT NULL COMMENT 'x', b STRING)`.
void TextParser::TableColumns(command::CreateTable* table) {
  ExpectSymbol("(");
  std::vector<StructField> fields;
  do {
    if (AtAny({"CONSTRAINT", "PRIMARY", "FOREIGN", "CHECK", "UNIQUE"}) &&
        (AtSymbol("(", 1) || At("KEY", 1) || At("CONSTRAINT"))) {
      NotSupported(Peek(), "A table constraint", "Leave it out.");
      return;
    }
    StructField field;
    field.name = StrictName();
    field.dataType = Type();
    std::string comment;
    while (!failed() && !AtSymbol(",") && !AtSymbol(")")) {
      if ((At("NOT") || AtSymbol("!")) && At("NULL", 1)) {
        SkipNot();
        Take();
        field.nullable = false;
      } else if (Skip("COMMENT")) {
        comment = StringLiteral();
        field.metadata = R"({"comment":)";
        data::AppendJsonString(&field.metadata, comment);
        field.metadata += "}";
      } else if (AtAny({"DEFAULT", "GENERATED", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES",
                        "CONSTRAINT"})) {
        NotSupported(Peek(), "A column that is " + Peek().text,
                     "Give the value in the query that writes.");
      } else {
        SyntaxError();
      }
    }
    fields.push_back(std::move(field));
  } while (SkipSymbol(","));
  ExpectSymbol(")");
  table->schema = StructType(std::move(fields));
}

void TextParser::TableClauses(command::CreateTable* table) {
  if (Skip("USING")) table->provider = Unparse(Multipart());
  std::set<std::string> seen;
  std::optional<std::string> repeated;
  while (!failed()) {
    const std::string clause = Peek().text + (At("BY", 1) ? " BY" : "");
    if (!TableClause(table)) break;
    if (!seen.insert(clause).second) repeated = clause;
  }
  if (!repeated) return;
  FailStatement("Found duplicate clauses: " + *repeated + ". Please, remove one of them.",
            "DUPLICATE_CLAUSES", "42614", {{"clauseName", *repeated}});
}

bool TextParser::TableClause(command::CreateTable* table) {
  if (Skip("OPTIONS")) {
    table->options = Properties();
  } else if (Skip("TBLPROPERTIES")) {
    table->properties = TableProperties();
  } else if (Skip("LOCATION")) {
    table->location = StringLiteral();
  } else if (Skip("COMMENT")) {
    table->comment = StringLiteral();
  } else if (SkipWords({"PARTITIONED", "BY"})) {
    ExpectSymbol("(");
    do {
      const Token& place = Peek();
      table->partition_columns.push_back(StrictName());
      if (!AtSymbol(",") && !AtSymbol(")")) {
        NotSupported(place, "PARTITIONED BY anything but names of columns",
                     "Name the columns in the table's list and here.");
      }
    } while (SkipSymbol(","));
    ExpectSymbol(")");
  } else if (SkipWords({"CLUSTER", "BY"})) {
    ExpectSymbol("(");
    do {
      table->clustering_columns.push_back(Unparse(Multipart()));
    } while (SkipSymbol(","));
    ExpectSymbol(")");
  } else if (AtWords({"CLUSTERED", "BY"}) || AtWords({"SKEWED", "BY"}) ||
             AtWords({"ROW", "FORMAT"}) || AtAny({"STORED", "DEFAULT"})) {
    NotSupported(Peek(), "The clause " + Peek().text + " of CREATE TABLE",
                 "Use USING parquet or USING delta with PARTITIONED BY.");
  } else {
    return false;
  }
  return true;
}

/// The properties of a table or view, in which some names are Spark's own.
plan::Options TextParser::TableProperties() {
  plan::Options properties = Properties();
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kReserved = {
      {{"provider", "please use the USING clause to specify it"},
       {"location", "please use the LOCATION clause to specify it"},
       {"owner", "it will be set to the current user"}}};
  for (const auto& [name, why] : kReserved) {
    if (!properties.contains(std::string(name))) continue;
    FailStatement(fmt::format("The feature is not supported: {} is a reserved table property, {}.",
                              name, why),
                  "UNSUPPORTED_FEATURE.SET_TABLE_PROPERTY", "0A000",
                  {{"property", std::string(name)}, {"msg", std::string(why)}});
  }
  return properties;
}

/// `(key = value, 'a.b' 'c', d.e = 1)`.
plan::Options TextParser::Properties() {
  plan::Options properties;
  const Token& start = Peek();
  std::optional<std::string> repeated;
  std::string without_value;
  ExpectSymbol("(");
  do {
    const std::string key = PropertyKey();
    std::string value;
    if (SkipSymbol("=") || (!AtSymbol(",") && !AtSymbol(")"))) {
      value = PropertyValue();
    } else {
      without_value += (without_value.empty() ? "" : ",") + key;
    }
    if (!properties.emplace(key, std::move(value)).second) repeated = key;
  } while (SkipSymbol(","));
  ExpectSymbol(")");
  if (!without_value.empty()) {
    const std::string wrong = "Values must be specified for key(s): [" + without_value + "]";
    FailStatement("Operation not allowed: " + wrong + ".", "_LEGACY_ERROR_TEMP_0035", "",
                  {{"message", wrong}});
  }
  if (repeated) {
    FailAbout(start, fmt::format("Found duplicate keys `{}`.", *repeated), "DUPLICATE_KEY", "23505",
              {{"keyColumn", "`" + *repeated + "`"}});
  }
  return properties;
}

std::string TextParser::PropertyKey() {
  // One token: behind it another string may be the value.
  if (Peek().kind == Token::Kind::kString) return Take().text;
  std::string key = Name();
  while (SkipSymbol(".")) key += "." + Name();
  return key;
}

std::string TextParser::PropertyValue() {
  if (Peek().kind == Token::Kind::kString) return StringLiteral();
  if (AtAny({"TRUE", "FALSE"})) return Take().text == "TRUE" ? "true" : "false";
  const Token::Kind kind = Peek().kind;
  if (kind == Token::Kind::kInteger || kind == Token::Kind::kDecimal) {
    return std::string(Take().raw);
  }
  SyntaxError();
  return "";
}

plan::Command TextParser::Insert() {
  Expect("INSERT");
  command::Insert insert;
  const Token& place = Peek();
  insert.overwrite = Skip("OVERWRITE");
  if (!insert.overwrite) Expect("INTO");
  if (AtAny({"DIRECTORY", "LOCAL"}) && !AtQuery(1)) {
    NotSupported(place, "INSERT OVERWRITE DIRECTORY", "Use DataFrame.write.save(path).");
    return {};
  }
  Skip("TABLE");
  insert.table = UnparsedName();
  if (At("PARTITION") && AtSymbol("(", 1)) {
    NotSupported(place, "INSERT with a PARTITION clause",
                 "Put the partition's values into the query.");
    return {};
  }
  if (At("REPLACE")) {
    NotSupported(place, "INSERT INTO ... REPLACE", "Use INSERT OVERWRITE.");
    return {};
  }
  SkipIfNotExists();
  insert.by_name = SkipWords({"BY", "NAME"});
  if (!insert.by_name && AtSymbol("(") && !AtQuery()) {
    ExpectSymbol("(");
    do {
      insert.columns.push_back(StrictName());
    } while (SkipSymbol(","));
    ExpectSymbol(")");
  }
  insert.query = Query();
  return {std::move(insert)};
}

}  // namespace millrace::sql
