#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "clients/files/file_scan.h"
#include "clients/files/format.h"
#include "clients/files/listing.h"
#include "connector/options.h"
#include "data/time_zone.h"
#include "millrace/types.h"

namespace millrace::sources::file {

using clients::files::Format;

/// What the column of the lines of json and csv is called, beside the partition columns: no name of
/// a folder.
constexpr std::string_view kLineColumn = "<line>";

/// The options that reading files as a batch and as a stream have in common.
struct ReadOptions {
  clients::files::ListingOptions listing;
  clients::files::FileFormat file_format = clients::files::FileFormat::kParquet;
  clients::files::TextFormat text;
  bool merge_schema = false;
};

/// Reads them, and marks those that the parsing of lines reads (section 2.5 of the contract):
/// refuses bad values with Spark's texts, and what is not supported by name. The caller refuses what
/// nobody has read.
base::Result<ReadOptions> ReadFileOptions(Format format, const connector::Options& options,
                                          const data::TimeZone& zone);
/// All names that ReadFileOptions knows, for messages.
std::vector<std::string> KnownOptions(Format format);

/// A boolean as Spark's sources read it: `For input string: "x"`.
base::Result<bool> BoolOption(const connector::Options& options, std::string_view name,
                              bool fallback);

/// The columns that stand in the files, for a user's schema: without those that are partition
/// columns, and nullable.
StructType DataColumnsOf(const StructType& user_schema, const StructType& partition_columns);

/// The one column of text files: of a user's schema or `value`. _LEGACY_ERROR_TEMP_1290 and
/// UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE for schemas that text cannot have.
base::Result<StructType> TextColumns(const std::optional<StructType>& user_schema,
                                     const StructType& partition_columns);

}  // namespace millrace::sources::file
