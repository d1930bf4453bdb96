#pragma once

#include <stop_token>

#include "base/result.h"
#include "connector/options.h"
#include "millrace/types.h"
#include "sources/file/line_source.h"

namespace millrace::sources::file {

/// The schema of all lines together (Spark's JsonInferSchema): fields in name order, whole numbers
/// BIGINT or DECIMAL, others DOUBLE, what is only null STRING. A line that is no object or array of
/// objects gives the column for corrupt records, or in FAILFAST mode
/// MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION. COLUMN_ALREADY_EXISTS.
base::Result<StructType> InferJsonSchema(const LineSource& lines, const connector::Options& options,
                                         std::stop_token stop);

}  // namespace millrace::sources::file
