#include "sinks/foreach/foreach_sink.h"

#include <memory>
#include <string>
#include <vector>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <gtest/gtest.h>

#include "data/arrow_schema.h"
#include "sinks/foreach/foreach_batch_sink.h"

namespace millrace::sinks::foreach {
namespace {

using base::Result;
using base::Status;

StructType Schema() { return StructType({StructField{"n", LongType()}}); }

std::shared_ptr<arrow::RecordBatch> Numbers(const std::vector<std::int64_t>& numbers) {
  arrow::Int64Builder builder;
  EXPECT_TRUE(builder.AppendValues(numbers).ok());
  return arrow::RecordBatch::Make(*data::ToArrowSchema(Schema()),
                                  static_cast<std::int64_t>(numbers.size()), {*builder.Finish()});
}

std::unique_ptr<connector::Sink> Create(const connector::SinkProvider& provider) {
  connector::SinkContext context;
  context.schema = Schema();
  auto sink = provider.Create(std::move(context));
  EXPECT_TRUE(sink.ok()) << sink.status().ToString();
  return *std::move(sink);
}

Status RunBatch(connector::Sink* sink, std::int64_t id,
                const std::vector<std::vector<std::int64_t>>& parts) {
  MILLRACE_ASSIGN_OR_RETURN(auto batch, sink->BeginBatch(id, {}));
  for (const auto& part : parts) {
    MILLRACE_ASSIGN_OR_RETURN(auto writer, batch->NewWriter());
    MILLRACE_RETURN_IF_ERROR(writer->Write(Numbers(part)));
    MILLRACE_RETURN_IF_ERROR(writer->Finish());
  }
  return batch->Commit({});
}

TEST(ForeachBatchSinkTest, GivesAllRowsOfABatchUnderItsId) {
  std::vector<std::string> calls;
  const auto provider = MakeForeachBatchSink(
      [&](std::shared_ptr<connector::Table> rows, std::int64_t id, std::stop_token) {
        calls.push_back(std::to_string(id) + ": " + std::to_string(rows->row_count()) + " " +
                        rows->schema().toDDL());
        return Status::Ok();
      });
  EXPECT_TRUE(provider->allows_temporary_checkpoint());
  const auto sink = Create(*provider);
  EXPECT_EQ(sink->description(), "ForeachBatchSink");
  ASSERT_TRUE(RunBatch(sink.get(), 0, {{1, 2}, {3}}).ok());
  ASSERT_TRUE(RunBatch(sink.get(), 0, {{1, 2}, {3}}).ok());  // A replay comes again.
  ASSERT_TRUE(RunBatch(sink.get(), 1, {}).ok());
  EXPECT_EQ(calls, (std::vector<std::string>{"0: 3 n BIGINT", "0: 3 n BIGINT", "1: 0 n BIGINT"}));
}

TEST(ForeachBatchSinkTest, AFailureIsTheUsers) {
  const auto provider = MakeForeachBatchSink(
      [](std::shared_ptr<connector::Table>, std::int64_t, std::stop_token) {
        return Status::InvalidArgument("no luck");
      });
  const auto sink = Create(*provider);
  const Status status = RunBatch(sink.get(), 0, {});
  EXPECT_EQ(status.message(),
            "[FOREACH_BATCH_USER_FUNCTION_ERROR] An error occurred in the user provided function in "
            "foreach batch sink. Reason: no luck SQLSTATE: 39000");
  EXPECT_EQ(status.spark_error().condition, "FOREACH_BATCH_USER_FUNCTION_ERROR");
}

TEST(ForeachBatchSinkTest, UnknownOptionsAreRefused) {
  const auto provider = MakeForeachBatchSink(nullptr);
  connector::SinkContext context;
  context.options.Set("path", "/tmp/x");
  EXPECT_FALSE(provider->Create(std::move(context)).ok());
}

/// Writes down what is called.
class Recorder : public ForeachWriter {
 public:
  Recorder(std::vector<std::string>* calls, int fail_at) : calls_(calls), fail_at_(fail_at) {}
  Result<bool> Open(std::int64_t partition, std::int64_t epoch, std::stop_token) override {
    calls_->push_back("open " + std::to_string(partition) + " " + std::to_string(epoch));
    return epoch != 9;
  }
  Status Process(const arrow::RecordBatch& rows, std::stop_token) override {
    const auto& numbers = static_cast<const arrow::Int64Array&>(*rows.column(0));
    for (std::int64_t i = 0; i < rows.num_rows(); ++i) {
      if (numbers.Value(i) == fail_at_) return Status::InvalidArgument("bad row");
      calls_->push_back("row " + std::to_string(numbers.Value(i)));
    }
    return Status::Ok();
  }
  Status Close(const Status& error, std::stop_token) override {
    calls_->push_back("close " + error.ToString());
    return Status::Ok();
  }

 private:
  std::vector<std::string>* const calls_;
  const int fail_at_;
};

std::unique_ptr<connector::Sink> RecordingSink(std::vector<std::string>* calls, int fail_at) {
  return Create(*MakeForeachSink(
      [=](const connector::SinkContext&) -> Result<std::unique_ptr<ForeachWriter>> {
        return std::unique_ptr<ForeachWriter>(std::make_unique<Recorder>(calls, fail_at));
      }));
}

TEST(ForeachSinkTest, EachPartIsOpenedFilledAndClosed) {
  std::vector<std::string> calls;
  const auto sink = RecordingSink(&calls, -1);
  ASSERT_TRUE(RunBatch(sink.get(), 4, {{1, 2}, {3}}).ok());
  EXPECT_EQ(calls, (std::vector<std::string>{"open 0 4", "row 1", "row 2", "close Ok", "open 1 4",
                                             "row 3", "close Ok"}));
}

TEST(ForeachSinkTest, WhatOpenRefusesIsNotProcessed) {
  std::vector<std::string> calls;
  const auto sink = RecordingSink(&calls, -1);
  ASSERT_TRUE(RunBatch(sink.get(), 9, {{1}}).ok());
  EXPECT_EQ(calls, (std::vector<std::string>{"open 0 9", "close Ok"}));
}

TEST(ForeachSinkTest, AFailureClosesThePartAndIsTheUsers) {
  std::vector<std::string> calls;
  const auto sink = RecordingSink(&calls, 2);
  const Status status = RunBatch(sink.get(), 0, {{1, 2, 3}});
  EXPECT_EQ(status.spark_error().condition, "FOREACH_USER_FUNCTION_ERROR");
  EXPECT_EQ(status.message(),
            "[FOREACH_USER_FUNCTION_ERROR] An error occurred in the user provided function in "
            "foreach sink. Reason: bad row SQLSTATE: 39000");
  EXPECT_EQ(calls, (std::vector<std::string>{"open 0 0", "row 1",
                                             "close InvalidArgument: bad row"}));
}

TEST(ForeachSinkTest, AGivenUpPartIsClosed) {
  std::vector<std::string> calls;
  const auto sink = RecordingSink(&calls, -1);
  {
    auto batch = *sink->BeginBatch(0, {});
    auto writer = *batch->NewWriter();
    ASSERT_TRUE(writer->Write(Numbers({1})).ok());
  }
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_TRUE(calls[2].starts_with("close Cancelled")) << calls[2];
}

}  // namespace
}  // namespace millrace::sinks::foreach
