#include "processor/duckdb/sql_text.h"

#include <fmt/format.h>

namespace millrace::processor::duckdb {

std::string OrderedText(const std::string& a, const std::string& b, bool is_and) {
  std::string_view decisive = is_and ? "FALSE" : "TRUE";
  return fmt::format("CASE WHEN ({}) IS NOT DISTINCT FROM {} THEN {} ELSE ({}) {} ({}) END", a,
                     decisive, decisive, a, is_and ? "AND" : "OR", b);
}

std::string InText(const std::vector<std::string>& args, bool can_fail) {
  if (!can_fail) {
    return fmt::format("(({}) IN ({}))", args[0], JoinTexts({args.begin() + 1, args.end()}, ", "));
  }
  std::string out = fmt::format("(({}) = ({}))", args[0], args[1]);
  for (std::size_t i = 2; i < args.size(); ++i) {
    out = OrderedText(out, fmt::format("(({}) = ({}))", args[0], args[i]), false);
  }
  // A null value is answered before the list is looked at.
  return fmt::format("CASE WHEN ({}) IS NULL THEN NULL ELSE {} END", args[0], out);
}

std::string CoalesceText(std::string_view type, const std::vector<std::string>& args) {
  return fmt::format("CAST(COALESCE({}) AS {})", JoinTexts(args, ", "), type);
}

std::string CaseText(std::string_view type, const std::vector<std::string>& args) {
  std::string out = "CASE";
  std::size_t i = 0;
  for (; i + 1 < args.size(); i += 2) {
    out += fmt::format(" WHEN {} THEN {}", args[i], args[i + 1]);
  }
  if (i < args.size()) out += fmt::format(" ELSE {}", args[i]);
  return fmt::format("CAST({} END AS {})", out, type);
}

std::string JoinTexts(const std::vector<std::string>& texts, std::string_view separator) {
  std::string out;
  for (const std::string& text : texts) {
    if (!out.empty()) out += separator;
    out += text;
  }
  return out;
}

bool IsComparison(std::string_view name) {
  return name == "=" || name == "!=" || name == "<" || name == "<=" || name == ">" ||
         name == ">=" || name == "<=>";
}

std::string ComparisonText(std::string_view function, const std::vector<std::string>& args) {
  std::string_view op = function;
  if (function == "<=>") op = "IS NOT DISTINCT FROM";
  if (function == "!=") op = "<>";
  return fmt::format("(({}) {} ({}))", args[0], op, args[1]);
}

}  // namespace millrace::processor::duckdb
