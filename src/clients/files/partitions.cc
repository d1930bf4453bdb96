#include "clients/files/partitions.h"

#include <algorithm>
#include <cctype>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "clients/files/errors.h"
#include "data/cast_text.h"
#include "data/datetime_text.h"
#include "data/decimal_text.h"
#include "fs/escapes.h"
#include "fs/file_system.h"

namespace millrace::clients::files {

namespace {

using base::Result;
using base::Status;
using Kind = DataType::Kind;

constexpr std::string_view kDefaultPartition = "__HIVE_DEFAULT_PARTITION__";

struct Column {
  std::string name;
  std::optional<std::string> value;
};

// What one folder's path says.
struct Parsed {
  std::vector<Column> columns;
  std::optional<std::string> base;
};

Status EmptyPart(const char* condition, const char* part, const char* advice,
                 std::string_view segment) {
  return Status::InvalidArgument(
             fmt::format("Found an empty partition column {} in the path segment '{}'. Each "
                         "partition directory must have a non-empty {} (e.g., 'col=value').",
                         part, segment, advice))
      .WithSparkError(
          {"SparkRuntimeException", condition, "KD009", {{"columnSpec", std::string(segment)}}});
}

// "k=v", or nothing when the folder is not named like that.
Result<std::optional<Column>> ParseColumn(std::string_view segment) {
  const std::size_t equals = segment.find('=');
  if (equals == segment.npos) return std::optional<Column>();
  Column column;
  column.name = fs::DecodePath(segment.substr(0, equals));
  if (column.name.empty()) {
    return EmptyPart("EMPTY_PARTITION_COLUMN_NAME", "name", "column name before the '=' sign",
                     segment);
  }
  const std::string_view value = segment.substr(equals + 1);
  if (value.empty()) {
    return EmptyPart("EMPTY_PARTITION_COLUMN_VALUE", "value", "value after the '=' sign", segment);
  }
  if (value != kDefaultPartition) column.value = fs::DecodePath(value);
  return std::optional(std::move(column));
}

Result<Parsed> ParsePath(const std::string& folder, const std::set<std::string>& base_paths) {
  Parsed parsed;
  std::string path = folder;
  while (true) {
    if (LowerCase(fs::BaseName(path)) == "_temporary") return Parsed();
    if (base_paths.contains(path) || path == "/") break;
    MILLRACE_ASSIGN_OR_RETURN(auto column, ParseColumn(fs::BaseName(path)));
    if (!column && !parsed.columns.empty()) break;
    if (column) parsed.columns.push_back(*std::move(column));
    path = fs::DirName(path);
  }
  std::ranges::reverse(parsed.columns);
  parsed.base = path;
  return parsed;
}

std::vector<std::string> LowerNames(const std::vector<Column>& columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(LowerCase(column.name));
  return names;
}

Status ConflictingBases(const std::vector<std::string>& bases) {
  std::string paths = "\n";
  for (const std::string& base : bases) paths += fmt::format("\t{}\n", fs::ToHadoopUri(base));
  return Status::InvalidArgument(
             fmt::format("Conflicting directory structures detected.\nSuspicious paths:\n{}\n"
                         "If provided paths are partition directories, please set \"basePath\" in "
                         "the options of the data source to specify the root directory of the "
                         "table.\nIf there are multiple root directories, please load them "
                         "separately and then union them.",
                         paths))
      .WithSparkError({"SparkRuntimeException",
                       "CONFLICTING_DIRECTORY_STRUCTURES",
                       "KD009",
                       {{"discoveredBasePaths", paths}}});
}

Status ConflictingNames(const std::vector<std::string>& folders, const std::vector<Parsed>& parsed) {
  std::vector<std::string> lists;
  std::string paths = "\n";
  for (std::size_t i = 0; i < parsed.size(); ++i) {
    if (parsed[i].columns.empty()) continue;
    std::vector<std::string> names;
    for (const Column& column : parsed[i].columns) names.push_back(column.name);
    const std::string list = fmt::format("{}", fmt::join(names, ", "));
    if (std::ranges::find(lists, list) == lists.end()) lists.push_back(list);
    paths += fmt::format("\n\t{}", fs::ToHadoopUri(folders[i]));
  }
  paths.erase(0, 1);
  std::string numbered = "\n";
  for (std::size_t i = 0; i < lists.size(); ++i) {
    numbered += fmt::format("\tPartition column name list #{}: {}\n", i, lists[i]);
  }
  return Status::InvalidArgument(
             fmt::format("Conflicting partition column names detected:\n{}\nFor partitioned table "
                         "directories, data files should only live in leaf directories.\nAnd "
                         "directories at the same level should have the same partition column "
                         "name.\nPlease check the following directories for unexpected files or "
                         "inconsistent partition column names:\n{}",
                         numbered, paths))
      .WithSparkError({"SparkRuntimeException",
                       "CONFLICTING_PARTITION_COLUMN_NAMES",
                       "KD009",
                       {{"distinctPartColLists", numbered}, {"suspiciousPaths", paths}}});
}

// "2024-01-01", as the pattern yyyy-MM-dd reads it.
bool IsDate(std::string_view text) {
  const auto digits = [&](std::size_t at, std::size_t count) {
    return std::ranges::all_of(text.substr(at, count), [](char c) { return c >= '0' && c <= '9'; });
  };
  return text.size() == 10 && digits(0, 4) && text[4] == '-' && digits(5, 2) && text[7] == '-' &&
         digits(8, 2) && data::ParseDate(text).has_value();
}

// "2024-01-01 10:00:00" with at most one digit of a fraction: yyyy-MM-dd HH:mm:ss[.S].
bool IsTimestamp(std::string_view text) {
  if (text.size() != 19 && text.size() != 21) return false;
  if (!IsDate(text.substr(0, 10)) || text[10] != ' ') return false;
  for (const std::size_t at : {11, 12, 14, 15, 17, 18}) {
    if (text[at] < '0' || text[at] > '9') return false;
  }
  if (text[13] != ':' || text[16] != ':') return false;
  if (text.size() == 21 && (text[19] != '.' || text[20] < '0' || text[20] > '9')) return false;
  return data::ParseTimestampNtz(text, false).has_value();
}

// A number as Double.parseDouble reads it, which knows no other words than these two.
bool IsDouble(std::string_view text) {
  std::string_view word = data::JavaTrim(text);
  if (!word.empty() && (word[0] == '+' || word[0] == '-')) word.remove_prefix(1);
  const bool is_word = !word.empty() && std::isalpha(static_cast<unsigned char>(word[0]));
  if (is_word && word != "NaN" && word != "Infinity") return false;
  return data::ParseJavaDouble(text).has_value();
}

bool IsWhole(std::string_view text, std::int64_t low, std::int64_t high) {
  // Java's parseInt takes no blanks around the digits.
  return !text.empty() && text == data::JavaTrim(text) &&
         data::ParseInteger(text, low, high).has_value() &&
         text.find_first_not_of("+-0123456789") == text.npos;
}

bool IsNumber(Kind kind) {
  return kind == Kind::kInteger || kind == Kind::kLong || kind == Kind::kDecimal ||
         kind == Kind::kDouble;
}

int RankOf(Kind kind) { return kind == Kind::kInteger ? 0 : kind == Kind::kLong ? 1 : 2; }

DataType Wider(const DataType& a, const DataType& b) {
  if (a == b || b.is(Kind::kNull)) return a;
  if (a.is(Kind::kNull)) return b;
  const bool times = (a.is(Kind::kDate) && b.is(Kind::kTimestamp)) ||
                     (a.is(Kind::kTimestamp) && b.is(Kind::kDate));
  if (times) return TimestampType();
  if (!IsNumber(a.kind()) || !IsNumber(b.kind())) return StringType();
  const bool one_decimal = a.is(Kind::kDecimal) || b.is(Kind::kDecimal);
  if (a.is(Kind::kDouble) || b.is(Kind::kDouble)) {
    return one_decimal ? DataType(StringType()) : DataType(DoubleType());
  }
  if (!one_decimal) return RankOf(a.kind()) > RankOf(b.kind()) ? a : b;
  const auto digits = [](const DataType& type) {
    return type.is(Kind::kDecimal) ? type.precision() : type.is(Kind::kLong) ? 20 : 10;
  };
  return DecimalType(std::max(digits(a), digits(b)), 0);
}

DataType TypeOfColumn(std::size_t column, const std::vector<Parsed>& parsed, bool infer_types) {
  if (!infer_types) return StringType();
  DataType type = NullType();
  for (const Parsed& folder : parsed) {
    if (folder.columns.empty()) continue;
    const auto& value = folder.columns[column].value;
    if (value) type = Wider(type, InferPartitionType(*value));
  }
  return type;
}

const StructField* FindColumn(const std::optional<StructType>& schema, const std::string& name) {
  if (!schema) return nullptr;
  for (const StructField& field : schema->fields()) {
    if (LowerCase(field.name) == LowerCase(name)) return &field;
  }
  return nullptr;
}

}  // namespace

DataType InferPartitionType(const std::string& text) {
  constexpr auto kIntMin = std::numeric_limits<std::int32_t>::min();
  constexpr auto kIntMax = std::numeric_limits<std::int32_t>::max();
  constexpr auto kLongMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kLongMax = std::numeric_limits<std::int64_t>::max();
  if (IsWhole(text, kIntMin, kIntMax)) return IntegerType();
  if (IsWhole(text, kLongMin, kLongMax)) return LongType();
  if (const auto decimal = data::ParseBigDecimal(text); decimal && decimal->scale <= 0) {
    const std::int64_t digits =
        static_cast<std::int64_t>(std::max<std::size_t>(decimal->digits.size(), 1)) -
        decimal->scale;
    if (digits <= 38) return DecimalType(static_cast<int>(digits), 0);
  }
  if (IsDouble(text)) return DoubleType();
  if (IsDate(text)) return DateType();
  if (IsTimestamp(text)) return TimestampType();
  return StringType();
}

Result<PartitionSpec> ParsePartitions(const std::vector<std::string>& folders,
                                      const std::set<std::string>& base_paths, bool infer_types,
                                      const std::optional<StructType>& user_schema) {
  std::vector<Parsed> parsed;
  std::vector<std::string> bases;
  const Parsed* first = nullptr;
  for (const std::string& folder : folders) {
    MILLRACE_ASSIGN_OR_RETURN(Parsed one, ParsePath(folder, base_paths));
    parsed.push_back(std::move(one));
  }
  PartitionSpec spec;
  spec.values.resize(folders.size());
  for (const Parsed& one : parsed) {
    if (one.base && std::ranges::find(bases, *one.base) == bases.end()) bases.push_back(*one.base);
    if (first == nullptr && !one.columns.empty()) first = &one;
  }
  if (first == nullptr) return spec;
  if (bases.size() > 1) return ConflictingBases(bases);
  const std::vector<std::string> names = LowerNames(first->columns);
  for (const Parsed& one : parsed) {
    if (!one.columns.empty() && LowerNames(one.columns) != names) {
      return ConflictingNames(folders, parsed);
    }
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::ranges::count(names, names[i]) > 1) return ColumnAlreadyExists(names[i]);
    const StructField* given = FindColumn(user_schema, names[i]);
    spec.columns = spec.columns.add(
        StructField{given != nullptr ? given->name : first->columns[i].name,
                    given != nullptr ? given->dataType : TypeOfColumn(i, parsed, infer_types), true,
                    given != nullptr ? given->metadata : "{}"});
  }
  for (std::size_t i = 0; i < parsed.size(); ++i) {
    if (parsed[i].columns.empty()) continue;
    auto& values = spec.values[i].emplace();
    for (Column& column : parsed[i].columns) values.push_back(std::move(column.value));
  }
  return spec;
}

}  // namespace millrace::clients::files
