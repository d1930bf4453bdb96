#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace millrace::clients::files {

/// Failures with Spark's own condition, SQLSTATE and text. Paths are local ones.

/// PATH_NOT_FOUND for "file:/dir".
base::Status PathNotFound(std::string_view path);
/// PATH_ALREADY_EXISTS.
base::Status PathAlreadyExists(std::string_view path);
/// UNABLE_TO_INFER_SCHEMA; `format` as Spark writes it there: "Parquet", "JSON", "CSV".
base::Status UnableToInferSchema(std::string_view format);
/// COLUMN_ALREADY_EXISTS; Spark gives the name in lower case.
base::Status ColumnAlreadyExists(std::string_view name);
/// A failure while a data file is read: FAILED_READ_FILE.NO_HINT, or FILE_NOT_EXIST for NotFound.
/// One that has a condition already, and Cancelled, stay what they are.
base::Status FailedToRead(std::string_view path, const base::Status& cause);
/// FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER.
base::Status CannotReadFooter(std::string_view path, const base::Status& cause);

std::string LowerCase(std::string_view text);

}  // namespace millrace::clients::files
