#include "stream/progress.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace millrace {
namespace {

StreamingQueryProgress Sample() {
  StreamingQueryProgress progress;
  progress.id = "i";
  progress.runId = "r";
  progress.timestamp = "2026-11-22T21:51:25.042Z";
  progress.batchId = 7;
  progress.batchDuration = 12;
  SourceProgress source;
  source.description = "KafkaV2[Subscribe[t]]";
  source.endOffset = R"({"t":{"0":2}})";
  source.latestOffset = "not json";
  source.numInputRows = 2;
  source.inputRowsPerSecond = 0.25;
  source.processedRowsPerSecond = 12345678.9;
  progress.sources.push_back(source);
  progress.sink.description = "DeltaSink[/t]";
  return progress;
}

TEST(ProgressJson, RoundsHalfUpPrintsLikeJavaAndEmbedsOffsets) {
  EXPECT_EQ(Sample().json(),
            R"({"id":"i","runId":"r","name":null,"timestamp":"2026-11-22T21:51:25.042Z",)"
            R"("batchId":7,"batchDuration":12,"numInputRows":2,"inputRowsPerSecond":0.3,)"
            R"("processedRowsPerSecond":1.23456789E7,"durationMs":{},"stateOperators":[],)"
            R"("sources":[{"description":"KafkaV2[Subscribe[t]]","startOffset":null,)"
            R"("endOffset":{"t":{"0":2}},"latestOffset":"not json","numInputRows":2,)"
            R"("inputRowsPerSecond":0.3,"processedRowsPerSecond":1.23456789E7}],)"
            R"("sink":{"description":"DeltaSink[/t]","numOutputRows":-1}})");
}

TEST(ProgressJson, RatesThatAreNoNumbersAreLeftOut) {
  StreamingQueryProgress progress = Sample();
  progress.sources[0].inputRowsPerSecond = std::numeric_limits<double>::quiet_NaN();
  progress.sources[0].processedRowsPerSecond = std::numeric_limits<double>::infinity();
  EXPECT_EQ(progress.json().find("RowsPerSecond"), std::string::npos);
}

/// Reads what real Spark wrote, prints it again: the same bytes.
TEST(ProgressJson, IsByteForByteWhatSparkWrote) {
  const char* shared = std::getenv("MILLRACE_SHARED");
  const std::filesystem::path folder =
      std::filesystem::path(shared != nullptr ? shared : MILLRACE_SOURCE_DIR "/../shared") /
      "oracle/golden-kafka-delta-long";
  std::ifstream file(folder / "events.jsonl");
  if (!file) GTEST_SKIP() << "no recorded events of real Spark at " << folder;
  int compared = 0;
  for (std::string line; std::getline(file, line);) {
    static const std::string kPrefix = R"({"event":"progress","data":)";
    if (!line.starts_with(kPrefix)) continue;
    const std::string text = line.substr(kPrefix.size(), line.size() - kPrefix.size() - 1);
    const auto json = nlohmann::ordered_json::parse(text);
    StreamingQueryProgress progress;
    progress.id = json["id"];
    progress.runId = json["runId"];
    if (!json["name"].is_null()) progress.name = json["name"];
    progress.timestamp = json["timestamp"];
    progress.batchId = json["batchId"];
    progress.batchDuration = json["batchDuration"];
    progress.durationMs = json["durationMs"];
    for (const auto& source : json["sources"]) {
      SourceProgress entry;
      entry.description = source["description"];
      const auto offset = [&](const char* key) {
        return source[key].is_null() ? std::nullopt : std::optional(source[key].dump());
      };
      entry.startOffset = offset("startOffset");
      entry.endOffset = offset("endOffset");
      entry.latestOffset = offset("latestOffset");
      entry.numInputRows = source["numInputRows"];
      entry.inputRowsPerSecond =
          source.value("inputRowsPerSecond", std::numeric_limits<double>::infinity());
      entry.processedRowsPerSecond = source["processedRowsPerSecond"];
      if (source.contains("metrics")) entry.metrics = source["metrics"];
      progress.sources.push_back(entry);
    }
    progress.sink.description = json["sink"]["description"];
    progress.sink.numOutputRows = json["sink"]["numOutputRows"];
    EXPECT_EQ(progress.json(), text);
    ++compared;
  }
  EXPECT_GT(compared, 10);
}

}  // namespace
}  // namespace millrace
