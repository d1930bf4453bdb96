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

/// SQLQueryContext.summary: the lines of the fragment with marks under it, and at most 32 characters
/// before and behind.
std::string QueryContext(std::string_view sql, std::size_t start_byte, std::size_t end_byte) {
  constexpr std::size_t kMaxExtra = 32;
  const std::vector<std::string_view> text = Characters(sql);
  const std::size_t start = Characters(sql.substr(0, start_byte)).size();
  const std::size_t end = std::max(Characters(sql.substr(0, end_byte)).size(), start + 1);
  const std::string_view before = sql.substr(0, start_byte);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  std::size_t first = start;
  while (first > 0 && text[first - 1] != "\n") --first;
  std::string context =
      fmt::format("== SQL (line {}, position {}) ==\n", line, start - first + 1);
  std::size_t last = std::min(end - 1, text.size());
  while (last < text.size() && text[last] != "\n") ++last;
  std::string shown;
  std::string marks;
  if (start - first > kMaxExtra) {
    first = start - kMaxExtra;
    shown = "...";
    marks = "   ";
  }
  const bool cut = last - (end - 1) > kMaxExtra;
  if (cut) last = end - 1 + kMaxExtra;
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

std::string ParseExceptionText(std::string_view sql, std::size_t offset, std::string_view text) {
  const std::string_view before = sql.substr(0, offset);
  const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const std::string_view in_line = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0.
  const auto column =
      static_cast<std::size_t>(std::count_if(in_line.begin(), in_line.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
      }));
  std::string message =
      fmt::format("\n{} (line {}, pos {})\n\n== SQL ==\n", text, line + 1, column);
  const std::string mark = std::string(column, '-') + "^^^\n";
  std::string_view rest = sql;
  while (rest.ends_with('\n')) rest.remove_suffix(1);
  if (sql.empty()) message += '\n';
  bool marked = false;
  for (std::size_t i = 0; !rest.empty(); ++i) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    message += fmt::format("{}\n", rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (i == line) message += mark;
    marked = marked || i == line;
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
  message += "\n" + QueryContext(sql, start, end);
  return base::Status::InvalidArgument(std::move(message))
      .WithSparkError(
          {"ParseException", std::move(condition), std::move(sql_state), std::move(parameters)});
}

}  // namespace millrace::data
