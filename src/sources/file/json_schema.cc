#include "sources/file/json_schema.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "clients/files/errors.h"
#include "sources/file/file_options.h"
#include "sources/file/json_types.h"
#include "sources/file/type_merge.h"

namespace millrace::sources::file {

namespace {

using base::Result;
using base::Status;
using Kind = DataType::Kind;

enum class Mode { kPermissive, kDropMalformed, kFailFast };

struct Inference {
  JsonTypeOptions types;
  Mode mode = Mode::kPermissive;
  std::string corrupt_column = "_corrupt_record";
  bool drop_null_fields = false;
};

Result<Inference> ReadOptionsOf(const connector::Options& options, const std::string& zone) {
  Inference read;
  struct Flag {
    const char* name;
    bool* value;
  };
  for (const Flag& flag :
       {Flag{"allowComments", &read.types.allow_comments},
        Flag{"allowUnquotedFieldNames", &read.types.allow_unquoted_names},
        Flag{"allowSingleQuotes", &read.types.allow_single_quotes},
        Flag{"allowNumericLeadingZeros", &read.types.allow_leading_zeros},
        Flag{"allowBackslashEscapingAnyCharacter", &read.types.allow_any_backslash},
        Flag{"allowUnquotedControlChars", &read.types.allow_control_characters},
        Flag{"allowNonNumericNumbers", &read.types.allow_non_numeric},
        Flag{"primitivesAsString", &read.types.primitives_as_string},
        Flag{"prefersDecimal", &read.types.prefers_decimal},
        Flag{"inferTimestamp", &read.types.infer_timestamp},
        Flag{"dropFieldIfAllNull", &read.drop_null_fields}}) {
    MILLRACE_ASSIGN_OR_RETURN(*flag.value, BoolOption(options, flag.name, *flag.value));
  }
  if (read.types.infer_timestamp && options.Has("timestampFormat")) {
    return Status::Unsupported(
        "options \"inferTimestamp\" and \"timestampFormat\" together are not supported: give a "
        "schema");
  }
  // An unknown mode is PERMISSIVE for Spark.
  const std::string mode = clients::files::LowerCase(options.GetString("mode").value_or(""));
  if (mode == "dropmalformed") read.mode = Mode::kDropMalformed;
  if (mode == "failfast") read.mode = Mode::kFailFast;
  if (const auto name = options.GetString("columnNameOfCorruptRecord")) read.corrupt_column = *name;
  const std::string zone_id = options.GetString("timeZone").value_or(zone);
  const auto parsed = data::TimeZone::Parse(zone_id);
  if (!parsed) return data::LoadTimeZone(zone_id).status();
  read.types.zone = *parsed;
  return read;
}

/// Folds the lines into one type.
class RootType {
 public:
  explicit RootType(const Inference& options) : options_(options) {}

  /// False when the line is malformed and FAILFAST is on.
  bool Add(std::string_view line) {
    std::optional<DataType> type = JsonTypeOf(line, options_.types);
    if (!type && options_.mode == Mode::kFailFast) return false;
    if (!type && options_.mode == Mode::kDropMalformed) return true;
    if (!type) type = StructType().add(options_.corrupt_column, StringType());
    type_ = Merge(type_, *type);
    return !failed_;
  }

  const DataType& type() const { return type_; }

 private:
  DataType Merge(const DataType& a, const DataType& b) {
    if (a.is(Kind::kArray)) return Merge(a.elementType(), b);
    if (b.is(Kind::kArray)) return Merge(a, b.elementType());
    if (a.is(Kind::kStruct) && b.is(Kind::kNull)) return a;
    if (a.is(Kind::kNull) && b.is(Kind::kStruct)) return b;
    if (a.is(Kind::kStruct) != b.is(Kind::kStruct)) return WithCorrupt(a.is(Kind::kStruct) ? a : b);
    return CompatibleType(a, b);
  }

  // Something else than an object is a corrupt record.
  DataType WithCorrupt(const DataType& type) {
    if (options_.mode == Mode::kDropMalformed) return type;
    if (options_.mode == Mode::kFailFast) {
      failed_ = true;
      return type;
    }
    const DataType corrupt = StructType().add(options_.corrupt_column, StringType());
    return StructType(type).fieldIndex(options_.corrupt_column) >= 0
               ? type
               : CompatibleType(type, corrupt);
  }

  const Inference& options_;
  DataType type_;
  bool failed_ = false;
};

// Without what cannot be a column: empty structs and names; void is STRING, or nothing.
std::optional<DataType> Canonical(const DataType& type, bool drop_null_fields) {
  switch (type.kind()) {
    case Kind::kNull:
      if (drop_null_fields) return std::nullopt;
      return DataType(StringType());
    case Kind::kArray: {
      const auto element = Canonical(type.elementType(), drop_null_fields);
      if (!element) return std::nullopt;
      return DataType(ArrayType(*element, true));
    }
    case Kind::kStruct: {
      std::vector<StructField> fields;
      for (StructField field : type.fields()) {
        if (field.name.empty()) continue;
        const auto canonical = Canonical(field.dataType, drop_null_fields);
        if (!canonical) continue;
        field.dataType = *canonical;
        fields.push_back(std::move(field));
      }
      if (fields.empty()) return std::nullopt;
      return DataType(StructType(std::move(fields)));
    }
    default:
      return type;
  }
}

Status CheckNames(const StructType& schema) {
  std::set<std::string> names;
  for (const StructField& field : schema.fields()) {
    if (!names.insert(clients::files::LowerCase(field.name)).second) {
      return clients::files::ColumnAlreadyExists(field.name);
    }
    if (field.dataType.is(Kind::kStruct)) {
      MILLRACE_RETURN_IF_ERROR(CheckNames(StructType(field.dataType)));
    }
  }
  return Status::Ok();
}

Status Malformed(const Inference& options) {
  return Status::InvalidArgument(
             fmt::format("Malformed records are detected in record parsing: {}.\nParse Mode: "
                         "FAILFAST. To process malformed records as null result, try setting the "
                         "option 'mode' as 'PERMISSIVE'. ",
                         options.corrupt_column))
      .WithSparkError({"SparkException",
                       "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
                       "22023",
                       {{"badRecord", options.corrupt_column}, {"failFastMode", "FAILFAST"}}});
}

}  // namespace

Result<StructType> InferJsonSchema(const LineSource& lines, const connector::Options& options,
                                   std::stop_token stop) {
  MILLRACE_ASSIGN_OR_RETURN(const Inference inference,
                            ReadOptionsOf(options, lines.session_time_zone));
  RootType root(inference);
  bool malformed = false;
  bool any = false;
  MILLRACE_RETURN_IF_ERROR(ForEachLine(lines, false, stop, [&](std::string_view line) {
    any = true;
    malformed = !root.Add(line);
    return !malformed;
  }));
  if (malformed) return Malformed(inference);
  DataType type = root.type();
  // A single array of something; values that are no objects are corrupt records.
  while (type.is(Kind::kArray)) type = type.elementType();
  if (!type.is(Kind::kStruct)) {
    if (!any || type.is(Kind::kNull) || inference.mode == Mode::kDropMalformed) return StructType();
    if (inference.mode == Mode::kFailFast) return Malformed(inference);
    return StructType().add(inference.corrupt_column, StringType());
  }
  const auto canonical = Canonical(type, inference.drop_null_fields);
  if (!canonical) return StructType();
  const StructType schema(*canonical);
  MILLRACE_RETURN_IF_ERROR(CheckNames(schema));
  return schema;
}

}  // namespace millrace::sources::file
