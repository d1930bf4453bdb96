// Spark's JSON schema texts, which stand in Delta logs: what was read is written as it was.

#include "data/schema_text.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace;
  std::string_view text = fuzz::Text(data, size);
  static_cast<void>(data::ParseJsonSchema(text));
  auto type = data::ParseJsonType(text);
  if (!type.ok()) return 0;
  std::string json = type->json();
  auto again = data::ParseJsonType(json);
  fuzz::Require(again.ok(), json + ": " + again.status().ToString());
  fuzz::Require(again->json() == json, again->json() + " is not " + json);
  static_cast<void>(type->simpleString());
  static_cast<void>(type->sql());
  if (type->is(DataType::Kind::kStruct)) static_cast<void>(StructType(*type).treeString());
  return 0;
}
