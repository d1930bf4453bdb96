#include "connect/event_json.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace millrace::connect {
namespace {

// The form of a progress that real Spark's Connect server sent, but for the order of durationMs.
TEST(ProgressJson, IsThatOfSparksConnectServer) {
  StreamingQueryProgress progress;
  progress.id = "9abac641-0be6-4751-b626-407defb1afc1";
  progress.runId = "67da24fc-c66b-472c-a293-3ca76c043b75";
  progress.name = "golden";
  progress.timestamp = "2026-11-22T21:50:57.721Z";
  progress.batchId = 0;
  progress.batchDuration = 5047;
  progress.durationMs = {{"addBatch", 4016}, {"walCommit", 87}};
  SourceProgress source;
  source.description = "KafkaV2[Subscribe[golden_kd]]";
  source.endOffset = R"({"golden_kd":{"0":200}})";
  source.numInputRows = 400;
  source.processedRowsPerSecond = 79.25500297206261;
  source.metrics = {{"avgOffsetsBehindLatest", "300.0"}};
  progress.sources = {source};
  progress.sink.description = "DeltaSink[/tmp/golden/connect/out]";
  EXPECT_EQ(
      ProgressJson(progress),
      R"({"id":"9abac641-0be6-4751-b626-407defb1afc1","runId":"67da24fc-c66b-472c-a293-3ca76c043b75",)"
      R"("name":"golden","timestamp":"2026-11-22T21:50:57.721Z","batchId":0,"batchDuration":5047,)"
      R"("durationMs":{"addBatch":4016,"walCommit":87},"eventTime":{},"stateOperators":[],)"
      R"("sources":[{"description":"KafkaV2[Subscribe[golden_kd]]","startOffset":null,)"
      R"("endOffset":"{\"golden_kd\":{\"0\":200}}","latestOffset":null,"numInputRows":400,)"
      R"("inputRowsPerSecond":0.0,"processedRowsPerSecond":79.25500297206261,)"
      R"("metrics":{"avgOffsetsBehindLatest":"300.0"}}],)"
      R"("sink":{"description":"DeltaSink[/tmp/golden/connect/out]","numOutputRows":-1,"metrics":{}},)"
      R"("observedMetrics":{}})");
}

TEST(ProgressJson, NumbersThatJsonHasNotAreTexts) {
  StreamingQueryProgress progress;
  SourceProgress source;
  source.inputRowsPerSecond = std::numeric_limits<double>::quiet_NaN();
  source.processedRowsPerSecond = std::numeric_limits<double>::infinity();
  progress.sources = {source};
  const auto json = nlohmann::json::parse(ProgressJson(progress));
  EXPECT_EQ(json["sources"][0]["inputRowsPerSecond"], "NaN");
  EXPECT_EQ(json["sources"][0]["processedRowsPerSecond"], "Infinity");
  EXPECT_TRUE(json["name"].is_null());
}

TEST(EventJson, Events) {
  EXPECT_EQ(EventJson(QueryStartedEvent{"i", "r", std::nullopt, "t"}),
            R"({"id":"i","runId":"r","name":null,"timestamp":"t","jobTags":[]})");
  EXPECT_EQ(EventJson(QueryIdleEvent{"i", "r", "t"}), R"({"id":"i","runId":"r","timestamp":"t"})");
  EXPECT_EQ(EventJson(QueryTerminatedEvent{"i", "r", "e", std::nullopt}),
            R"({"id":"i","runId":"r","exception":"e","errorClassOnException":null})");
  EXPECT_TRUE(EventJson(QueryProgressEvent{}).starts_with(R"({"progress":{"id":)"));
}

}  // namespace
}  // namespace millrace::connect
