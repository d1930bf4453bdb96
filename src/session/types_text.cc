// The members of the public types that read text, and so may throw.

#include "data/schema_text.h"
#include "millrace/types.h"
#include "session/exceptions.h"

namespace millrace {

using session::ValueOrThrow;

DataType DataType::fromDDL(std::string_view text) {
  return ValueOrThrow(data::ParseSchemaText(text));
}

DataType DataType::fromJson(std::string_view text) {
  return ValueOrThrow(data::ParseJsonType(text));
}

StructType StructType::fromDDL(std::string_view text) {
  return ValueOrThrow(data::ParseTableSchema(text));
}

StructType StructType::fromJson(std::string_view text) {
  return ValueOrThrow(data::ParseJsonSchema(text));
}

StructType StructType::add(std::string_view name, std::string_view typeText, bool nullable) const {
  return add(name, ValueOrThrow(data::ParseDataType(typeText)), nullable, "{}");
}

}  // namespace millrace
