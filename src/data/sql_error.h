#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace millrace::data {

/// The line of byte `offset` of `sql`, from 1, and its place in the line in characters, from 0.
struct TextPosition {
  std::size_t line = 1;
  std::size_t column = 0;
};
TextPosition PositionIn(std::string_view sql, std::size_t offset);

/// The bytes [start, end) of `sql` as Spark's SQLQueryContext. `object_type` and `object_name` say
/// whose text it is, as "VIEW" and its name do; both are empty for a text of the user's program.
base::QueryContext SqlContext(std::string_view sql, std::size_t start, std::size_t end,
                              std::string_view object_type = "", std::string_view object_name = "");

/// `text` as Spark's ParseException shows it: with the line (from 1) and column (from 0, in
/// characters) of byte `offset` of `sql`, and the lines of `sql` with a mark under the place.
std::string ParseExceptionText(std::string_view sql, std::size_t offset, std::string_view text);

/// InvalidArgument with a ParseException of that text. `text` comes without condition and SQLSTATE.
base::Status ParseException(std::string_view sql, std::size_t offset, std::string_view text,
                            std::string condition, std::string sql_state,
                            std::map<std::string, std::string> parameters);

/// The same for what is written well and means nothing: Spark shows the bytes [start, end) that it
/// is about. Conditions that begin with _LEGACY are not shown.
base::Status ParseExceptionAbout(std::string_view sql, std::size_t start, std::size_t end,
                                 std::string_view text, std::string condition,
                                 std::string sql_state,
                                 std::map<std::string, std::string> parameters);

}  // namespace millrace::data
