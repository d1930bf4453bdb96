// What real Spark answered about types: tests/spark/recorded/types.jsonl.
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/schema_text.h"

namespace millrace::data {
namespace {

using base::Result;
using base::Status;
using nlohmann::json;

Result<DataType> Parse(const json& line) {
  if (line.contains("json_in")) return ParseJsonType(line["json_in"].get<std::string>());
  const std::string ddl = line["ddl"];
  if (line["via"] == "cast") return ParseDataType(ddl);
  if (line["via"] == "type") return ParseSchemaText(ddl);
  MILLRACE_ASSIGN_OR_RETURN(StructType schema, ParseTableSchema(ddl));
  return DataType(schema);
}

void ExpectSameTexts(const json& line, const DataType& type) {
  EXPECT_EQ(type.simpleString(), line["simpleString"]);
  EXPECT_EQ(type.catalogString(), line["catalogString"]);
  EXPECT_EQ(type.sql(), line["sql"]);
  EXPECT_EQ(type.json(), line["json"]);
  if (line.contains("toDDL")) {
    EXPECT_EQ(StructType(type).toDDL(), line["toDDL"]);
    EXPECT_EQ(StructType(type).treeString(), line["treeString"]);
  }
  const Result<DataType> again = ParseJsonType(type.json());
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ(*again, type);
}

void ExpectSameError(const json& error, const Status& status) {
  auto text = [&](const char* key) {
    return error[key].is_string() ? error[key].get<std::string>() : "";
  };
  const base::SparkError& spark = status.spark_error();
  EXPECT_EQ(spark.condition, text("condition"));
  EXPECT_EQ(spark.sql_state, text("sqlState"));
  EXPECT_EQ(json(spark.parameters), error["parameters"]);
  EXPECT_EQ(status.message(), text("message"));
}

/// Where Millrace differs, and why.
bool Differs(const json& line) {
  const std::string text = line.contains("json_in") ? line["json_in"] : line["ddl"];
  auto contains = [&](const char* part) { return text.find(part) != std::string::npos; };
  // Collations and user-defined types are refused, and the one collation there is has no name.
  if (contains("COLLATE ") && !line.contains("error")) return true;
  if (contains("COLLATE NOPE") && line["via"] != "table") return true;
  if (contains("collate UNICODE") || contains("__COLLATIONS") || contains("\"udt\"")) return true;
  // So are the types of places on the earth.
  if ((contains("GEOMETRY(") || contains("GEOGRAPHY(")) && line.value("via", "") != "table") {
    return true;
  }
  // What a cast makes of these types is for analysis to say.
  if (line.value("via", "") == "cast" && !line.contains("error") &&
      (contains("CHAR(") || contains("CHARACTER("))) {
    return true;
  }
  if (line.contains("error") && line["error"]["condition"] == "UNSUPPORTED_TIME_TYPE") return true;
  // Spark keeps metadata in the order of a hash table.
  if (contains("\"metadata\":{\"comment\":\"hi\",\"n\":5")) return true;
  // Text that is not JSON: the message is of Spark's JSON library.
  return line.contains("error") && line["error"]["condition"].is_null();
}

TEST(RecordedTypesTest, EveryLine) {
  const std::string path = std::string(MILLRACE_SOURCE_DIR) + "/tests/spark/recorded/types.jsonl";
  std::ifstream file(path);
  ASSERT_TRUE(file.good()) << path;
  int checked = 0;
  int differences = 0;
  for (std::string text; std::getline(file, text);) {
    const json line = json::parse(text);
    if (line.contains("level") || line.value("via", "") == "pyspark") continue;
    if (Differs(line)) {
      ++differences;
      continue;
    }
    SCOPED_TRACE(text);
    ++checked;
    const Result<DataType> type = Parse(line);
    if (line.contains("error")) {
      EXPECT_FALSE(type.ok());
      if (!type.ok()) ExpectSameError(line["error"], type.status());
    } else if (type.ok()) {
      ExpectSameTexts(line, *type);
    } else {
      ADD_FAILURE() << type.status().ToString();
    }
  }
  EXPECT_GT(checked, 700);
  EXPECT_LT(differences, 50);
}

}  // namespace
}  // namespace millrace::data
