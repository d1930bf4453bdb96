#include "data/table_text.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/arrow_schema.h"

namespace millrace::data {
namespace {

using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

std::shared_ptr<arrow::RecordBatch> Batch(const StructType& schema,
                                          const std::vector<std::string>& columns) {
  const auto arrow_schema = *ToArrowSchema(schema);
  arrow::ArrayVector arrays;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    auto array = arrow::json::ArrayFromJSONString(arrow_schema->field(static_cast<int>(i))->type(),
                                                  columns[i]);
    EXPECT_TRUE(array.ok()) << array.status().ToString();
    arrays.push_back(*array);
  }
  return arrow::RecordBatch::Make(arrow_schema, arrays[0]->length(), arrays);
}

std::string Show(const StructType& schema, const Batches& batches, int rows, int truncate,
                 bool vertical = false) {
  const auto text = ShowString(schema, batches, rows, truncate, "UTC", vertical);
  EXPECT_TRUE(text.ok()) << text.status().ToString();
  return text.ok() ? *text : "";
}

TEST(ShowStringTest, EmptyAndNarrow) {
  const StructType schema = StructType().add("a", LongType()).add("b\n", StringType());
  EXPECT_EQ(Show(schema, {}, 20, 20), "+---+---+\n|  a|b\\n|\n+---+---+\n+---+---+\n");
  EXPECT_EQ(Show(schema, {}, 20, 0), "+---+---+\n|a  |b\\n|\n+---+---+\n+---+---+\n");
}

TEST(ShowStringTest, RowsLeftOut) {
  const StructType schema = StructType().add("a", LongType());
  const auto batch = Batch(schema, {"[1, 2]"});
  EXPECT_EQ(Show(schema, {batch, batch}, 3, 20),
            "+---+\n|  a|\n+---+\n|  1|\n|  2|\n|  1|\n+---+\nonly showing top 3 rows");
  EXPECT_EQ(Show(schema, {batch}, 1, 20),
            "+---+\n|  a|\n+---+\n|  1|\n+---+\nonly showing top 1 row");
  EXPECT_EQ(Show(schema, {batch}, 2, 20), "+---+\n|  a|\n+---+\n|  1|\n|  2|\n+---+\n");
  EXPECT_EQ(Show(schema, {batch}, 0, 20), "+---+\n|  a|\n+---+\n+---+\nonly showing top 0 rows");
}

TEST(ShowStringTest, TruncationCountsUtf16) {
  const StructType schema = StructType().add("a", StringType());
  const auto batch = Batch(schema, {R"(["abcdef", "😀😀😀", "宽宽宽宽宽宽"])"});
  EXPECT_EQ(Show(schema, {batch}, 20, 5),
            "+-------+\n|      a|\n+-------+\n|  ab...|\n|  😀...|\n|宽宽...|\n+-------+\n");
  // A cut through a pair leaves half of it, which Java prints as a question mark.
  EXPECT_EQ(Show(schema, {batch}, 20, 4),
            "+-----+\n|    a|\n+-----+\n| a...|\n| ?...|\n|宽...|\n+-----+\n");
  EXPECT_EQ(Show(schema, {batch}, 20, 3),
            "+------+\n|     a|\n+------+\n|   abc|\n|   😀?|\n|宽宽宽|\n+------+\n");
  EXPECT_EQ(Show(schema, {batch}, 20, 6),
            "+------------+\n|           a|\n+------------+\n|      abcdef|\n|      😀😀😀|\n"
            "|宽宽宽宽宽宽|\n+------------+\n");
}

TEST(ShowStringTest, Vertical) {
  const StructType schema = StructType().add("a", LongType()).add("name", StringType());
  const auto batch = Batch(schema, {"[1, 2]", R"(["x", "longer"])"});
  EXPECT_EQ(Show(schema, {batch}, 20, 0, true),
            "-RECORD 0------\n a    | 1      \n name | x      \n"
            "-RECORD 1------\n a    | 2      \n name | longer \n");
  EXPECT_EQ(Show(schema, {}, 20, 0, true), "(0 rows)\n");
}

TEST(ShowStringTest, WrongBatchIsNoCrash) {
  const auto batch = Batch(StructType().add("a", LongType()), {"[1]"});
  EXPECT_FALSE(ShowString(StructType(), {batch}, 20, 20, "UTC").ok());
  EXPECT_FALSE(ShowString(StructType().add("a", StringType()), {batch}, 20, 20, "UTC").ok());
  EXPECT_FALSE(ShowString(StructType().add("a", LongType()), {batch}, 20, 20, "nowhere").ok());
}

/// What Spark's console sink printed, and the input it had.
class GoldenConsoleTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* shared = std::getenv("MILLRACE_SHARED");
    folder_ = shared != nullptr ? std::filesystem::path(shared)
                                : std::filesystem::path(MILLRACE_SOURCE_DIR) / "../shared";
    folder_ = folder_ / "oracle";
    if (!std::filesystem::exists(folder_)) {
      GTEST_SKIP() << "no recordings of Spark at " << folder_ << " (set MILLRACE_SHARED)";
    }
  }
  std::string Read(const std::string& name) {
    std::ifstream file(folder_ / name);
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_FALSE(text.str().empty()) << name;
    return text.str();
  }
  /// The console sink's output for one batch.
  static std::string Console(int batch, const std::string& table) {
    const std::string rule(43, '-');
    return rule + "\nBatch: " + std::to_string(batch) + "\n" + rule + "\n" + table + "\n";
  }
  std::filesystem::path folder_;
};

TEST_F(GoldenConsoleTest, Kafka) {
  const StructType parsed = StructType()
                                .add("s", StringType())
                                .add("d", DoubleType())
                                .add("t", TimestampType())
                                .add("b", BooleanType())
                                .add("i", IntegerType())
                                .add("a", ArrayType(IntegerType()))
                                .add("m", StructType().add("x", IntegerType()))
                                .add("dec", DecimalType(10, 2))
                                .add("dt", DateType());
  const std::string nulls = "null, null, null, null, null, null, ";
  const auto batch = Batch(
      parsed, {R"(["short", "a string longer than twenty characters", null, "宽字符 wide",
           "tab\there\nnewline", null, null, ""])",
               R"([1.0, 1e-7, 1e7, NaN, 123456789.123, null, null, null])",
               "[1767225600000000, 1767225600123456, " + nulls.substr(0, nulls.size() - 2) + "]",
               "[true, " + nulls + "null]", "[null, null, null, -5, null, null, null, null]",
               "[[1, 2], " + nulls + "null]", R"([{"x": null}, )" + nulls + "null]",
               "[" + nulls + R"(null, "1.50"])", "[" + nulls + "null, 20487]"});
  std::string text = Console(0, Show(parsed, {batch}, 20, 20));
  text += Console(0, Show(parsed, {batch}, 20, 0));

  const StructType raw = StructType()
                             .add("key", BinaryType())
                             .add("value", BinaryType())
                             .add("topic", StringType())
                             .add("partition", IntegerType())
                             .add("offset", LongType())
                             .add("timestamp", TimestampType())
                             .add("timestampType", IntegerType());
  std::istringstream lines(Read("golden-kafka-console/in/topic.jsonl"));
  std::vector<std::string> columns(7, "[");
  for (std::string line; std::getline(lines, line);) {
    const auto record = nlohmann::json::parse(line);
    const std::string separator = columns[0] == "[" ? "" : ", ";
    const std::string values[] = {"null",
                                  record["value"].dump(),
                                  "\"golden_con\"",
                                  record["partition"].dump(),
                                  record["offset"].dump(),
                                  std::to_string(record["timestamp"].get<std::int64_t>() * 1000),
                                  "0"};
    for (std::size_t i = 0; i < 7; ++i) columns[i] += separator + values[i];
  }
  for (std::string& column : columns) column += "]";
  text += Console(0, Show(raw, {Batch(raw, columns)}, 20, 20));
  EXPECT_EQ(text, Read("golden-kafka-console/stdout.txt"));
}

TEST_F(GoldenConsoleTest, Rate) {
  const StructType schema = StructType().add("timestamp", TimestampType()).add("value", LongType());
  // 25 rows each, 40 ms apart; the recording says when the first one was.
  auto batch = [&](std::int64_t first_micros, int first) {
    std::string times = "[";
    std::string values = "[";
    for (int i = 0; i < 25; ++i) {
      times += (i > 0 ? ", " : "") + std::to_string(first_micros + i * 40'000);
      values += (i > 0 ? ", " : "") + std::to_string(first + i);
    }
    return Batch(schema, {times + "]", values + "]"});
  };
  const std::int64_t start = 1'795'384'402'295'000;  // 2026-11-22 21:53:22.295
  std::string text;
  for (const auto& [rows, truncate] : {std::pair(20, 20), std::pair(3, 0)}) {
    text += Console(0, Show(schema, {}, rows, truncate));
    text += Console(1, Show(schema, {batch(start, 0)}, rows, truncate));
    text += Console(2, Show(schema, {batch(start + 1'000'000, 25)}, rows, truncate));
  }
  EXPECT_EQ(text, Read("golden-rate-console/stdout.txt"));
}

}  // namespace
}  // namespace millrace::data
