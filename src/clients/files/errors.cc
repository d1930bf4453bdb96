#include "clients/files/errors.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "data/text_quoting.h"
#include "fs/escapes.h"
#include "fs/file_system.h"

namespace millrace::clients::files {

using base::Status;
using base::StatusCode;

Status PathNotFound(std::string_view path) {
  const std::string uri = fs::ToHadoopUri(path);
  return Status::NotFound(fmt::format("Path does not exist: {}.", uri))
      .WithSparkError({"AnalysisException", "PATH_NOT_FOUND", "42K03", {{"path", uri}}});
}

Status PathAlreadyExists(std::string_view path) {
  const std::string uri = fs::ToHadoopUri(path);
  return Status::InvalidArgument(
             fmt::format("Path {} already exists. Set mode as \"overwrite\" to overwrite the "
                         "existing path.",
                         uri))
      .WithSparkError(
          {"AnalysisException", "PATH_ALREADY_EXISTS", "42K04", {{"outputPath", uri}}});
}

Status UnableToInferSchema(std::string_view format) {
  return Status::InvalidArgument(
             fmt::format("Unable to infer schema for {}. It must be specified manually.", format))
      .WithSparkError({"AnalysisException",
                       "UNABLE_TO_INFER_SCHEMA",
                       "42KD9",
                       {{"format", std::string(format)}}});
}

Status ColumnAlreadyExists(std::string_view name) {
  const std::string quoted = data::QuoteIdentifier(LowerCase(name));
  return Status::InvalidArgument(
             fmt::format("The column {} already exists. Choose another name or rename the existing "
                         "column.",
                         quoted))
      .WithSparkError(
          {"AnalysisException", "COLUMN_ALREADY_EXISTS", "42711", {{"columnName", quoted}}});
}

Status FailedToRead(std::string_view path, const Status& cause) {
  if (cause.code() == StatusCode::kCancelled || !cause.spark_error().condition.empty()) {
    return cause;
  }
  const std::string uri = fs::ToFileUri(path);
  if (cause.code() == StatusCode::kNotFound) {
    return Status::NotFound(
               fmt::format("Encountered error while reading file {}. File does not exist. It is "
                           "possible the underlying files have been updated.\nYou can explicitly "
                           "invalidate the cache in Spark by running 'REFRESH TABLE tableName' "
                           "command in SQL or by recreating the Dataset/DataFrame involved.",
                           uri))
        .WithSparkError(
            {"SparkException", "FAILED_READ_FILE.FILE_NOT_EXIST", "KD001", {{"path", uri}}});
  }
  return Status(cause.code(), fmt::format("Encountered error while reading file {}. {}", uri,
                                          cause.message()))
      .WithSparkError({"SparkException", "FAILED_READ_FILE.NO_HINT", "KD001", {{"path", uri}}});
}

Status CannotReadFooter(std::string_view path, const Status& cause) {
  if (cause.code() != StatusCode::kCorrupt) return FailedToRead(path, cause);
  const std::string uri = fs::ToHadoopUri(path);
  return Status::Corrupt(
             fmt::format("Encountered error while reading file {}. Could not read footer. Please "
                         "ensure that the file is in either ORC or Parquet format.\nIf not, please "
                         "convert it to a valid format. If the file is in the valid format, please "
                         "check if it is corrupt.\nIf it is, you can choose to either ignore it or "
                         "fix the corruption.",
                         uri))
      .WithSparkError({"SparkException",
                       "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER",
                       "KD001",
                       {{"path", uri}}});
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

}  // namespace millrace::clients::files
