#include "processor/duckdb/duckdb_processor.h"
#include "data/canonical_json_testing.h"

#include <optional>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>


namespace millrace::processor::duckdb {
namespace {

using data::Canonical;

using plan::BoundExpression;
using plan::BoundExpressionPtr;

constexpr std::int64_t kBatchTime = 1'767'225'600'123'000;

BoundExpressionPtr Make(DataType type, decltype(BoundExpression::node) node,
                        std::string text = "") {
  auto made = std::make_shared<BoundExpression>();
  made->type = std::move(type);
  made->node = std::move(node);
  made->text = std::move(text);
  return made;
}
BoundExpressionPtr Column(int index, DataType type) { return Make(type, plan::ColumnRef{index}); }
BoundExpressionPtr Text(std::string value) {
  return Make(StringType(), plan::Constant{data::Value::Bytes(std::move(value))});
}
BoundExpressionPtr Call(DataType type, std::string name, std::vector<BoundExpressionPtr> args) {
  return Make(type, plan::Call{name, std::move(args), {}}, name);
}
BoundExpressionPtr Field(BoundExpressionPtr child, int index) {
  DataType type = child->type.fields()[static_cast<std::size_t>(index)].dataType;
  return Make(type, plan::GetField{std::move(child), index});
}

plan::ResolvedRelationPtr Scan(StructType schema) {
  return std::make_shared<plan::ResolvedRelation>(plan::ResolvedRelation{schema, plan::Scan{0}});
}
plan::ResolvedRelationPtr Project(plan::ResolvedRelationPtr input, StructType schema,
                                  std::vector<BoundExpressionPtr> expressions) {
  return std::make_shared<plan::ResolvedRelation>(
      plan::ResolvedRelation{schema, plan::Project{std::move(input), std::move(expressions)}});
}
plan::ResolvedRelationPtr Filter(plan::ResolvedRelationPtr input, BoundExpressionPtr condition) {
  StructType schema = input->schema;
  return std::make_shared<plan::ResolvedRelation>(
      plan::ResolvedRelation{schema, plan::Filter{std::move(input), std::move(condition)}});
}

/// Kafka's key and value, enough of them for a job.
StructType KafkaSchema() {
  return StructType().add("key", BinaryType()).add("value", BinaryType()).add("offset", LongType());
}

StructType EventSchema() {
  return StructType()
      .add("user_id", StringType())
      .add("event_type", StringType())
      .add("value", DoubleType())
      .add("timestamp", TimestampType());
}

/// select(from_json(value.cast("string"))).select("data.*").withColumn(now).filter(condition)
plan::ResolvedQuery MainQuery(BoundExpressionPtr condition) {
  StructType events = EventSchema();
  auto text = Make(StringType(), plan::CastTo{Column(1, BinaryType()), plan::EvalMode::kAnsi});
  auto parsed = Project(Scan(KafkaSchema()), StructType().add("data", events),
                        {Call(events, "from_json", {text})});
  std::vector<BoundExpressionPtr> fields;
  for (int i = 0; i < 4; ++i) fields.push_back(Field(Column(0, events), i));
  auto flat = Project(parsed, events, fields);
  std::vector<BoundExpressionPtr> all;
  for (int i = 0; i < 4; ++i)
    all.push_back(Column(i, events[static_cast<std::size_t>(i)].dataType));
  all.push_back(Call(TimestampType(), "current_timestamp", {}));
  auto enriched = Project(flat, events.add("ingestion_time", TimestampType(), false), all);
  plan::ResolvedQuery query;
  query.root = condition == nullptr ? enriched : Filter(enriched, std::move(condition));
  query.sources.push_back({"kafka", {}, std::nullopt, KafkaSchema()});
  query.is_streaming = true;
  return query;
}

std::shared_ptr<arrow::RecordBatch> Messages(const std::vector<std::optional<std::string>>& texts) {
  arrow::BinaryBuilder builder;
  for (const auto& text : texts) {
    EXPECT_TRUE((text ? builder.Append(*text) : builder.AppendNull()).ok());
  }
  auto values = builder.Finish().ValueOrDie();
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("value", arrow::binary())}),
                                  values->length(), {values});
}

std::vector<std::string> Rows(const arrow::RecordBatch& batch) {
  std::vector<std::string> rows;
  for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
    std::string text;
    for (const auto& column : batch.columns()) {
      text += (text.empty() ? "" : " ") + Canonical(*column, row).dump();
    }
    rows.push_back(text);
  }
  return rows;
}

base::Result<std::shared_ptr<arrow::RecordBatch>> RunQuery(
    const plan::ResolvedQuery& query, const std::shared_ptr<arrow::RecordBatch>& input,
    std::string* description = nullptr) {
  MILLRACE_ASSIGN_OR_RETURN(auto processor, NewDuckDbProcessor());
  MILLRACE_ASSIGN_OR_RETURN(auto prepared, processor->Prepare(query, {}));
  if (description != nullptr) *description = fmt::format("{}", fmt::join(prepared->Describe(), "\n"));
  MILLRACE_ASSIGN_OR_RETURN(auto worker, prepared->NewWorker());
  return worker->Process(input, {kBatchTime}, {});
}

BoundExpressionPtr NotTest() {
  return Call(BooleanType(), "!=", {Column(1, StringType()), Text("test")});
}

const std::vector<std::optional<std::string>>& SeedMessages() {
  static const std::vector<std::optional<std::string>> messages = {
      R"({"user_id":"a","event_type":"click","value":1.5,"timestamp":"2026-01-01T00:00:00.5Z"})",
      "not json",
      R"({"user_id":"c","event_type":"test","value":2})",
      R"({"user_id":"d","event_type":"x","value":"bad","timestamp":"nonsense"})",
      std::nullopt,
      R"({"user_id":"b"})",
      "{\"user_id\":\"\xFF\xFE\",\"event_type\":\"y\"}",
      "",
  };
  return messages;
}

const std::vector<std::string>& SeedRows() {
  static const std::vector<std::string> rows = {
      R"("a" "click" "1.5" {"us":1767225600500000} {"us":1767225600123000})",
      R"("d" "x" null null {"us":1767225600123000})",
      "\"\uFFFD\uFFFD\" \"y\" null null {\"us\":1767225600123000}",
  };
  return rows;
}

TEST(DuckDbProcessorTest, RunsTheMainJob) {
  std::string description;
  auto result = RunQuery(MainQuery(NotTest()), Messages(SeedMessages()), &description);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_EQ(Rows(**result), SeedRows());
  EXPECT_TRUE((*result)->ValidateFull().ok());
  EXPECT_EQ((*result)->schema()->field(4)->name(), "ingestion_time");
  EXPECT_NE(description.find("fields [user_id, event_type, value, timestamp]"), std::string::npos)
      << description;
}

TEST(DuckDbProcessorTest, SqlGivesTheSameAnswerAsTheNativeFilter) {
  // IN and COALESCE are DuckDB's, so the whole filter is.
  auto in = Call(BooleanType(), "in", {Column(1, StringType()), Text("test"), Text("none")});
  auto condition = Call(BooleanType(), "not", {in});
  std::string description;
  auto result = RunQuery(MainQuery(condition), Messages(SeedMessages()), &description);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_EQ(Rows(**result), SeedRows());
  EXPECT_NE(description.find("DuckDB SELECT rid"), std::string::npos) << description;
}

TEST(DuckDbProcessorTest, NullRecordsHaveNullFields) {
  auto result = RunQuery(MainQuery(nullptr), Messages({std::nullopt, "", "{}", "x"}));
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  for (const std::string& row : Rows(**result)) {
    EXPECT_EQ(row, R"(null null null null {"us":1767225600123000})");
  }
}

TEST(DuckDbProcessorTest, OnlyReadsTheColumnsThatThePlanUses) {
  auto processor = NewDuckDbProcessor();
  ASSERT_TRUE(processor.ok());
  auto prepared = (*processor)->Prepare(MainQuery(NotTest()), {});
  ASSERT_TRUE(prepared.ok()) << prepared.status().ToString();
  EXPECT_EQ((*prepared)->required_columns(0), std::vector<int>({1}));
  EXPECT_EQ(
      (*prepared)->output_schema().fieldNames(),
      std::vector<std::string>({"user_id", "event_type", "value", "timestamp", "ingestion_time"}));
}

TEST(DuckDbProcessorTest, TheBatchTimeIsBoundForEachBatch) {
  // CASE makes the time a parameter of the statement.
  auto query = MainQuery(nullptr);
  auto is_null = Call(BooleanType(), "isnull", {Column(0, StringType())});
  auto choose = Call(TimestampType(), "case_when",
                     {is_null, Column(4, TimestampType()), Column(3, TimestampType())});
  query.root = Project(query.root, StructType().add("t", TimestampType()), {choose});
  auto processor = NewDuckDbProcessor();
  auto prepared = (*processor)->Prepare(query, {});
  ASSERT_TRUE(prepared.ok()) << prepared.status().ToString();
  auto worker = (*prepared)->NewWorker();
  ASSERT_TRUE(worker.ok()) << worker.status().ToString();
  for (std::int64_t time : {kBatchTime, kBatchTime + 1'000'000}) {
    auto result = (*worker)->Process(
        Messages({"{}", R"({"user_id":"a","timestamp":"1970-01-01T00:00:01Z"})"}), {time}, {});
    ASSERT_TRUE(result.ok()) << result.status().ToString();
    EXPECT_EQ(Rows(**result), std::vector<std::string>(
                                  {"{\"us\":" + std::to_string(time) + "}", "{\"us\":1000000}"}));
  }
}

TEST(DuckDbProcessorTest, KeepsRowOrderOverManyChunks) {
  std::vector<std::optional<std::string>> messages;
  for (int i = 0; i < 10'000; ++i) {
    messages.push_back("{\"user_id\":\"" + std::to_string(i) + "\",\"event_type\":\"" +
                       (i % 10 == 0 ? "test" : "x") + "\",\"value\":" + std::to_string(i) + "}");
  }
  auto in = Call(BooleanType(), "in", {Column(1, StringType()), Text("x"), Text("y")});
  for (const auto& condition : {in, NotTest()}) {
    auto result = RunQuery(MainQuery(condition), Messages(messages));
    ASSERT_TRUE(result.ok()) << result.status().ToString();
    ASSERT_EQ((*result)->num_rows(), 9'000);
    const auto& users = static_cast<const arrow::StringArray&>(*(*result)->column(0));
    int expected = 0;
    for (std::int64_t row = 0; row < 9'000; ++row) {
      if (++expected % 10 == 0) ++expected;
      ASSERT_EQ(users.GetString(row), std::to_string(row == 0 ? expected = 1 : expected));
    }
  }
}

TEST(DuckDbProcessorTest, StopsWhenAsked) {
  auto processor = NewDuckDbProcessor();
  auto prepared = (*processor)->Prepare(MainQuery(NotTest()), {});
  auto worker = (*prepared)->NewWorker();
  std::stop_source stop;
  stop.request_stop();
  auto result = (*worker)->Process(Messages({"{}"}), {kBatchTime}, stop.get_token());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), base::StatusCode::kCancelled);
}

TEST(DuckDbProcessorTest, AnEmptyBatchGivesNoRows) {
  auto in = Call(BooleanType(), "in", {Column(1, StringType()), Text("x")});
  for (const auto& condition : {in, NotTest()}) {
    auto result = RunQuery(MainQuery(condition), Messages({}));
    ASSERT_TRUE(result.ok()) << result.status().ToString();
    EXPECT_EQ((*result)->num_rows(), 0);
    EXPECT_EQ((*result)->num_columns(), 5);
  }
}

TEST(DuckDbProcessorTest, RefusesUnknownFunctionsByName) {
  auto query = MainQuery(nullptr);
  query.root = Project(query.root, StructType().add("t", StringType()),
                       {Call(StringType(), "sentences", {Column(0, StringType())})});
  auto processor = NewDuckDbProcessor();
  auto prepared = (*processor)->Prepare(query, {});
  ASSERT_FALSE(prepared.ok());
  EXPECT_EQ(prepared.status().code(), base::StatusCode::kUnsupported);
  EXPECT_NE(prepared.status().message().find("sentences"), std::string::npos);
}

}  // namespace
}  // namespace millrace::processor::duckdb
