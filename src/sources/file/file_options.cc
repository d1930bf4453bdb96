#include "sources/file/file_options.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "clients/files/errors.h"
#include "data/datetime_text.h"
#include "data/text_quoting.h"

namespace millrace::sources::file {

namespace {

using base::Result;
using base::Status;
using clients::files::LowerCase;

// What from_json and from_csv read above the source.
constexpr std::array kJsonParseOptions = {
    "mode", "columnNameOfCorruptRecord", "timeZone", "dateFormat", "timestampFormat",
    "timestampNTZFormat", "allowComments", "allowUnquotedFieldNames", "allowSingleQuotes",
    "allowNumericLeadingZeros", "allowBackslashEscapingAnyCharacter", "allowUnquotedControlChars",
    "allowNonNumericNumbers", "primitivesAsString", "prefersDecimal", "inferTimestamp",
    "dropFieldIfAllNull", "locale", "enableDateTimeParsingFallback", "writeNonAsciiCharacterAsCodePoint"};
constexpr std::array kCsvParseOptions = {
    "mode", "columnNameOfCorruptRecord", "timeZone", "dateFormat", "timestampFormat",
    "timestampNTZFormat", "sep", "delimiter", "quote", "escape", "ignoreLeadingWhiteSpace",
    "ignoreTrailingWhiteSpace", "nullValue", "emptyValue", "nanValue", "positiveInf", "negativeInf",
    "maxColumns", "maxCharsPerColumn", "charToEscapeQuoteEscaping", "unescapedQuoteHandling",
    "preferDate", "inferSchema", "locale", "enableDateTimeParsingFallback"};

Status IllegalArgument(std::string text) {
  return Status::InvalidArgument(std::move(text))
      .WithSparkError({"IllegalArgumentException", "", "", {}});
}

Result<std::optional<base::WallTime>> TimeOption(const connector::Options& options,
                                                 const char* name, const data::TimeZone& zone) {
  const auto text = options.GetString(name);
  if (!text) return std::optional<base::WallTime>();
  const auto micros = data::ParseTimestamp(*text, zone, 0);
  if (micros) return std::optional(base::WallTime(std::chrono::microseconds(*micros)));
  return Status::InvalidArgument(
             fmt::format("The timestamp provided for the '{0}' option is invalid. The expected "
                         "format is 'YYYY-MM-DDTHH:mm:ss', but the provided timestamp: {1}.",
                         LowerCase(name), *text))
      .WithSparkError({"AnalysisException",
                       "_LEGACY_ERROR_TEMP_1294",
                       "",
                       {{"strategy", LowerCase(name)}, {"timeString", *text}}});
}

Status ReadListing(const connector::Options& options, const data::TimeZone& zone,
                   clients::files::ListingOptions* listing) {
  MILLRACE_ASSIGN_OR_RETURN(listing->recursive, BoolOption(options, "recursiveFileLookup", false));
  listing->glob_filter = options.GetString("pathGlobFilter");
  listing->base_path = options.GetString("basePath");
  MILLRACE_ASSIGN_OR_RETURN(listing->modified_before, TimeOption(options, "modifiedBefore", zone));
  MILLRACE_ASSIGN_OR_RETURN(listing->modified_after, TimeOption(options, "modifiedAfter", zone));
  for (const char* name : {"ignoreCorruptFiles", "ignoreMissingFiles"}) {
    MILLRACE_ASSIGN_OR_RETURN(const bool ignore, BoolOption(options, name, false));
    if (!ignore) continue;
    return Status::Unsupported(fmt::format(
        "option \"{}\" is not supported: remove the files that cannot be read", name));
  }
  return Status::Ok();
}

Status ReadLines(Format format, const connector::Options& options,
                 clients::files::TextFormat* text) {
  if (const auto separator = options.GetString("lineSep")) {
    if (separator->empty()) {
      return IllegalArgument("requirement failed: 'lineSep' cannot be an empty string.");
    }
    if (format == Format::kCsv && separator->size() > 2) {
      return IllegalArgument("requirement failed: 'lineSep' can contain only 1 character.");
    }
    text->line_separator = *separator;
  }
  for (const char* name : {"encoding", "charset"}) {
    const auto encoding = options.GetString(name);
    if (!encoding) continue;
    const std::string lower = LowerCase(*encoding);
    if (lower == "utf-8" || lower == "utf8" || lower == "us-ascii") continue;
    return Status::Unsupported(fmt::format(
        "option \"{}\" is \"{}\": only UTF-8 is read; convert the files", name, *encoding));
  }
  return Status::Ok();
}

Status RefuseMultiLine(const connector::Options& options) {
  MILLRACE_ASSIGN_OR_RETURN(const bool multi_line, BoolOption(options, "multiLine", false));
  if (!multi_line) return Status::Ok();
  return Status::Unsupported(
      "option \"multiLine\" is not supported: write one record in each line");
}

Status CheckSamplingRatio(const connector::Options& options) {
  const auto ratio = options.GetString("samplingRatio");
  if (!ratio || *ratio == "1" || *ratio == "1.0") return Status::Ok();
  return Status::Unsupported(fmt::format(
      "option \"samplingRatio\" is \"{}\": schemas are inferred from all rows; remove it", *ratio));
}

Status ReadCsv(const connector::Options& options, clients::files::TextFormat* text) {
  text->skip_blank_lines = true;
  MILLRACE_ASSIGN_OR_RETURN(text->skip_header, BoolOption(options, "header", false));
  MILLRACE_ASSIGN_OR_RETURN(const bool enforce, BoolOption(options, "enforceSchema", true));
  if (!enforce) {
    return Status::Unsupported(
        "option \"enforceSchema\" = false is not supported: columns are matched by position; "
        "remove it");
  }
  if (const auto comment = options.GetString("comment"); comment && !comment->empty()) {
    if (comment->size() > 1) {
      return IllegalArgument(fmt::format("comment cannot be more than one character"));
    }
    text->comment = (*comment)[0];
  }
  return Status::Ok();
}

}  // namespace

Result<bool> BoolOption(const connector::Options& options, std::string_view name, bool fallback) {
  const auto value = options.GetBool(name);
  if (value.ok()) return value->value_or(fallback);
  return IllegalArgument(
      fmt::format("For input string: \"{}\"", options.GetString(name).value_or("")));
}

Result<ReadOptions> ReadFileOptions(Format format, const connector::Options& options,
                                    const data::TimeZone& zone) {
  ReadOptions read;
  options.MarkHonoured("path");
  MILLRACE_RETURN_IF_ERROR(ReadListing(options, zone, &read.listing));
  if (format == Format::kParquet) {
    MILLRACE_ASSIGN_OR_RETURN(read.merge_schema, BoolOption(options, "mergeSchema", false));
    for (const char* name : {"datetimeRebaseMode", "int96RebaseMode"}) options.AcceptJvmOnly(name);
    return read;
  }
  read.file_format = clients::files::FileFormat::kText;
  MILLRACE_RETURN_IF_ERROR(ReadLines(format, options, &read.text));
  if (format == Format::kText) {
    MILLRACE_ASSIGN_OR_RETURN(read.text.whole_text, BoolOption(options, "wholetext", false));
    return read;
  }
  MILLRACE_RETURN_IF_ERROR(RefuseMultiLine(options));
  MILLRACE_RETURN_IF_ERROR(CheckSamplingRatio(options));
  if (format == Format::kJson) {
    read.text.skip_blank_lines = true;
    for (const char* name : kJsonParseOptions) options.MarkHonoured(name);
  } else {
    MILLRACE_RETURN_IF_ERROR(ReadCsv(options, &read.text));
    for (const char* name : kCsvParseOptions) options.MarkHonoured(name);
  }
  return read;
}

std::vector<std::string> KnownOptions(Format format) {
  std::vector<std::string> names = {"path",           "recursiveFileLookup", "pathGlobFilter",
                                    "modifiedBefore", "modifiedAfter",       "basePath"};
  const auto add = [&](const auto& more) { names.insert(names.end(), more.begin(), more.end()); };
  if (format == Format::kParquet) {
    names.emplace_back("mergeSchema");
    return names;
  }
  add(std::array{"lineSep", "encoding"});
  if (format == Format::kText) names.emplace_back("wholetext");
  if (format == Format::kJson) add(kJsonParseOptions);
  if (format == Format::kCsv) {
    add(kCsvParseOptions);
    add(std::array{"header", "comment", "enforceSchema"});
  }
  if (format != Format::kText) add(std::array{"multiLine", "samplingRatio"});
  return names;
}

StructType DataColumnsOf(const StructType& user_schema, const StructType& partition_columns) {
  std::vector<StructField> fields;
  for (const StructField& field : user_schema.fields()) {
    const bool partitions = std::ranges::any_of(
        partition_columns.fields(), [&](const StructField& column) {
          return LowerCase(column.name) == LowerCase(field.name);
        });
    if (!partitions) fields.push_back(field);
  }
  return clients::files::AsNullable(StructType(std::move(fields)));
}

Result<StructType> TextColumns(const std::optional<StructType>& user_schema,
                               const StructType& partition_columns) {
  if (!user_schema) return StructType().add("value", StringType());
  const StructType columns = DataColumnsOf(*user_schema, partition_columns);
  for (const StructField& field : columns.fields()) {
    if (field.dataType.is(DataType::Kind::kString)) continue;
    const std::string name = data::QuoteIdentifier(field.name);
    return Status::InvalidArgument(
               fmt::format("The Text datasource doesn't support the column {} of the type \"{}\".",
                           name, field.dataType.sql()))
        .WithSparkError({"AnalysisException",
                         "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                         "0A000",
                         {{"columnName", name},
                          {"columnType", fmt::format("\"{}\"", field.dataType.sql())},
                          {"format", "Text"}}});
  }
  if (columns.size() <= 1) return columns;
  return Status::InvalidArgument(
             fmt::format("Text data source supports only a single column, and you have {} columns.",
                         columns.size()))
      .WithSparkError({"AnalysisException",
                       "_LEGACY_ERROR_TEMP_1290",
                       "",
                       {{"schemaSize", std::to_string(columns.size())}}});
}

}  // namespace millrace::sources::file
