#pragma once

#include <optional>
#include <string>
#include <vector>

#include "millrace/types.h"

namespace millrace::streams {

/// One text file:
///
///   # what it shows
///   source: value BINARY, n INT
///   query:
///     (select (as (from_json (cast value string) "a INT") data))
///     (select data.*)
///   batch:                        rows that arrive together, a JSON array each; repeatable
///     ["{\"a\":1}", 7]
///   output:                       sorted rows of all batches, cells as `show` prints them
///     1 | 7
///   schema: a INT                 of the output (optional)
///   error: CONDITION | words      instead of output: the condition, and words of the message
struct StreamCase {
  std::string file;
  StructType source;
  std::vector<std::string> steps;
  std::vector<std::vector<std::string>> batches;  ///< Rows as JSON text.
  std::vector<std::string> output;                ///< Sorted.
  std::optional<std::string> schema;
  std::optional<std::string> error_condition;
  std::string error_words;
};

/// Fails the running test on a file that is not written so.
StreamCase ReadStreamCase(const std::string& path);

}  // namespace millrace::streams
