#include "sources/file/file_table.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uuid.h"
#include "clients/files/file_scan.h"
#include "clients/parquet/parquet_writer.h"
#include "data/schema_text.h"
#include "fs/file_system.h"

namespace millrace::sources::file {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A folder of files that goes away with the test.
class Tables : public ::testing::Test {
 protected:
  Tables()
      : root_((std::filesystem::temp_directory_path() /
               ("millrace-files-" + base::Uuid::Random(base::Random::System()).ToString()))
                  .string()) {}
  ~Tables() override { std::filesystem::remove_all(root_); }

  void Put(const std::string& path, std::string_view text) {
    ASSERT_TRUE(fs::LocalFileSystem()->CreateExclusive(root_ + path, text).ok());
  }
  void PutParquet(const std::string& path, const std::string& name, std::int64_t value) {
    arrow::Int64Builder builder;
    ASSERT_TRUE(builder.Append(value).ok());
    const auto schema = arrow::schema({arrow::field(name, arrow::int64())});
    auto writer = clients::parquet::ParquetWriter::Open(
        fs::LocalFileSystem()->OpenOutput(root_ + path).value(), schema, {});
    ASSERT_TRUE(writer.ok());
    const auto rows = arrow::RecordBatch::Make(schema, 1, {builder.Finish().ValueOrDie()});
    ASSERT_TRUE((*writer)->Write(*rows).ok() && (*writer)->Close().ok());
  }
  base::Result<std::shared_ptr<connector::Table>> Open(
      Format format, const std::string& path, std::map<std::string, std::string> options = {},
      std::optional<std::string> schema = std::nullopt) {
    connector::TableContext context;
    context.paths = {root_ + path};
    context.options = connector::Options(std::move(options));
    if (schema) context.user_schema = data::ParseTableSchema(*schema).value();
    return FileTableProvider(format).Open(std::move(context));
  }
  /// "schema: row; row", or the condition and the message.
  std::string Read(Format format, const std::string& path,
                   std::map<std::string, std::string> options = {},
                   std::optional<std::string> schema = std::nullopt) {
    const auto table = Open(format, path, std::move(options), std::move(schema));
    if (!table.ok()) return Text(table.status());
    std::string text = (*table)->schema().toDDL() + ":";
    std::vector<int> columns;
    for (std::size_t i = 0; i < (*table)->schema().size(); ++i) {
      columns.push_back(static_cast<int>(i));
    }
    const auto partitions = (*table)->PlanPartitions({}).value();
    for (const auto& partition : partitions) {
      auto reader = (*table)->OpenReader(partition, columns);
      if (!reader.ok()) return Text(reader.status());
      while (true) {
        const auto rows = (*reader)->Next({});
        if (!rows.ok()) return Text(rows.status());
        if (*rows == nullptr) break;
        for (std::int64_t row = 0; row < (*rows)->num_rows(); ++row) {
          text += " ";
          for (const auto& column : (*rows)->columns()) {
            text += column->GetScalar(row).ValueOrDie()->ToString() + "|";
          }
        }
      }
    }
    return text;
  }
  /// The metadata of all rows, with a | behind each field.
  static std::vector<std::string> Metadata(
      connector::Table& table, const std::vector<connector::InputPartition>& partitions) {
    std::vector<std::string> texts;
    for (const auto& partition : partitions) {
      const auto reader =
          table.OpenReader(partition, {static_cast<int>(table.schema().size())}).value();
      while (const auto rows = reader->Next({}).value()) {
        EXPECT_TRUE(rows->ValidateFull().ok());
        const auto& column = static_cast<const arrow::StructArray&>(*rows->column(0));
        for (std::int64_t row = 0; row < rows->num_rows(); ++row) {
          texts.emplace_back();
          for (const auto& field : column.fields()) {
            texts.back() += field->GetScalar(row).ValueOrDie()->ToString() + "|";
          }
        }
      }
    }
    return texts;
  }
  static std::vector<std::string> Split(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t at = 0, end = 0; (end = text.find('|', at)) != std::string::npos;
         at = end + 1) {
      parts.push_back(text.substr(at, end - at));
    }
    return parts;
  }
  static std::string Text(const base::Status& status) {
    return status.spark_error().condition + " " + status.message();
  }
  /// What the lines hold.
  std::string Infer(Format format, std::vector<std::string> lines,
                    std::map<std::string, std::string> options = {}) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    const std::string path = "/infer" + std::to_string(files_++);
    Put(path + "/f", text);
    const auto table = Open(format, path, std::move(options));
    if (!table.ok()) return Text(table.status());
    const auto schema = (*table)->line_schema({});
    return schema.ok() ? (*schema)->toDDL() : schema.status().spark_error().condition;
  }

  const std::string root_;
  int files_ = 0;
};

TEST_F(Tables, Text) {
  Put("/t/a=1/x", "l1\nl2");
  Put("/t/a=2/y", "");
  EXPECT_EQ(Read(Format::kText, "/t"), "value STRING,a INT: l1|1| l2|1|");
  EXPECT_EQ(Read(Format::kText, "/t", {{"wholetext", "true"}}), "value STRING,a INT: l1\nl2|1|");
  EXPECT_EQ(Read(Format::kText, "/t", {{"lineSep", "1"}}), "value STRING,a INT: l|1| \nl2|1|");
  EXPECT_EQ(Read(Format::kText, "/t/a=1", {}, "x string"), "x STRING: l1| l2|");
  EXPECT_EQ(Read(Format::kText, "/t", {}, "x string, a string"), "x STRING,a STRING: l1|1| l2|1|");
}

// Texts and conditions as real Spark 4.2 gave them.
TEST_F(Tables, RefusalsAreSparks) {
  Put("/t/x", "1");
  EXPECT_EQ(Read(Format::kText, "/t", {}, "a int"),
            "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE The Text datasource doesn't support the column "
            "`a` of the type \"INT\".");
  EXPECT_EQ(Read(Format::kText, "/t", {}, "a string, b string"),
            "_LEGACY_ERROR_TEMP_1290 Text data source supports only a single column, and you have "
            "2 columns.");
  EXPECT_EQ(Read(Format::kParquet, "/gone"),
            "PATH_NOT_FOUND Path does not exist: file:" + root_ + "/gone.");
  std::filesystem::create_directory(root_ + "/empty");
  EXPECT_EQ(Read(Format::kParquet, "/empty"),
            "UNABLE_TO_INFER_SCHEMA Unable to infer schema for Parquet. It must be specified "
            "manually.");
  EXPECT_EQ(Read(Format::kParquet, "/empty", {}, "a int"), "a INT:");
  EXPECT_EQ(Read(Format::kText, "/empty"), "value STRING:");
  EXPECT_EQ(Open(Format::kJson, "/empty").value()->line_schema({}).status().message(),
            "Unable to infer schema for JSON. It must be specified manually.");
  EXPECT_EQ(Read(Format::kText, "/t", {{"recursiveFileLookup", "x"}}), " For input string: \"x\"");
  EXPECT_EQ(Read(Format::kText, "/t", {{"lineSep", ""}}),
            " requirement failed: 'lineSep' cannot be an empty string.");
  EXPECT_THAT(Read(Format::kText, "/t", {{"modifiedAfter", "x"}}),
              HasSubstr("_LEGACY_ERROR_TEMP_1294 The timestamp provided for the 'modifiedafter'"));
  EXPECT_THAT(Read(Format::kText, "/t", {{"wholetxt", "true"}}),
              HasSubstr("did you mean \"wholetext\"?"));
  EXPECT_THAT(Read(Format::kJson, "/t", {{"multiLine", "true"}}), HasSubstr("multiLine"));
  Put("/p/a=abc/x", "1");
  EXPECT_THAT(Read(Format::kText, "/p", {}, "value string, a int"),
              HasSubstr("INVALID_PARTITION_VALUE Failed to cast value 'abc' to data type \"INT\" "
                        "for partition column `a`."));
}

TEST_F(Tables, Parquet) {
  PutParquet("/p/k=7/f.parquet", "k", 1);
  PutParquet("/q/1.parquet", "a", 1);
  PutParquet("/q/2.parquet", "B", 2);
  EXPECT_EQ(Read(Format::kParquet, "/p"), "k INT: 7|");
  EXPECT_EQ(Read(Format::kParquet, "/q"), "a BIGINT: 1| null|");
  EXPECT_EQ(Read(Format::kParquet, "/q", {{"mergeSchema", "true"}}),
            "a BIGINT,B BIGINT: 1|null| null|2|");
  EXPECT_EQ(Read(Format::kParquet, "/q", {}, "b bigint, z string"),
            "b BIGINT,z STRING: null|null| 2|null|");
  EXPECT_THAT(Read(Format::kParquet, "/q", {}, "a string"),
              HasSubstr("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH"));
  Put("/garbage/a.parquet", "this is not parquet at all");
  EXPECT_THAT(Read(Format::kParquet, "/garbage"),
              HasSubstr("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER"));
  EXPECT_THAT(Read(Format::kParquet, "/garbage", {}, "a int"),
              HasSubstr("FAILED_READ_FILE.NO_HINT"));
  EXPECT_THAT(Open(Format::kParquet, "/p").value()->input_files(),
              ElementsAre("file://" + root_ + "/p/k=7/f.parquet"));
}

TEST_F(Tables, MetadataNamesTheFileOfEachRow) {
  Put("/t/k=1/a b.txt", "x\ny\n");
  Put("/t/k=2/\xC3\xA9%.txt", "z");
  for (const char* file : {"/t/k=1/a b.txt", "/t/k=2/\xC3\xA9%.txt"}) {
    std::filesystem::last_write_time(
        root_ + file, std::chrono::file_clock::from_sys(std::chrono::sys_time(
                          std::chrono::microseconds(1'767'225'600'123'456))));
  }
  const auto table = Open(Format::kText, "/t").value();
  EXPECT_EQ(table->schema().fieldNames(), (std::vector<std::string>{"value", "k"}));
  const StructField column = table->metadata_column().value();
  EXPECT_EQ(column.name, "_metadata");
  EXPECT_FALSE(column.nullable);
  EXPECT_EQ(column.dataType.simpleString(),
            "struct<file_path:string,file_name:string,file_size:bigint,file_block_start:bigint,"
            "file_block_length:bigint,file_modification_time:timestamp>");
  const std::string rest = "|2026-01-01 00:00:00.123000Z|";  // Milliseconds, as Hadoop has them.
  EXPECT_THAT(Metadata(*table, table->PlanPartitions({}).value()),
              ElementsAre("file:" + root_ + "/t/k=1/a%20b.txt|a%20b.txt|4|0|4" + rest,
                          "file:" + root_ + "/t/k=1/a%20b.txt|a%20b.txt|4|0|4" + rest,
                          "file:" + root_ + "/t/k=2/\xC3\xA9%25.txt|\xC3\xA9%25.txt|1|0|1" + rest));
}

TEST_F(Tables, RowsOfAParquetFileAreNumberedInAllItsParts) {
  arrow::Int64Builder builder;
  ASSERT_TRUE(builder.AppendValues({1, 2}).ok());
  const auto schema = arrow::schema({arrow::field("a", arrow::int64())});
  const auto rows = arrow::RecordBatch::Make(schema, 2, {builder.Finish().ValueOrDie()});
  clients::parquet::WriterOptions options;
  options.row_group_bytes = 1;
  auto writer = clients::parquet::ParquetWriter::Open(
      fs::LocalFileSystem()->OpenOutput(root_ + "/p/f.parquet").value(), schema, options);
  ASSERT_TRUE(writer.ok());
  for (int group = 0; group < 3; ++group) ASSERT_TRUE((*writer)->Write(*rows).ok());
  const std::int64_t size = (*writer)->Close().value();
  const auto table = Open(Format::kParquet, "/p").value();
  // In three parts of one share, the last one first.
  auto share = std::make_shared<clients::files::FileShare>();
  const clients::files::DataFile file{root_ + "/p/f.parquet", size, {}, {}};
  share->parts = {{file, size / 3, size}, {file, 0, size / 6}, {file, size / 6, size / 3}};
  std::vector<std::string> numbers;
  std::vector<std::string> starts;
  for (const std::string& row : Metadata(*table, {{"f", -1, share}})) {
    const auto fields = Split(row);
    ASSERT_EQ(fields.size(), 7u) << row;
    starts.push_back(fields[3]);
    numbers.push_back(fields[6]);
  }
  ASSERT_EQ(numbers.size(), 6u);
  std::ranges::sort(numbers);
  EXPECT_THAT(numbers, ElementsAre("0", "1", "2", "3", "4", "5"));
  EXPECT_NE(starts.front(), starts.back());
  const auto all = table->PlanPartitions({}).value();
  EXPECT_THAT(Metadata(*table, all)[5], ::testing::EndsWith("|5|"));
}

TEST_F(Tables, AFileThatIsGoneIsNamed) {
  Put("/t/x", "1");
  const auto table = Open(Format::kText, "/t").value();
  std::filesystem::remove(root_ + "/t/x");
  const auto partitions = table->PlanPartitions({}).value();
  auto reader = table->OpenReader(partitions[0], {0}).value();
  EXPECT_EQ(reader->Next({}).status().spark_error().condition, "FAILED_READ_FILE.FILE_NOT_EXIST");
}

TEST_F(Tables, LinesOfJsonAndCsv) {
  Put("/j/k=1/f", "{\"a\":1}\n\n  \n{\"a\":2}\n");
  EXPECT_EQ(Read(Format::kJson, "/j"), "`<line>` STRING,k INT: {\"a\":1}|1| {\"a\":2}|1|");
  EXPECT_EQ((*Open(Format::kJson, "/j", {}, "k int, a int not null").value()->line_schema({}))
                ->toDDL(),
            "a INT");
  Put("/c/1.csv", "\n\na,b\n1,2\n");
  Put("/c/2.csv", "a,b\n3,4\n\n   \n#x\n");
  EXPECT_EQ(Read(Format::kCsv, "/c", {{"header", "true"}, {"comment", "#"}}),
            "`<line>` STRING: 1,2| 3,4|");
}

// Each as real Spark 4.2 answered.
TEST_F(Tables, JsonSchemas) {
  const auto infer = [&](std::vector<std::string> lines) {
    return Infer(Format::kJson, std::move(lines));
  };
  EXPECT_EQ(infer({R"({"a":1,"b":"x"})", R"({"a":1.5})"}), "a DOUBLE,b STRING");
  EXPECT_EQ(infer({R"({"a":null})"}), "a STRING");
  EXPECT_EQ(infer({R"([{"a":1},{"b":2}])"}), "a BIGINT,b BIGINT");
  EXPECT_EQ(infer({"[1]"}), "_corrupt_record STRING");
  EXPECT_EQ(infer({"nonsense"}), "_corrupt_record STRING");
  EXPECT_EQ(infer({"5"}), "_corrupt_record STRING");
  EXPECT_EQ(infer({R"({"a":1,"b":"x"})", "nonsense"}), "_corrupt_record STRING,a BIGINT,b STRING");
  EXPECT_EQ(infer({R"({"a":1})", "\"x\""}), "_corrupt_record STRING,a BIGINT");
  EXPECT_EQ(infer({R"({"a":{}})"}), "");
  EXPECT_EQ(infer({R"({"a":{}})", R"({"a":{"b":1}})"}), "a STRUCT<b: BIGINT>");
  EXPECT_EQ(infer({R"({"a":99999999999999999999})"}), "a DECIMAL(20,0)");
  EXPECT_EQ(infer({R"({"a":1})", R"({"a":99999999999999999999})"}), "a DECIMAL(20,0)");
  EXPECT_EQ(infer({R"({"a":1.5})", R"({"a":99999999999999999999})"}), "a DOUBLE");
  EXPECT_EQ(infer({R"({"a":9223372036854775808})"}), "a DECIMAL(19,0)");
  EXPECT_EQ(infer({R"({"a":100000000000000000000000000000000000000000})"}), "a DOUBLE");
  EXPECT_EQ(infer({R"({"A":1,"a":2})"}), "COLUMN_ALREADY_EXISTS");
  EXPECT_EQ(infer({R"({"z":1,"y":2})"}), "y BIGINT,z BIGINT");
  EXPECT_EQ(infer({R"({"a":[1,2.5]})"}), "a ARRAY<DOUBLE>");
  EXPECT_EQ(infer({R"({"a":[]})"}), "a ARRAY<STRING>");
  EXPECT_EQ(infer({R"({"a":[{"b":1},{"c":2}]})"}), "a ARRAY<STRUCT<b: BIGINT, c: BIGINT>>");
  EXPECT_EQ(infer({R"({"a":{"b":1}})", R"({"a":{"b":1.5,"c":true}})"}),
            "a STRUCT<b: DOUBLE, c: BOOLEAN>");
  EXPECT_EQ(infer({R"({"a":1})", R"({"a":{"b":1}})"}), "a STRING");
  EXPECT_EQ(infer({R"({"a":true})", R"({"a":"x"})"}), "a STRING");
  EXPECT_EQ(infer({R"({"":1})"}), "");
  EXPECT_EQ(infer({R"({"a":1}{"b":2})"}), "a BIGINT");
  EXPECT_EQ(infer({"{'a':1}"}), "a BIGINT");
  EXPECT_EQ(infer({R"({"a":NaN})"}), "a DOUBLE");
  EXPECT_EQ(infer({R"({"a":-0})"}), "a BIGINT");
  EXPECT_EQ(infer({R"({"a":1E5})"}), "a DOUBLE");
  EXPECT_EQ(infer({""}), "");
  EXPECT_EQ(infer({R"({"_corrupt_record":1})", "bad"}), "_corrupt_record STRING");
  EXPECT_EQ(infer({std::string(100'000, '[')}), "_corrupt_record STRING");
}

TEST_F(Tables, JsonSchemasWithOptions) {
  const auto infer = [&](const char* option, const char* value, std::string line) {
    return Infer(Format::kJson, {std::move(line)}, {{option, value}});
  };
  EXPECT_EQ(infer("primitivesAsString", "true", R"({"a":1,"b":true,"c":"x","d":[1]})"),
            "a STRING,b STRING,c STRING,d ARRAY<STRING>");
  EXPECT_EQ(infer("prefersDecimal", "true", R"({"a":1.5,"b":1})"), "a DECIMAL(2,1),b BIGINT");
  EXPECT_EQ(infer("dropFieldIfAllNull", "true", R"({"a":null,"b":[],"c":{},"d":1,"e":[null]})"),
            "d BIGINT");
  EXPECT_EQ(infer("inferTimestamp", "true", R"({"a":"2024-01-01T00:00:00Z","c":"2024-01-01"})"),
            "a TIMESTAMP,c TIMESTAMP");
  EXPECT_EQ(infer("mode", "FAILFAST", "{bad}"), "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION");
  EXPECT_EQ(infer("mode", "DROPMALFORMED", "{bad}"), "");
  EXPECT_EQ(infer("mode", "x", R"({"a":1})"), "a BIGINT");
}

// Each as real Spark 4.2 answered.
TEST_F(Tables, CsvSchemas) {
  const auto infer = [&](std::vector<std::string> lines, const char* header) {
    return Infer(Format::kCsv, std::move(lines), {{"header", header}, {"inferSchema", "true"}});
  };
  EXPECT_EQ(infer({"a,b", "1,x"}, "true"), "a INT,b STRING");
  EXPECT_EQ(infer({"1,2.5"}, "false"), "_c0 INT,_c1 DOUBLE");
  EXPECT_EQ(infer({"2024-01-01,x"}, "false"), "_c0 DATE,_c1 STRING");
  EXPECT_EQ(infer({"2024-01-01T10:00:00Z"}, "false"), "_c0 TIMESTAMP");
  EXPECT_EQ(infer({"10:00"}, "false"), "_c0 TIMESTAMP");
  EXPECT_EQ(infer({"2024-1-1"}, "false"), "_c0 TIMESTAMP");
  EXPECT_EQ(infer({"2024-01-01", "2024-01-01 10:00:00"}, "false"), "_c0 TIMESTAMP");
  EXPECT_EQ(infer({"2024-01-01", "1"}, "false"), "_c0 STRING");
  EXPECT_EQ(infer({"1", "9999999999"}, "false"), "_c0 BIGINT");
  EXPECT_EQ(infer({"99999999999999999999"}, "false"), "_c0 DECIMAL(20,0)");
  EXPECT_EQ(infer({"1.0", "99999999999999999999"}, "false"), "_c0 DOUBLE");
  EXPECT_EQ(infer({"1", "true"}, "false"), "_c0 STRING");
  EXPECT_EQ(infer({"TRUE"}, "false"), "_c0 BOOLEAN");
  EXPECT_EQ(infer({"NaN"}, "false"), "_c0 DOUBLE");
  EXPECT_EQ(infer({"Inf"}, "false"), "_c0 DOUBLE");
  EXPECT_EQ(infer({"1e5"}, "false"), "_c0 DOUBLE");
  EXPECT_EQ(infer({" 1 "}, "false"), "_c0 DOUBLE");
  EXPECT_EQ(infer({"1d"}, "false"), "_c0 DOUBLE");
  EXPECT_EQ(infer({"0x1"}, "false"), "_c0 STRING");
  EXPECT_EQ(infer({"+5"}, "false"), "_c0 INT");
  EXPECT_EQ(infer({"12345678901234567890.5"}, "false"), "_c0 DOUBLE");
  EXPECT_EQ(infer({"1,", "2,"}, "false"), "_c0 INT,_c1 STRING");
  EXPECT_EQ(infer({"1,2", "3"}, "true"), "`1` INT,`2` STRING");
  EXPECT_EQ(infer({"1", "2,3"}, "false"), "_c0 INT");
  EXPECT_EQ(infer({"\"1\""}, "false"), "_c0 INT");
  EXPECT_EQ(infer({"\"a,b\",c"}, "true"), "`a,b` STRING,c STRING");
  EXPECT_EQ(infer({"\"a\"\"b\",c"}, "true"), "`\"a\"\"b\"` STRING,c STRING");
  EXPECT_EQ(infer({"a\\,b"}, "true"), "`a\\` STRING,b STRING");
  EXPECT_EQ(infer({"a,,c"}, "true"), "a STRING,_c1 STRING,c STRING");
  EXPECT_EQ(infer({"a,a,A"}, "true"), "a0 STRING,a1 STRING,A2 STRING");
  EXPECT_EQ(infer({"", ""}, "true"), "");
  EXPECT_EQ(Infer(Format::kCsv, {"a;b", "1;2"}, {{"sep", ";"}, {"header", "true"}}),
            "a STRING,b STRING");
}

}  // namespace
}  // namespace millrace::sources::file
