#include "sinks/console/console_sink.h"

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::sinks::console {
namespace {

using ::testing::HasSubstr;

std::shared_ptr<arrow::RecordBatch> Numbers(std::int64_t first, std::int64_t count) {
  arrow::Int64Builder builder;
  for (std::int64_t i = first; i < first + count; ++i) EXPECT_TRUE(builder.Append(i).ok());
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("value", arrow::int64())}), count,
                                  {builder.Finish().ValueOrDie()});
}

class ConsoleSinkTest : public ::testing::Test {
 protected:
  /// The text of one batch whose workers wrote these parts.
  std::string Print(ConsoleSink::Options options, std::int64_t id,
                    const std::vector<std::shared_ptr<arrow::RecordBatch>>& parts) {
    connector::SinkContext context;
    context.schema = StructType().add("value", LongType());
    std::string printed;
    ConsoleSink sink(context, options, [&](std::string_view text) {
      printed += text;
      return status_;
    });
    auto batch = sink.BeginBatch(id, {});
    EXPECT_TRUE(batch.ok());
    for (const auto& part : parts) {
      auto writer = (*batch)->NewWriter();
      EXPECT_TRUE((*writer)->Write(part).ok());
      EXPECT_TRUE((*writer)->Finish().ok());
    }
    EXPECT_EQ(printed, "");
    committed_ = (*batch)->Commit({});
    output_rows_ = sink.reported_output_rows();
    return printed;
  }

  base::Status status_ = base::Status::Ok();
  base::Status committed_ = base::Status::Ok();
  std::int64_t output_rows_ = 0;
};

// What real Spark printed.
TEST_F(ConsoleSinkTest, PrintsAsSparkDoes) {
  EXPECT_EQ(Print({}, 0, {}), R"(-------------------------------------------
Batch: 0
-------------------------------------------
+-----+
|value|
+-----+
+-----+

)");
  EXPECT_EQ(Print({.num_rows = 3}, 12, {Numbers(0, 2), Numbers(2, 2)}),
            R"(-------------------------------------------
Batch: 12
-------------------------------------------
+-----+
|value|
+-----+
|    0|
|    1|
|    2|
+-----+
only showing top 3 rows
)");
  EXPECT_EQ(output_rows_, 4);
  EXPECT_THAT(Print({.num_rows = -1}, 1, {Numbers(0, 1)}),
              HasSubstr("+-----+\n+-----+\nonly showing top 0 rows\n"));
}

TEST_F(ConsoleSinkTest, ClosedOutputFailsTheBatch) {
  status_ = base::Status::Unavailable("closed");
  Print({}, 0, {Numbers(0, 1)});
  EXPECT_EQ(committed_.code(), base::StatusCode::kUnavailable);
}

TEST_F(ConsoleSinkTest, OptionsAreSparks) {
  const auto read = [](std::map<std::string, std::string> options) {
    return ConsoleSink::Options::Read(connector::Options(std::move(options)));
  };
  const auto options = read({{"NUMROWS", "5"}, {"truncate", "False"}});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->num_rows, 5);
  EXPECT_FALSE(options->truncate);
  EXPECT_EQ(read({{"numRows", "x"}}).status().spark_error().exception_class,
            "NumberFormatException");
  EXPECT_THAT(read({{"truncate", "10"}}).status().message(),
              HasSubstr("10 is not a boolean string."));
  EXPECT_THAT(read({{"numrow", "1"}}).status().message(), HasSubstr("\"numRows\""));
}

}  // namespace
}  // namespace millrace::sinks::console
