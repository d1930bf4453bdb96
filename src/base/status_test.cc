#include "base/status.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/result.h"
#include "base/spark_message.h"

namespace millrace::base {
namespace {

TEST(StatusTest, DefaultIsOk) {
  const Status status;
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(status.code(), StatusCode::kOk);
  EXPECT_EQ(status.message(), "");
  EXPECT_EQ(status.ToString(), "Ok");
  EXPECT_TRUE(status.spark_error().condition.empty());
}

TEST(StatusTest, FactoriesCarryCodeAndMessage) {
  const std::vector<std::pair<Status, std::string>> cases = {
      {Status::InvalidArgument("x"), "InvalidArgument: x"},
      {Status::Unsupported("x"), "Unsupported: x"},
      {Status::NotFound("x"), "NotFound: x"},
      {Status::Unavailable("x"), "Unavailable: x"},
      {Status::Conflict("x"), "Conflict: x"},
      {Status::DataLoss("x"), "DataLoss: x"},
      {Status::Corrupt("x"), "Corrupt: x"},
      {Status::Cancelled("x"), "Cancelled: x"},
      {Status::Internal("x"), "Internal: x"},
  };
  for (const auto& [status, text] : cases) {
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(status.ToString(), text);
  }
}

TEST(StatusTest, ContextGoesInFrontAndKeepsTheRest) {
  const Status status = Status::DataLoss("offset out of range: events-3@991")
                            .WithSparkError({"E", "C.D", "42000", {{"a", "b"}}})
                            .WithContext("kafka")
                            .WithContext("batch 12");
  EXPECT_EQ(status.message(), "batch 12: kafka: offset out of range: events-3@991");
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_EQ(status.spark_error().condition, "C.D");
  EXPECT_EQ(status.spark_error().parameters.at("a"), "b");
  EXPECT_TRUE(Status::Ok().WithContext("nothing").ok());
  EXPECT_TRUE(Status::Ok().WithSparkError({"E", "C", "", {}}).ok());
}

Result<int> Half(int value) {
  if (value % 2 != 0) return Status::InvalidArgument("odd");
  return value / 2;
}

Result<int> Quarter(int value) {
  MILLRACE_ASSIGN_OR_RETURN(const int half, Half(value));
  return Half(half);
}

Status CheckQuarter(int value) {
  MILLRACE_RETURN_IF_ERROR(Quarter(value).status());
  return Status::Ok();
}

TEST(ResultTest, MacrosPassFailuresOn) {
  ASSERT_TRUE(Quarter(12).ok());
  EXPECT_EQ(*Quarter(12), 3);
  EXPECT_EQ(Quarter(6).status().message(), "odd");
  EXPECT_EQ(CheckQuarter(7).code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(CheckQuarter(4).ok());
}

TEST(ResultTest, HoldsWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  ASSERT_TRUE(result.ok());
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 5);
}

TEST(ResultTest, ConvertsToTheValue) {
  const Result<std::string> result = "text";
  EXPECT_EQ(*result, "text");
  EXPECT_EQ(result->size(), 4u);
}

TEST(ResultDeathTest, ValueOfAFailureIsABug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const Result<int> result = Status::NotFound("x");
  EXPECT_DEATH(static_cast<void>(result.value()), "internal error");
}

TEST(StatusTest, ThePlaceStaysWithTheFailure) {
  const Status plain = Status::NotFound("x");
  EXPECT_EQ(plain.query_context(), nullptr);
  EXPECT_EQ(Status::Ok().WithQueryContext({}).query_context(), nullptr);
  QueryContext context;
  context.kind = QueryContext::Kind::kSql;
  context.fragment = "nope";
  const Status placed = plain.WithQueryContext(context)
                            .WithContext("batch 1")
                            .WithSparkError({"AnalysisException", "C", "42000", {}});
  ASSERT_NE(placed.query_context(), nullptr);
  EXPECT_EQ(placed.query_context()->fragment, "nope");
  EXPECT_EQ(placed.message(), "batch 1: x");
}

TEST(StatusTest, SparksMessageNamesTheConditionOnce) {
  const Status plain = Status::NotFound("Path does not exist: /x.");
  EXPECT_EQ(SparkMessage(plain), "Path does not exist: /x.");
  const Status bare = plain.WithSparkError({"AnalysisException", "PATH_NOT_FOUND", "42K03", {}});
  EXPECT_EQ(SparkMessage(bare), "[PATH_NOT_FOUND] Path does not exist: /x. SQLSTATE: 42K03");
  const Status whole = Status::NotFound("[PATH_NOT_FOUND] Path does not exist: /x. SQLSTATE: 42K03")
                           .WithSparkError({"AnalysisException", "PATH_NOT_FOUND", "42K03", {}})
                           .WithContext("batch 1");
  EXPECT_EQ(SparkMessage(whole), whole.message());
  const Status legacy = plain.WithSparkError({"AnalysisException", "_LEGACY_ERROR_TEMP_1", "", {}});
  EXPECT_EQ(SparkMessage(legacy), plain.message());
}

}  // namespace
}  // namespace millrace::base
