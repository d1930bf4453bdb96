#include "sinks/delta/schema_merge.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "clients/delta/errors.h"

namespace millrace::sinks::delta {

namespace {

using base::Result;
using base::Status;
using base::StatusCode;
using clients::delta::DeltaError;
using Kind = DataType::Kind;

constexpr std::string_view kInvalidCharacters = " ,;{}()\n\t=";

bool IsText(const DataType& type) {
  return type.is(Kind::kString) || type.is(Kind::kChar) || type.is(Kind::kVarchar);
}
bool IsDatetime(const DataType& type) {
  return type.is(Kind::kDate) || type.is(Kind::kTimestamp) || type.is(Kind::kTimestampNtz);
}
bool IsAtomic(const DataType& type) {
  return !type.is(Kind::kArray) && !type.is(Kind::kMap) && !type.is(Kind::kStruct) &&
         !type.is(Kind::kVariant) && !type.is(Kind::kNull);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

// Calls `visit` with the path of every field, whatever it is nested in.
void ForEachField(const DataType& type, const std::string& prefix,
                  const std::function<void(const StructField&, const std::string&)>& visit) {
  if (type.is(Kind::kStruct)) {
    for (const StructField& field : type.fields()) {
      const std::string path = prefix.empty() ? field.name : prefix + "." + field.name;
      visit(field, path);
      ForEachField(field.dataType, path, visit);
    }
  } else if (type.is(Kind::kArray)) {
    ForEachField(type.elementType(), prefix + ".element", visit);
  } else if (type.is(Kind::kMap)) {
    ForEachField(type.keyType(), prefix + ".key", visit);
    ForEachField(type.valueType(), prefix + ".value", visit);
  }
}

Status CheckNoDuplicates(const DataType& type) {
  std::map<std::string, int> seen;
  std::vector<std::string> twice;
  ForEachField(type, "", [&](const StructField&, const std::string& path) {
    if (++seen[Lower(path)] == 2) twice.push_back(Lower(path));
  });
  if (twice.empty()) return Status::Ok();
  const std::string names = fmt::format("{}", fmt::join(twice, ", "));
  return DeltaError(
      StatusCode::kInvalidArgument, "DeltaAnalysisException", "DELTA_DUPLICATE_COLUMNS_FOUND.DATA",
      "42711",
      fmt::format("Found duplicate column(s): {}. The duplicate was found in the data "
                  "being saved.",
                  names),
      {{"duplicateCols", names}});
}

DataType Nullable(const DataType& type) {
  if (type.is(Kind::kStruct)) return AsNullable(StructType(type));
  if (type.is(Kind::kArray)) return ArrayType(Nullable(type.elementType()), true);
  if (type.is(Kind::kMap)) {
    return MapType(Nullable(type.keyType()), Nullable(type.valueType()), true);
  }
  if (type.is(Kind::kChar) || type.is(Kind::kVarchar)) return StringType();
  return type;
}

std::string AtomicScalaName(const DataType& type) {
  switch (type.kind()) {
    case Kind::kBoolean:
      return "BooleanType";
    case Kind::kByte:
      return "ByteType";
    case Kind::kShort:
      return "ShortType";
    case Kind::kInteger:
      return "IntegerType";
    case Kind::kLong:
      return "LongType";
    case Kind::kFloat:
      return "FloatType";
    case Kind::kDouble:
      return "DoubleType";
    case Kind::kString:
      return "StringType";
    case Kind::kBinary:
      return "BinaryType";
    case Kind::kDate:
      return "DateType";
    case Kind::kTimestamp:
      return "TimestampType";
    case Kind::kTimestampNtz:
      return "TimestampNTZType";
    case Kind::kCalendarInterval:
      return "CalendarIntervalType";
    case Kind::kVariant:
      return "VariantType";
    case Kind::kNull:
      return "NullType";
    default:
      return type.sql();
  }
}

// What Scala prints for a type.
std::string ScalaName(const DataType& type) {
  switch (type.kind()) {
    case Kind::kArray:
      return fmt::format("ArrayType({},{})", ScalaName(type.elementType()), type.containsNull());
    case Kind::kMap:
      return fmt::format("MapType({},{},{})", ScalaName(type.keyType()),
                         ScalaName(type.valueType()), type.valueContainsNull());
    case Kind::kStruct: {
      std::vector<std::string> fields;
      for (const StructField& field : type.fields()) {
        fields.push_back(fmt::format("StructField({},{},{})", field.name, ScalaName(field.dataType),
                                     field.nullable));
      }
      return fmt::format("StructType({})", fmt::join(fields, ","));
    }
    case Kind::kDecimal:
      return fmt::format("DecimalType({},{})", type.precision(), type.scale());
    case Kind::kTime:
      return fmt::format("TimeType({})", type.timePrecision());
    case Kind::kDayTimeInterval:
      return fmt::format("DayTimeIntervalType({},{})", type.intervalStart(), type.intervalEnd());
    case Kind::kYearMonthInterval:
      return fmt::format("YearMonthIntervalType({},{})", type.intervalStart(), type.intervalEnd());
    default:
      return AtomicScalaName(type);
  }
}

// Does Delta refuse to store values of this type, whatever is nested in it?
bool IsUnsupported(const DataType& type) {
  return type.is(Kind::kTime) || type.is(Kind::kDayTimeInterval) ||
         type.is(Kind::kYearMonthInterval) || type.is(Kind::kCalendarInterval);
}

Status IncompatibleTypes(const DataType& table, const DataType& data) {
  return DeltaError(StatusCode::kInvalidArgument, "DeltaAnalysisException",
                    "DELTA_MERGE_INCOMPATIBLE_DATATYPE", "42K09",
                    fmt::format("Failed to merge incompatible data types {} and {}",
                                ScalaName(table), ScalaName(data)),
                    {{"currentDataType", ScalaName(table)}, {"updateDataType", ScalaName(data)}});
}

Status FailedToMerge(const StructField& table, const StructField& data, const Status& cause) {
  return DeltaError(StatusCode::kInvalidArgument, "DeltaAnalysisException",
                    "DELTA_FAILED_TO_MERGE_FIELDS", "22005",
                    fmt::format("Failed to merge fields '{}' and '{}'. {}", table.name, data.name,
                                cause.message()),
                    {{"currentField", table.name}, {"updateField", data.name}});
}

Result<DataType> MergeTypes(const DataType& table, const DataType& data);

Result<DataType> MergeStructs(const DataType& table, const DataType& data) {
  std::vector<StructField> merged;
  for (const StructField& field : table.fields()) {
    const int match = FindField(data.fields(), field.name);
    merged.push_back(field);
    if (match < 0) continue;
    const StructField& update = data.fields()[static_cast<std::size_t>(match)];
    Result<DataType> type = MergeTypes(field.dataType, update.dataType);
    if (!type.ok()) return FailedToMerge(field, update, type.status());
    merged.back().dataType = *type;
  }
  for (const StructField& field : data.fields()) {
    if (FindField(table.fields(), field.name) >= 0) continue;
    merged.push_back(field);
    merged.back().nullable = true;
    merged.back().dataType = Nullable(field.dataType);
  }
  return DataType(StructType(std::move(merged)));
}

Result<DataType> MergeTypes(const DataType& table, const DataType& data) {
  if (table.is(Kind::kStruct) && data.is(Kind::kStruct)) return MergeStructs(table, data);
  if (table.is(Kind::kArray) && data.is(Kind::kArray)) {
    MILLRACE_ASSIGN_OR_RETURN(DataType element,
                              MergeTypes(table.elementType(), data.elementType()));
    return DataType(ArrayType(element, table.containsNull()));
  }
  if (table.is(Kind::kMap) && data.is(Kind::kMap)) {
    MILLRACE_ASSIGN_OR_RETURN(DataType key, MergeTypes(table.keyType(), data.keyType()));
    MILLRACE_ASSIGN_OR_RETURN(DataType value, MergeTypes(table.valueType(), data.valueType()));
    return DataType(MapType(key, value, table.valueContainsNull()));
  }
  if (CanCastImplicitly(data, table)) return table;
  return IncompatibleTypes(table, data);
}

}  // namespace

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

int FindField(const std::vector<StructField>& fields, std::string_view name) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (EqualsIgnoringCase(fields[i].name, name)) return static_cast<int>(i);
  }
  return -1;
}

bool CanCastImplicitly(const DataType& from, const DataType& to) {
  if (from == to || (IsText(from) && IsText(to))) return true;
  if (from.isNumeric() && to.isNumeric()) return true;
  if (IsDatetime(from) && IsDatetime(to)) return true;
  if (IsText(from)) return to.isNumeric() || IsDatetime(to) || to.is(Kind::kBinary);
  return IsAtomic(from) && IsText(to);
}

bool HoldsVoid(const DataType& type) {
  switch (type.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kArray:
      return HoldsVoid(type.elementType());
    case Kind::kMap:
      return HoldsVoid(type.keyType()) || HoldsVoid(type.valueType());
    case Kind::kStruct:
      return std::ranges::any_of(
          type.fields(), [](const StructField& field) { return HoldsVoid(field.dataType); });
    default:
      return false;
  }
}

StructType AsNullable(const StructType& schema) {
  std::vector<StructField> fields;
  for (const StructField& field : schema.fields()) {
    fields.push_back({field.name, Nullable(field.dataType), true, field.metadata});
  }
  return StructType(std::move(fields));
}

Result<StructType> MergeSchemas(const StructType& table, const StructType& data) {
  MILLRACE_RETURN_IF_ERROR(CheckNoDuplicates(data));
  MILLRACE_ASSIGN_OR_RETURN(DataType merged, MergeStructs(table, data));
  return StructType(merged);
}

Status CheckPartitionNames(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name.find_first_of(kInvalidCharacters) == std::string::npos) continue;
    return DeltaError(
        StatusCode::kInvalidArgument, "DeltaAnalysisException",
        "DELTA_INVALID_PARTITION_COLUMN_NAME", "42996",
        fmt::format("Found partition columns having invalid character(s) among \"{}\". Please "
                    "change the name to your partition columns. Attribute name \"{}\" contains "
                    "invalid character(s) among \" ,;{{}}()\\\\n\\\\t=\". Please use alias to "
                    "rename it.",
                    kInvalidCharacters, name));
  }
  return Status::Ok();
}

Status CheckColumnNames(const StructType& schema) {
  std::vector<std::string> bad;
  ForEachField(schema, "", [&](const StructField& field, const std::string& path) {
    if (field.name.find_first_of(kInvalidCharacters) != std::string::npos) bad.push_back(path);
  });
  if (bad.empty()) return Status::Ok();
  const std::string names = fmt::format("{}", fmt::join(bad, ", "));
  return DeltaError(
      StatusCode::kInvalidArgument, "DeltaAnalysisException",
      "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES", "42K05",
      fmt::format("Found invalid character(s) among ' ,;{{}}()\\n\\t=' in the column names of your "
                  "schema.\nInvalid column names: {}.\nPlease use other characters and try again.\n"
                  "Alternatively, enable Column Mapping to keep using these characters.",
                  names),
      {{"invalidColumnNames", names}});
}

Status CheckColumnTypes(const StructType& schema) {
  std::vector<std::string> bad;
  bool has_time = false;
  ForEachField(schema, "", [&](const StructField& field, const std::string& path) {
    has_time = has_time || field.dataType.is(Kind::kTime);
    if (IsUnsupported(field.dataType)) {
      bad.push_back(fmt::format("{}: {}", path, ScalaName(field.dataType)));
    }
  });
  if (has_time) {
    return Status::InvalidArgument("The data type TIME is not supported.")
        .WithSparkError({"AnalysisException", "UNSUPPORTED_TIME_TYPE", "0A000", {}});
  }
  if (bad.empty()) return Status::Ok();
  const std::string names = fmt::format("[{}]", fmt::join(bad, ", "));
  constexpr std::string_view kConfig = "spark.databricks.delta.schema.typeCheck.enabled";
  return DeltaError(
      StatusCode::kInvalidArgument, "DeltaAnalysisException", "DELTA_UNSUPPORTED_DATA_TYPES",
      "0AKDC",
      fmt::format("Found columns using unsupported data types: {}. You can set '{}' to 'false' to "
                  "disable the type check. Disabling this type check may allow users to create "
                  "unsupported Delta tables and should only be used when trying to read/write "
                  "legacy tables.",
                  names, kConfig),
      {{"dataTypeList", names}, {"config", std::string(kConfig)}});
}

}  // namespace millrace::sinks::delta
