#include "data/sql_error.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace millrace::data {
namespace {

std::vector<std::string_view> Characters(std::string_view text) {
  std::vector<std::string_view> characters;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    characters.push_back(text.substr(i, end - i));
    i = end;
  }
  return characters;
}

std::size_t CountCharacters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

/// SQLQueryContext.summary: the lines of the characters [start, end) with marks under them, and at
/// most 32 characters before and behind.
std::string Summary(std::string_view sql, std::size_t start, std::size_t end,
                    const TextPosition& position, const std::string& object) {
  constexpr std::size_t kMaxExtra = 32;
  const std::vector<std::string_view> text = Characters(sql);
  std::size_t first = start - position.column;
  std::string context = fmt::format("== SQL{} (line {}, position {}) ==\n", object, position.line,
                                    position.column + 1);
  std::size_t last = std::min(end - 1, text.size());
  while (last < text.size() && text[last] != "\n") ++last;
  std::string shown;
  std::string marks;
  if (start - first >= kMaxExtra) {
    first = start - kMaxExtra;
    shown = "...";
    marks = "   ";
  }
  const bool cut = last - (end - 1) > kMaxExtra;
  if (cut) last = end + kMaxExtra;
  for (std::size_t i = first; i <= last; ++i) {
    if (i == last || text[i] == "\n") {
      if (i == last && cut) shown += "...";
      context += shown + "\n" + marks + "\n";
      shown.clear();
      marks.clear();
      continue;
    }
    shown += text[i];
    if (i < end) marks += i < start ? ' ' : '^';
  }
  return context;
}

}  // namespace

TextPosition PositionIn(std::string_view sql, std::size_t offset) {
  const std::string_view before = sql.substr(0, offset);
  const auto breaks = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const std::string_view in_line = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0.
  return {breaks + 1, CountCharacters(in_line)};
}

base::QueryContext SqlContext(std::string_view sql, std::size_t start, std::size_t end,
                              std::string_view object_type, std::string_view object_name) {
  const std::size_t first = CountCharacters(sql.substr(0, start));
  const std::size_t behind = std::max(CountCharacters(sql.substr(0, end)), first + 1);
  const std::string object =
      object_type.empty() ? "" : fmt::format(" of {} {}", object_type, object_name);
  base::QueryContext context;
  context.kind = base::QueryContext::Kind::kSql;
  context.object_type = object_type;
  context.object_name = object_name;
  context.start_index = static_cast<int>(first);
  context.stop_index = static_cast<int>(behind) - 1;
  context.fragment = sql.substr(start, end - start);
  context.summary = Summary(sql, first, behind, PositionIn(sql, start), object);
  return context;
}

std::string ParseExceptionText(std::string_view sql, std::size_t offset, std::string_view text) {
  const auto [line, column] = PositionIn(sql, offset);
  std::string message =
      fmt::format("\n{} (line {}, pos {})\n\n== SQL ==\n", text, line, column);
  const std::string mark = std::string(column, '-') + "^^^\n";
  std::string_view rest = sql;
  while (rest.ends_with('\n')) rest.remove_suffix(1);
  if (sql.empty()) message += '\n';
  bool marked = false;
  for (std::size_t i = 0; !rest.empty(); ++i) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    message += fmt::format("{}\n", rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (i + 1 == line) message += mark;
    marked = marked || i + 1 == line;
  }
  if (!marked) message += mark;
  return message;
}

base::Status ParseException(std::string_view sql, std::size_t offset, std::string_view text,
                            std::string condition, std::string sql_state,
                            std::map<std::string, std::string> parameters) {
  std::string full = fmt::format("[{}] {}", condition, text);
  if (!sql_state.empty()) full += " SQLSTATE: " + sql_state;
  return base::Status::InvalidArgument(ParseExceptionText(sql, offset, full))
      .WithSparkError(
          {"ParseException", std::move(condition), std::move(sql_state), std::move(parameters)});
}

base::Status ParseExceptionAbout(std::string_view sql, std::size_t start, std::size_t end,
                                 std::string_view text, std::string condition,
                                 std::string sql_state,
                                 std::map<std::string, std::string> parameters) {
  std::string message = "\n";
  if (!condition.starts_with("_LEGACY")) message += "[" + condition + "] ";
  message += text;
  if (!sql_state.empty()) message += " SQLSTATE: " + sql_state;
  base::QueryContext context = SqlContext(sql, start, end);
  message += "\n" + context.summary;
  return base::Status::InvalidArgument(std::move(message))
      .WithSparkError(
          {"ParseException", std::move(condition), std::move(sql_state), std::move(parameters)})
      .WithQueryContext(std::move(context));
}

}  // namespace millrace::data
