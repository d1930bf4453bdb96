#include "connect/wire_errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connect/refusals.h"

namespace millrace::connect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

base::Status WithClass(const char* name) {
  return base::Status::InvalidArgument("m").WithSparkError({name, "", "", {}});
}

TEST(JavaClasses, AreThoseOfSparkWithTheirAncestors) {
  EXPECT_THAT(JavaClassesOf(WithClass("ParseException")),
              ElementsAre("org.apache.spark.sql.catalyst.parser.ParseException",
                          "org.apache.spark.sql.AnalysisException", "java.lang.Exception",
                          "java.lang.Throwable", "java.lang.Object"));
  EXPECT_THAT(JavaClassesOf(WithClass("SparkNumberFormatException")),
              ElementsAre("org.apache.spark.SparkNumberFormatException",
                          "java.lang.NumberFormatException", "java.lang.IllegalArgumentException",
                          "java.lang.RuntimeException", "java.lang.Exception",
                          "java.lang.Throwable", "java.lang.Object"));
}

TEST(JavaClasses, OfNamesThatAreNotKnown) {
  EXPECT_EQ(JavaClassesOf(WithClass("NewAnalysisException"))[1],
            "org.apache.spark.sql.AnalysisException");
  EXPECT_EQ(JavaClassesOf(WithClass("NewException"))[1], "org.apache.spark.SparkException");
}

TEST(JavaClasses, WithoutANameTheCodeDecides) {
  EXPECT_EQ(JavaClassesOf(base::Status::InvalidArgument("m"))[0],
            "java.lang.IllegalArgumentException");
  EXPECT_EQ(JavaClassesOf(base::Status::Unsupported("m"))[0],
            "java.lang.UnsupportedOperationException");
  EXPECT_EQ(JavaClassesOf(base::Status::Internal("m"))[0], "org.apache.spark.SparkException");
}

Failure Missing() {
  return base::Status::InvalidArgument("[SOME_CONDITION] x \xff y")
      .WithSparkError({"AnalysisException", "SOME_CONDITION", "42000", {{"name", "`a`"}}});
}

TEST(ErrorLog, TheTrailerHoldsWhatClientsRead) {
  ErrorLog log;
  const grpc::Status status = log.Report(Missing());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  const std::string details = status.error_details();
  EXPECT_THAT(details, HasSubstr("type.googleapis.com/google.rpc.ErrorInfo"));
  EXPECT_THAT(details, HasSubstr("[\"org.apache.spark.sql.AnalysisException\",\"java.lang."));
  EXPECT_THAT(details, HasSubstr("SOME_CONDITION"));
  EXPECT_THAT(details, HasSubstr("{\"name\":\"`a`\"}"));
}

TEST(ToGrpc, OnlyAFullServerIsWorthAnotherTry) {
  EXPECT_EQ(ToGrpc(TooManySessions()).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ToGrpc(base::Status::Unavailable("kafka: no broker")).error_code(),
            grpc::StatusCode::INTERNAL);
}

/// Of the trailers grpc-message and grpc-status-details-bin.
std::size_t WireBytes(const grpc::Status& status) {
  std::size_t bytes = 0;
  for (const char c : status.error_message()) bytes += c >= ' ' && c <= '~' && c != '%' ? 1 : 3;
  return bytes + (status.error_details().size() + 2) / 3 * 4;
}

TEST(ErrorLog, NoMessageIsTooLongForATrailer) {
  ErrorLog log;
  for (const std::string part :
       {"x", "%", "\n", "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xFF"}) {
    std::string text = "[SOME_CONDITION] ";
    std::string parameter;
    while (text.size() < 10'000) text += part;
    while (parameter.size() < 900) parameter += part;
    const grpc::Status status =
        log.Report(base::Status::InvalidArgument(text).WithSparkError(
            {"AnalysisException", "SOME_CONDITION", "42000", {{"name", parameter}}}));
    EXPECT_LT(WireBytes(status), 7500U) << part;
    EXPECT_GT(status.error_message().size(), 600U) << part;
    EXPECT_TRUE(status.error_message().ends_with("...")) << part;
    spark::connect::FetchErrorDetailsResponse valid;
    valid.add_errors()->set_message(status.error_message());
    // Whole characters only.
    EXPECT_TRUE(valid.ParseFromString(valid.SerializeAsString())) << part;
  }
  const std::string text = "a 100 % \xC3\xBC";
  EXPECT_EQ(log.Report(base::Status::Internal(text)).error_message(), text);
}

TEST(ErrorLog, WholeErrorsAreFetchedByTheirId) {
  ErrorLog log;
  Failure failure = base::Status::Internal(std::string(10'000, 'x'));
  failure.cause = Missing().status;
  const std::string details = log.Report(failure).error_details();
  EXPECT_LT(details.size(), 8000U);
  const std::string id = details.substr(details.find("errorId") + 9, 36);

  spark::connect::FetchErrorDetailsResponse response;
  log.Fetch(id, &response);
  ASSERT_EQ(response.errors_size(), 2);
  EXPECT_EQ(response.root_error_idx(), 0);
  EXPECT_EQ(response.errors(0).message().size(), 10'000U);
  EXPECT_EQ(response.errors(0).cause_idx(), 1);
  EXPECT_EQ(response.errors(1).spark_throwable().error_class(), "SOME_CONDITION");
  EXPECT_EQ(response.errors(1).spark_throwable().sql_state(), "42000");
  EXPECT_EQ(response.errors(1).spark_throwable().message_parameters().at("name"), "`a`");

  spark::connect::FetchErrorDetailsResponse unknown;
  log.Fetch("other", &unknown);
  EXPECT_EQ(unknown.errors_size(), 0);
}

spark::connect::FetchErrorDetailsResponse::Error Fetched(const base::Status& status) {
  ErrorLog log;
  const std::string details = log.Report(status).error_details();
  spark::connect::FetchErrorDetailsResponse response;
  log.Fetch(details.substr(details.find("errorId") + 9, 36), &response);
  return response.errors(0);
}

TEST(ErrorLog, ThePlaceOfTheErrorIsItsQueryContext) {
  using Context = spark::connect::FetchErrorDetailsResponse::QueryContext;
  base::QueryContext place;
  place.kind = base::QueryContext::Kind::kSql;
  place.object_type = "VIEW";
  place.object_name = "v";
  place.start_index = 7;
  place.stop_index = 10;
  place.fragment = "nope";
  place.summary = "== SQL of VIEW v (line 1, position 8) ==\n";
  const auto sql = Fetched(Missing().status.WithQueryContext(place));
  ASSERT_EQ(sql.spark_throwable().query_contexts_size(), 1);
  const Context& context = sql.spark_throwable().query_contexts(0);
  EXPECT_EQ(context.context_type(), Context::SQL);
  EXPECT_EQ(context.object_type(), "VIEW");
  EXPECT_EQ(context.object_name(), "v");
  EXPECT_EQ(context.start_index(), 7);
  EXPECT_EQ(context.stop_index(), 10);
  EXPECT_EQ(context.fragment(), "nope");
  EXPECT_EQ(context.summary(), place.summary);

  place.kind = base::QueryContext::Kind::kDataFrame;
  place.call_site = "program.py:3";
  const auto frame = Fetched(Missing().status.WithQueryContext(place));
  EXPECT_EQ(frame.spark_throwable().query_contexts(0).context_type(), Context::DATAFRAME);
  EXPECT_EQ(frame.spark_throwable().query_contexts(0).call_site(), "program.py:3");

  const auto nowhere = Fetched(Missing().status.WithQueryContext({}));
  EXPECT_EQ(nowhere.spark_throwable().query_contexts_size(), 0);
}

}  // namespace
}  // namespace millrace::connect
