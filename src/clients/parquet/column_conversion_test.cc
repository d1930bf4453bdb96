#include "clients/parquet/column_conversion.h"

#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/parquet/parquet_writer.h"
#include "data/schema_text.h"
#include "fs/memory_file_system.h"

namespace millrace::clients::parquet {
namespace {

using ::testing::HasSubstr;

/// One column of a file, read as another type: the values, or the error's condition.
class Conversions : public ::testing::Test {
 protected:
  std::string Read(const std::shared_ptr<arrow::DataType>& from, const std::string& json,
                   const std::string& to) {
    const auto array = arrow::json::ArrayFromJSONString(from, json);
    EXPECT_TRUE(array.ok()) << array.status().ToString();
    const auto schema = arrow::schema({arrow::field("c", from)});
    const std::string path = "/f" + std::to_string(files_++);
    auto writer = ParquetWriter::Open(memory_.OpenOutput(path).value(), schema, {});
    EXPECT_TRUE(writer.ok()) << writer.status().ToString();
    EXPECT_TRUE(
        (*writer)->Write(*arrow::RecordBatch::Make(schema, (*array)->length(), {*array})).ok());
    EXPECT_TRUE((*writer)->Close().ok());

    auto reader = ParquetReader::Open(memory_.OpenInput(path).value(), path);
    EXPECT_TRUE(reader.ok()) << reader.status().ToString();
    const auto type = data::ParseDataType(to).value();
    const auto conversion = MakeConversion((*reader)->fields()[0], type, "c", "file:///f");
    if (!conversion.ok()) return conversion.status().spark_error().condition;
    EXPECT_TRUE((*reader)->Start({0}, {0}).ok());
    const auto batch = (*reader)->Next();
    EXPECT_TRUE(batch.ok()) << batch.status().ToString();
    const auto converted = (*conversion)((*batch)->column(0));
    if (!converted.ok()) return converted.status().ToString();
    EXPECT_TRUE((*converted)->ValidateFull().ok()) << (*converted)->ToString();
    std::string text;
    for (std::int64_t i = 0; i < (*converted)->length(); ++i) {
      text += (i == 0 ? "" : " ") + (*converted)->GetScalar(i).ValueOrDie()->ToString();
    }
    return text;
  }

  fs::MemoryFileSystem memory_;
  int files_ = 0;
};

constexpr const char* kMismatch = "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH";

// Each as real Spark 4.2 answered.
TEST_F(Conversions, IntegersWiden) {
  EXPECT_EQ(Read(arrow::int32(), "[1, null]", "int"), "1 null");
  EXPECT_EQ(Read(arrow::int32(), "[1, null]", "bigint"), "1 null");
  EXPECT_EQ(Read(arrow::int32(), "[1, null]", "double"), "1 null");
  EXPECT_EQ(Read(arrow::int32(), "[19723]", "tinyint"), "11");
  EXPECT_EQ(Read(arrow::int8(), "[1]", "decimal(12,1)"), "1.0");
  EXPECT_EQ(Read(arrow::int8(), "[1]", "decimal(12,4)"), kMismatch);
  EXPECT_EQ(Read(arrow::int32(), "[1]", "decimal(5,2)"), kMismatch);
  EXPECT_EQ(Read(arrow::int64(), "[1]", "decimal(20,0)"), "1");
  EXPECT_EQ(Read(arrow::int64(), "[1]", "decimal(12,1)"), kMismatch);
  EXPECT_EQ(Read(arrow::uint8(), "[1]", "decimal(20,0)"), kMismatch);
  EXPECT_EQ(Read(arrow::uint64(), "[1]", "decimal(20,0)"), "1");
  EXPECT_EQ(Read(arrow::uint64(), "[1]", "double"), kMismatch);
  EXPECT_EQ(Read(arrow::uint32(), "[4294967295]", "bigint"), "4294967295");
  EXPECT_EQ(Read(arrow::int64(), "[1]", "int"), kMismatch);
  EXPECT_EQ(Read(arrow::int64(), "[1]", "double"), kMismatch);
  EXPECT_EQ(Read(arrow::int32(), "[1]", "float"), kMismatch);
  EXPECT_EQ(Read(arrow::int32(), "[1]", "string"), kMismatch);
}

TEST_F(Conversions, RealNumbersAndDecimals) {
  EXPECT_EQ(Read(arrow::float32(), "[1.5]", "double"), "1.5");
  EXPECT_EQ(Read(arrow::float64(), "[1.5]", "float"), kMismatch);
  EXPECT_EQ(Read(arrow::decimal128(10, 2), R"(["1.25"])", "decimal(12,4)"), "1.2500");
  EXPECT_EQ(Read(arrow::decimal128(5, 2), R"(["1.25", null])", "decimal(10,2)"), "1.25 null");
  EXPECT_EQ(Read(arrow::decimal128(10, 2), R"(["1.25"])", "decimal(12,1)"), kMismatch);
  EXPECT_EQ(Read(arrow::decimal128(10, 2), R"(["1.25"])", "decimal(5,2)"), kMismatch);
  EXPECT_EQ(Read(arrow::decimal128(10, 2), R"(["1.25"])", "double"), kMismatch);
}

TEST_F(Conversions, TimesAndTexts) {
  EXPECT_EQ(Read(arrow::date32(), "[19723]", "date"), "2024-01-01");
  EXPECT_EQ(Read(arrow::date32(), "[19723]", "int"), "19723");
  EXPECT_EQ(Read(arrow::date32(), "[19723]", "timestamp_ntz"), "2024-01-01 00:00:00.000000");
  EXPECT_EQ(Read(arrow::date32(), "[19723]", "timestamp"), kMismatch);
  const auto micros = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  EXPECT_EQ(Read(micros, "[1500000]", "timestamp"), "1970-01-01 00:00:01.500000Z");
  EXPECT_EQ(Read(micros, "[1500000]", "timestamp_ntz"), "1970-01-01 00:00:01.500000");
  EXPECT_EQ(Read(micros, "[1500000]", "bigint"), "1500000");
  EXPECT_EQ(Read(micros, "[1500000]", "date"), kMismatch);
  EXPECT_EQ(Read(arrow::utf8(), R"(["x", null])", "binary"), "x null");
  EXPECT_EQ(Read(arrow::binary(), R"(["x"])", "string"), "x");
  EXPECT_EQ(Read(arrow::utf8(), R"(["1"])", "int"), kMismatch);
  EXPECT_EQ(Read(arrow::boolean(), "[true]", "int"), kMismatch);
}

TEST_F(Conversions, PartsAreMatchedByName) {
  const auto pair = arrow::struct_({arrow::field("a", arrow::int32()),
                                    arrow::field("b", arrow::utf8())});
  EXPECT_EQ(Read(pair, R"([{"a": 1, "b": "x"}, null])", "struct<B: string, c: int>"),
            "{B:string = x, c:int32 = null} null");
  EXPECT_EQ(Read(pair, R"([{"a": 1, "b": "x"}, null])", "struct<c: int>"),
            "{c:int32 = null} null");
  EXPECT_EQ(Read(arrow::list(arrow::int32()), "[[1, 2], null, []]", "array<bigint>"),
            "list<element: int64>[1, 2] null list<element: int64>[]");
  EXPECT_EQ(Read(arrow::map(arrow::utf8(), arrow::int32()), R"([[["k", 1]], null])",
                 "map<string,bigint>"),
            "map<string, int64>[{key:string = k, value:int64 = 1}] null");
  EXPECT_EQ(Read(pair, R"([{"a": 1, "b": "x"}])", "int"), "FAILED_READ_FILE.NO_HINT");
  EXPECT_EQ(Read(arrow::list(arrow::int32()), "[[1]]", "struct<a: int>"),
            "FAILED_READ_FILE.NO_HINT");
  EXPECT_EQ(Read(pair, R"([{"a": 1, "b": "x"}])", "struct<a: string>"), kMismatch);
}

TEST(FindByName, CaseIsIgnoredAndTwoAreOneTooMany) {
  std::vector<ParquetField> fields(2);
  fields[0].name = "a";
  fields[1].name = "b";
  EXPECT_EQ(FindByName(fields, "B").value(), 1);
  EXPECT_EQ(FindByName(fields, "c").value(), -1);
  fields[1].name = "A";
  EXPECT_THAT(FindByName(fields, "a").status().message(), HasSubstr("a, A"));
}

}  // namespace
}  // namespace millrace::clients::parquet
