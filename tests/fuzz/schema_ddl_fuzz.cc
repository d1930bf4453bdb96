// DDL schema texts: what was read is written so that it is read the same again, but for backslashes
// in comments, which Spark does not write as escapes.

#include "data/schema_text.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace;
  std::string_view text = fuzz::Text(data, size);
  static_cast<void>(data::ParseSchemaText(text));
  auto exact = [](const DataType& type) { return type.json().find("\\\\") == std::string::npos; };
  if (auto type = data::ParseDataType(text); type.ok() && exact(*type)) {
    auto again = data::ParseDataType(type->sql());
    fuzz::Require(again.ok(), type->sql() + ": " + again.status().ToString());
    fuzz::Require(again->sql() == type->sql(), again->sql() + " is not " + type->sql());
  }
  if (auto schema = data::ParseTableSchema(text); schema.ok() && exact(*schema)) {
    auto again = data::ParseTableSchema(schema->toDDL());
    fuzz::Require(schema->size() == 0 || again.ok(),
                  schema->toDDL() + ": " + again.status().ToString());
    if (again.ok()) fuzz::Require(*again == *schema, again->json() + " is not " + schema->json());
  }
  return 0;
}
