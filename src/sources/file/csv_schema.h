#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connector/options.h"
#include "millrace/types.h"
#include "sources/file/line_source.h"

namespace millrace::sources::file {

/// How a line is cut into cells.
struct CsvFormat {
  std::string separator = ",";
  char quote = '"';
  char escape = '\\';
  std::string null_value;
  bool trim_leading = false;
  bool trim_trailing = false;
};

/// The cells of one line, as univocity cuts them; nullopt for those that are empty.
std::vector<std::optional<std::string>> SplitCsv(std::string_view line, const CsvFormat& format);

/// The schema of all lines together (Spark's CSVInferSchema): names from the header or `_c0`, ...;
/// STRING, or with `inferSchema` the narrowest of INT, BIGINT, DECIMAL, DOUBLE, DATE, TIMESTAMP,
/// BOOLEAN and STRING that holds all values.
base::Result<StructType> InferCsvSchema(const LineSource& lines, const connector::Options& options,
                                        std::stop_token stop);

}  // namespace millrace::sources::file
