#pragma once

#include <string_view>

namespace millrace::clients::files {

/// The formats of files that are read and written. Rows to be written as json and csv come as text
/// that is rendered already, one string column beside the partition columns.
enum class Format { kParquet, kText, kJson, kCsv };

/// As options and errors name it: "parquet", "text", "json", "csv".
std::string_view FormatName(Format format);

/// As Spark writes it in messages: "Parquet", "Text", "JSON", "CSV".
std::string_view FormatTitle(Format format);

}  // namespace millrace::clients::files
