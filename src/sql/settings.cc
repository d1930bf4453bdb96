// SET, RESET, USE, and the statements that are known and refused.

#include <array>

#include <fmt/format.h>

#include "sql/text_parser.h"

namespace millrace::sql {
namespace {

namespace command = plan::command;

std::string Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

bool IsConfKey(std::string_view key) {
  for (const char c : key) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '.' || c == ':' || c == '\\';
    if (!word) return false;
  }
  return !key.empty();
}

struct Known {
  std::array<std::string_view, 3> words;
  std::string_view what;
  std::string_view advice;
};

constexpr std::string_view kRewrite =
    "Write the changed rows with DataFrame.write or INSERT OVERWRITE, or use Delta's own tools.";
constexpr std::string_view kTools = "Use a tool that maintains Delta tables, or real Spark.";
constexpr std::string_view kCatalog = "There is no catalog that keeps it.";

constexpr std::array<Known, 32> kRefused = {{
    {{"ALTER", "TABLE"}, "ALTER TABLE", "Write the table anew, or use real Spark on it."},
    {{"ALTER", "VIEW"}, "ALTER VIEW", "Use CREATE OR REPLACE VIEW."},
    {{"ALTER", "DATABASE"}, "ALTER DATABASE", kCatalog},
    {{"ALTER", "SCHEMA"}, "ALTER SCHEMA", kCatalog},
    {{"ALTER", "NAMESPACE"}, "ALTER NAMESPACE", kCatalog},
    {{"MERGE"}, "MERGE INTO", "Use Delta's Python or Rust package from foreachBatch."},
    {{"UPDATE"}, "UPDATE", kRewrite},
    {{"DELETE"}, "DELETE FROM", kRewrite},
    {{"OPTIMIZE"}, "OPTIMIZE", kTools},
    {{"VACUUM"}, "VACUUM", kTools},
    {{"RESTORE"}, "RESTORE TABLE", kTools},
    {{"CONVERT", "TO"}, "CONVERT TO DELTA", kTools},
    {{"REORG"}, "REORG TABLE", kTools},
    {{"FSCK"}, "FSCK REPAIR TABLE", kTools},
    {{"ANALYZE"}, "ANALYZE TABLE", "Statistics are not used here."},
    {{"GRANT"}, "GRANT", kCatalog},
    {{"REVOKE"}, "REVOKE", kCatalog},
    {{"MSCK"}, "MSCK REPAIR TABLE", "Partition folders are found when a table is read."},
    {{"REPAIR"}, "REPAIR TABLE", "Partition folders are found when a table is read."},
    {{"LOAD", "DATA"}, "LOAD DATA", "Read the files with spark.read and write the table."},
    {{"ADD"}, "ADD JAR or FILE", "Use SparkSession.addArtifact."},
    {{"LIST"}, "LIST JARS or FILES", "There is no list of them."},
    {{"COMMENT", "ON"}, "COMMENT ON", kCatalog},
    {{"DECLARE"}, "DECLARE VARIABLE", "Use parameters of spark.sql(...)."},
    {{"EXECUTE", "IMMEDIATE"}, "EXECUTE IMMEDIATE", "Use spark.sql(...)."},
    {{"CALL"}, "CALL", "There are no procedures."},
    {{"BEGIN"}, "A script between BEGIN and END", "Run the statements one by one."},
    {{"REFRESH", "FUNCTION"}, "REFRESH FUNCTION", kCatalog},
    {{"START", "TRANSACTION"}, "START TRANSACTION", "Each statement stands alone."},
    {{"COMMIT"}, "COMMIT", "Each statement stands alone."},
    {{"ROLLBACK"}, "ROLLBACK", "Each statement stands alone."},
    {{"MAP"}, "MAP with a script", "Use mapInPandas or mapInArrow."},
}};

constexpr std::array<std::string_view, 16> kShown = {
    "PARTITIONS", "CATALOGS", "CURRENT",      "GRANT",   "ROLE",
    "ROLES",      "PRINCIPALS",    "INDEXES",  "LOCKS",        "TRANSACTIONS",
    "COMPACTIONS", "PROCEDURES",   "TABLE",    "COLLATIONS",   "FLOWS",   "METRICS"};

constexpr std::array<std::string_view, 8> kMade = {
    "FUNCTION", "INDEX", "ROLE", "MACRO", "VARIABLE", "MATERIALIZED", "STREAMING", "FLOW"};

}  // namespace

plan::Command TextParser::Refuse(std::string what, std::string advice) {
  while (!AtEnd()) Take();
  return {command::Refused{std::move(what), std::move(advice)}};
}

/// A statement that nothing here runs; its rest is not looked at.
std::optional<plan::Command> TextParser::RefusedStatement() {
  for (const Known& known : kRefused) {
    std::size_t i = 0;
    while (i < known.words.size() && !known.words[i].empty() && At(known.words[i], i)) ++i;
    const bool all = i == known.words.size() || known.words[i].empty();
    if (all && i > 0) return Refuse(std::string(known.what), std::string(known.advice));
  }
  if (At("SHOW")) {
    for (const std::string_view word : kShown) {
      if (At(word, 1)) return Refuse("SHOW " + std::string(word), std::string(kCatalog));
    }
  }
  if (!At("CREATE") && !At("DROP")) return std::nullopt;
  const std::string verb = Peek().text;
  std::size_t i = At("OR", 1) && At("REPLACE", 2) ? 3 : 1;
  if (AtAny({"TEMPORARY", "TEMP", "UNIQUE"}, i)) ++i;
  for (const std::string_view word : kMade) {
    if (At(word, i)) {
      return Refuse(verb + " " + std::string(word),
                    word == "FUNCTION" ? "Use spark.udf.register." : std::string(kCatalog));
    }
  }
  return std::nullopt;
}

plan::Command TextParser::Set() {
  Expect("SET");
  if (AtWords({"TIME", "ZONE"})) {
    Take();
    Take();
    const Token& place = Peek();
    if (Skip("LOCAL")) return {command::SetTimeZone{"LOCAL"}};
    if (AtInterval()) {
      NotSupported(place, "SET TIME ZONE with an interval", "Write '+02:00'.");
      return {};
    }
    if (Peek().kind != Token::Kind::kString) {
      while (!AtEnd()) Take();
      FailStatement("Invalid time zone displacement value.", "_LEGACY_ERROR_TEMP_0045", "",
                {});
      return {};
    }
    return {command::SetTimeZone{StringLiteral()}};
  }
  if (At("CATALOG") && (AtName(1) || Peek(1).kind == Token::Kind::kString)) {
    return Refuse("SET CATALOG", "There is one catalog, spark_catalog.");
  }
  if (AtAny({"VARIABLE", "VAR"}) && (AtName(1) || AtSymbol("(", 1))) {
    return Refuse("SET VARIABLE", "Use parameters of spark.sql(...).");
  }
  if (At("ROLE") && AtName(1)) return Refuse("SET ROLE", std::string(kCatalog));
  command::SetConf conf;
  // SET `key` = `value`: what has other characters than a key may stand in backticks.
  if (Peek().kind == Token::Kind::kQuotedName) {
    conf.key = Take().text;
    if (SkipSymbol("=")) {
      conf.value = Peek().kind == Token::Kind::kQuotedName ? Take().text : Trimmed(TakeRest());
    }
    return {std::move(conf)};
  }
  const std::string rest = Trimmed(TakeRest());
  if (rest.empty()) return {std::move(conf)};
  const std::size_t equals = rest.find('=');
  const std::string key = Trimmed(rest.substr(0, equals));
  if (rest != "-v" && !IsConfKey(key)) {
    FailStatement("Expected format is 'SET', 'SET key', or 'SET key=value'. If you want to include special "
           "characters in key, or include semicolon in value, please use backquotes, e.g., SET "
           "`key`=`value`.",
           "INVALID_SET_SYNTAX", "42000", {});
    return {};
  }
  conf.key = key;
  if (equals != std::string::npos) {
    std::string value = Trimmed(rest.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '`' && value.back() == '`') {
      value = value.substr(1, value.size() - 2);
    }
    conf.value = std::move(value);
  }
  return {std::move(conf)};
}

plan::Command TextParser::Reset() {
  Expect("RESET");
  command::ResetConf reset;
  if (Peek().kind == Token::Kind::kQuotedName) {
    reset.key = Take().text;
    return {std::move(reset)};
  }
  const std::string rest = Trimmed(TakeRest());
  if (rest.empty()) return {std::move(reset)};
  if (!IsConfKey(rest)) {
    FailStatement("Expected format is 'RESET' or 'RESET key'. If you want to include special characters "
              "in key, please use quotes, e.g., RESET `key`.",
              "INVALID_RESET_COMMAND_FORMAT", "42000", {});
  }
  reset.key = rest;
  return {std::move(reset)};
}

plan::Command TextParser::Use() {
  Expect("USE");
  if (AtAny({"DATABASE", "SCHEMA", "NAMESPACE"}) && AtName(1)) Take();
  return {command::UseDatabase{UnparsedName()}};
}

}  // namespace millrace::sql
