#include "sinks/delta/column_checks.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include <arrow/array.h>
#include <fmt/format.h>

#include "base/status.h"
#include "clients/delta/errors.h"
#include "clients/delta/field_metadata.h"

namespace millrace::sinks::delta {

namespace {

using base::Status;
using base::StatusCode;
using clients::delta::DeltaError;
using Kind = DataType::Kind;

// The path of the first violation in `path`; false when there is none.
bool FindViolation(const StructField& field, const arrow::Array& values, std::string* path) {
  const std::size_t parent_length = path->size();
  if (parent_length > 0) path->push_back('.');
  *path += field.name;
  if (!field.nullable && values.null_count() > 0) return true;
  if (field.dataType.is(Kind::kStruct)) {
    const auto children =
        static_cast<const arrow::StructArray&>(values).Flatten(arrow::default_memory_pool());
    for (std::size_t i = 0; children.ok() && i < children->size(); ++i) {
      if (FindViolation(field.dataType.fields()[i], *(*children)[i], path)) return true;
    }
  }
  path->resize(parent_length);
  return false;
}

// Bytes that start a character, as UTF8String.numChars counts.
std::int64_t Characters(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; });
}

}  // namespace

bool HasNotNull(const StructField& field) {
  if (!field.nullable) return true;
  return field.dataType.is(Kind::kStruct) &&
         std::ranges::any_of(field.dataType.fields(), HasNotNull);
}

Status CheckNotNull(const StructField& field, const arrow::Array& values) {
  std::string path;
  if (!FindViolation(field, values, &path)) return Status::Ok();
  return DeltaError(StatusCode::kInvalidArgument, "DeltaInvariantViolationException",
                    "DELTA_NOT_NULL_CONSTRAINT_VIOLATED", "23502",
                    fmt::format("NOT NULL constraint violated for column: {}.\n", path),
                    {{"columnName", path}});
}

std::optional<int> LengthLimit(const StructField& field) {
  if (!field.dataType.is(Kind::kString)) return std::nullopt;
  const auto declared = clients::delta::FieldMetadataString(field, "__CHAR_VARCHAR_TYPE_STRING");
  if (!declared) return std::nullopt;
  const std::size_t digits = declared->find('(') + 1;
  int limit = 0;
  const auto parsed =
      std::from_chars(declared->data() + digits, declared->data() + declared->size(), limit);
  if (parsed.ec != std::errc()) return std::nullopt;
  return limit;
}

Status CheckLength(const StructField& field, int limit, const arrow::Array& values) {
  const auto& texts = static_cast<const arrow::StringArray&>(values);
  for (std::int64_t i = 0; i < texts.length(); ++i) {
    if (texts.IsNull(i) || texts.value_length(i) <= limit) continue;
    const std::string text(texts.GetView(i));
    if (Characters(text) <= limit) continue;
    const std::string check =
        fmt::format("(({} IS NULL) OR (length({}) <= {}))", field.name, field.name, limit);
    return DeltaError(StatusCode::kInvalidArgument, "DeltaInvariantViolationException",
                      "DELTA_EXCEED_CHAR_VARCHAR_LIMIT", "22001",
                      fmt::format("Value \"{}\" exceeds char/varchar type length limitation. "
                                  "Failed check: {}.",
                                  text, check),
                      {{"value", text}, {"expr", check}});
  }
  return Status::Ok();
}

}  // namespace millrace::sinks::delta
