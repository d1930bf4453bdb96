#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/types.h"

namespace millrace::clients::delta {

/// Entries of a field's metadata, which StructField keeps as JSON text.
bool HasFieldMetadata(const StructField& field, std::string_view key);
std::optional<std::string> FieldMetadataString(const StructField& field, std::string_view key);
std::optional<std::int64_t> FieldMetadataLong(const StructField& field, std::string_view key);

/// The metadata text with one more entry at its end. Precondition: it has no such key yet.
std::string WithFieldMetadata(const std::string& metadata, std::string_view key,
                              std::string_view json_value);

/// The name of the column in files, statistics and partition values: `delta.columnMapping.
/// physicalName` where it has one, else its own name.
std::string PhysicalName(const StructField& field);

}  // namespace millrace::clients::delta
