#include <string>

#include "data/ddl_parser.h"
#include "data/java_text.h"
#include "data/schema_text.h"

namespace millrace::data {
namespace {

using base::Result;
using base::Status;

/// Bytes that are no UTF-8 never get into a Java string: they become U+FFFD.
std::string AsJavaHasIt(std::string_view text) { return EncodeLikeJava(DecodeLikeJava(text)); }

}  // namespace

Result<DataType> ParseDataType(std::string_view ddl) {
  const std::string text = AsJavaHasIt(ddl);
  return DdlParser(text).WholeType();
}

Result<DataType> ParseDataTypeInside(std::string_view sql, std::size_t start, std::size_t end) {
  return DdlParser(sql, start, end).WholeType();
}

Result<StructType> ParseTableSchema(std::string_view ddl) {
  const std::string text = AsJavaHasIt(ddl);
  return DdlParser(text).WholeColumns();
}

Result<DataType> ParseSchemaText(std::string_view ddl_or_json) {
  const std::size_t start = ddl_or_json.find_first_not_of(" \t\r\n");
  std::string json_message;
  if (start != std::string_view::npos && (ddl_or_json[start] == '{' || ddl_or_json[start] == '"')) {
    Result<DataType> type = ParseJsonType(ddl_or_json);
    if (type.ok() || type.status().code() == base::StatusCode::kUnsupported) return type;
    json_message = type.status().message();
  }
  // The order, and that the first error is the one told, are DataType.fromDDL's.
  Result<DataType> type = ParseDataType(ddl_or_json);
  if (type.ok()) return type;
  Result<StructType> columns = ParseTableSchema(ddl_or_json);
  if (columns.ok()) return DataType(*columns);
  if (json_message.empty()) return type;
  // Spark tells only what the DDL parser says; of JSON the reason is in the other message.
  return Status::InvalidArgument(type.status().message() + "As JSON: " + json_message)
      .WithSparkError(type.status().spark_error());
}

}  // namespace millrace::data
