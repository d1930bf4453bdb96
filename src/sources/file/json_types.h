#pragma once

#include <optional>
#include <string_view>

#include "data/time_zone.h"
#include "millrace/types.h"

namespace millrace::sources::file {

/// What of Jackson's leniency, and of Spark's inference, is on.
struct JsonTypeOptions {
  bool allow_comments = false;
  bool allow_unquoted_names = false;
  bool allow_single_quotes = true;
  bool allow_leading_zeros = false;
  bool allow_any_backslash = false;
  bool allow_control_characters = false;
  bool allow_non_numeric = true;
  bool primitives_as_string = false;
  bool prefers_decimal = false;
  bool infer_timestamp = false;
  data::TimeZone zone;
};

/// The type of the first value of a text; void for null, an empty string, and a text of blanks. What
/// follows that value is not read. nullopt when it is malformed, or nested deeper than a thousand.
std::optional<DataType> JsonTypeOf(std::string_view text, const JsonTypeOptions& options);

}  // namespace millrace::sources::file
