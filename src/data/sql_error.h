#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace millrace::data {

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
