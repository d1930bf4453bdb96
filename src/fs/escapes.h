#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace::fs {

/// One element of a partition directory, `name=value` with Hive's escapes; null becomes
/// `__HIVE_DEFAULT_PARTITION__`.
std::string PartitionDirectory(std::string_view column, const std::optional<std::string>& value);

/// A path percent-encoded once, as Java's URIs are. Non-ASCII bytes stay as they are, as Hadoop
/// leaves them.
std::string EncodePath(std::string_view path);
/// Decodes exactly once, which also takes out Hive's escapes. A `%` that starts no escape stays as
/// it is.
std::string DecodePath(std::string_view uri);

/// "file:///abs/a%20dir": how Spark names a data file in its logs, and in input_file_name().
std::string ToFileUri(std::string_view path);

}  // namespace millrace::fs
