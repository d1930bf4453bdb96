#include "checkpoint/log_format.h"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkpoint/recorded_conf.h"

namespace millrace::checkpoint {
namespace {

using base::Status;
using base::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;
using testing::Pair;
using testing::StartsWith;

constexpr std::string_view kPath = "/cp/offsets/1";

OffsetSeq OffsetsOf(std::string_view bytes) {
  const auto entry = DecodeOffsetSeq(bytes, kPath);
  EXPECT_TRUE(entry.ok()) << entry.status().ToString();
  return entry.ok() ? *entry : OffsetSeq{};
}

Status OffsetsError(std::string_view bytes) { return DecodeOffsetSeq(bytes, kPath).status(); }
Status CommitError(std::string_view bytes) {
  return DecodeCommitMetadata(bytes, "/cp/commits/1").status();
}

/// The folder of checkpoints that real Spark wrote.
std::filesystem::path GoldenRoot() {
  const char* shared = std::getenv("MILLRACE_SHARED");
  const std::filesystem::path root =
      shared != nullptr ? shared
                        : std::filesystem::path(MILLRACE_SOURCE_DIR).parent_path() / "shared";
  return root / "oracle";
}

TEST(LogFormatTest, GoldenFilesAreReadAndWrittenAgainByteForByte) {
  if (!std::filesystem::is_directory(GoldenRoot())) {
    GTEST_SKIP() << "no recorded checkpoints under " << GoldenRoot();
  }
  int offsets = 0;
  int commits = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(GoldenRoot())) {
    const std::string path = entry.path();
    const std::string folder = entry.path().parent_path().filename();
    if (!entry.is_regular_file() || path.find("/checkpoint/") == path.npos) continue;
    if (entry.path().filename().string().starts_with('.')) continue;
    const auto bytes = fs::LocalFileSystem()->Read(path);
    ASSERT_TRUE(bytes.ok()) << bytes.status().ToString();
    if (folder == "offsets") {
      ++offsets;
      const auto decoded = DecodeOffsetSeq(*bytes, path);
      ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
      EXPECT_EQ(Encode(*decoded), *bytes) << path;
      EXPECT_EQ(decoded->conf.size(), 15U) << path;
    } else if (folder == "commits") {
      ++commits;
      const auto decoded = DecodeCommitMetadata(*bytes, path);
      ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
      EXPECT_EQ(Encode(*decoded), *bytes) << path;
    }
  }
  EXPECT_GT(offsets, 50);
  EXPECT_GT(commits, 50);
}

TEST(LogFormatTest, OurConfIsSparksByteForByte) {
  const std::filesystem::path path = GoldenRoot() / "golden-kafka-delta/checkpoint/offsets/0";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no recorded checkpoint at " << path;
  const auto bytes = fs::LocalFileSystem()->Read(path);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(Encode(OffsetSeq{.batch_timestamp_ms = OffsetsOf(*bytes).batch_timestamp_ms,
                             .conf = RecordedConf(200),
                             .offsets = {R"({"golden_kd":{"0":200,"1":200}})"}}),
            *bytes);
}

TEST(LogFormatTest, OffsetsAreWrittenInSparksForm) {
  const OffsetSeq entry{.batch_watermark_ms = -5,
                        .batch_timestamp_ms = 1795384285455,
                        .conf = {{"b", "2"}, {"a", "\"\\/\n\t\x01\x1f\x7f ü"}},
                        .offsets = {R"({"t":{"0":7}})", std::nullopt, "12"}};
  const std::string bytes = Encode(entry);
  EXPECT_EQ(bytes,
            "v1\n"
            R"({"batchWatermarkMs":-5,"batchTimestampMs":1795384285455,"conf":{"b":"2",)"
            "\"a\":\"\\\"\\\\/\\n\\t\\u0001\\u001F\x7f ü\"}}\n"
            "{\"t\":{\"0\":7}}\n-\n12");
  const OffsetSeq read = OffsetsOf(bytes);
  EXPECT_EQ(read.batch_watermark_ms, entry.batch_watermark_ms);
  EXPECT_EQ(read.batch_timestamp_ms, entry.batch_timestamp_ms);
  EXPECT_EQ(read.conf, entry.conf);
  EXPECT_EQ(read.offsets, entry.offsets);
}

TEST(LogFormatTest, CommitsAreWrittenInSparksForm) {
  EXPECT_EQ(Encode(CommitMetadata{}), "v1\n{\"nextBatchWatermarkMs\":0}");
  EXPECT_EQ(Encode(CommitMetadata{1767225678000}), "v1\n{\"nextBatchWatermarkMs\":1767225678000}");
}

TEST(LogFormatTest, LineEndsAndSpacesDoNotMatter) {
  for (const char* bytes :
       {"v1\n{\"batchTimestampMs\":3}\n{\"t\":{}}", "v1\n{\"batchTimestampMs\":3}\n{\"t\":{}}\n",
        "v1\r\n{\"batchTimestampMs\":3}\r\n{\"t\":{}}\r\n",
        "v1\r {\"batchTimestampMs\" : 3 } \r{\"t\":{}}"}) {
    const OffsetSeq entry = OffsetsOf(bytes);
    EXPECT_EQ(entry.batch_timestamp_ms, 3);
    EXPECT_THAT(entry.offsets, ElementsAre(Optional(std::string("{\"t\":{}}"))));
  }
  for (const char* bytes :
       {"v1\n{\"nextBatchWatermarkMs\":4}\n", "v1 \r\n{\"nextBatchWatermarkMs\":4}\r\n"}) {
    const auto commit = DecodeCommitMetadata(bytes, "/c");
    ASSERT_TRUE(commit.ok()) << commit.status().ToString();
    EXPECT_EQ(commit->next_batch_watermark_ms, 4);
  }
}

TEST(LogFormatTest, UnknownKeysAreSkippedAndMissingOnesAreZero) {
  const OffsetSeq entry =
      OffsetsOf("v1\n{\"other\":5,\"conf\":{\"millrace.extra\":\"1\",\"n\":2,\"b\":true}}\n12");
  EXPECT_EQ(entry.batch_timestamp_ms, 0);
  EXPECT_EQ(entry.batch_watermark_ms, 0);
  EXPECT_THAT(entry.conf,
              ElementsAre(Pair("millrace.extra", "1"), Pair("n", "2"), Pair("b", "true")));
  EXPECT_TRUE(OffsetsOf("v1\n{\"conf\":{}}\n12").conf.empty());
  EXPECT_TRUE(OffsetsOf("v1\n{\"conf\":null}\n12").conf.empty());
  EXPECT_TRUE(OffsetsOf("v1\n{}\n12").conf.empty());
  EXPECT_TRUE(OffsetsOf("v1\n{}").offsets.empty());
  EXPECT_EQ(OffsetsOf("v1\n{}\n12\n\n").offsets.size(), 2U);  // As Spark counts.
  EXPECT_TRUE(DecodeCommitMetadata("v1\n{}", "/c").ok());
  EXPECT_TRUE(DecodeCommitMetadata("v1\n{\"x\":1}", "/c").ok());
  EXPECT_TRUE(DecodeCommitMetadata("v1", "/c").ok());
}

TEST(LogFormatTest, AZeroByteFileIsIncomplete) {
  EXPECT_EQ(OffsetsError("").code(), StatusCode::kCorrupt);
  EXPECT_EQ(OffsetsError("").message(),
            "Failed to read log file file:/cp/offsets/1. Incomplete log file");
  EXPECT_EQ(OffsetsError("").spark_error().exception_class, "IllegalStateException");
  EXPECT_EQ(CommitError("").code(), StatusCode::kCorrupt);
  EXPECT_EQ(CommitError("").message(),
            "Failed to read log file file:/cp/commits/1. Incomplete log file in the offset commit "
            "log");
}

TEST(LogFormatTest, WithoutMetadataTheFileIsIncomplete) {
  for (const char* bytes : {"v1", "v1\n", "v1\n\n{\"t\":{}}", "v1\n  \n{\"t\":{}}"}) {
    EXPECT_EQ(OffsetsError(bytes).code(), StatusCode::kCorrupt);
    EXPECT_THAT(OffsetsError(bytes).message(), HasSubstr("no metadata on line 2"));
  }
}

TEST(LogFormatTest, AFirstLineThatIsNoVersionIsMalformed) {
  for (const std::string version :
       {"", "1", "x", "v", "v0", "v-1", "vx", "v1 ", "v1x", "v+1", "v99999999999"}) {
    const Status status = OffsetsError(version + "\n{}\n12");
    EXPECT_EQ(status.code(), StatusCode::kCorrupt) << version;
    EXPECT_EQ(status.message(),
              "Failed to read log file file:/cp/offsets/1. Log file was malformed: failed to read "
              "correct log version from " +
                  version + ".");
    EXPECT_EQ(status.spark_error().condition, "MALFORMED_LOG_FILE");
    EXPECT_EQ(status.spark_error().sql_state, "KD002");
    EXPECT_EQ(status.spark_error().parameters.at("text"), version);
  }
  EXPECT_EQ(CommitError("x\n{}").spark_error().condition, "MALFORMED_LOG_FILE");
}

TEST(LogFormatTest, ANewerVersionIsRefused) {
  for (const Status& status : {OffsetsError("v3\n{}\n12"), CommitError("v3\n{}")}) {
    EXPECT_EQ(status.code(), StatusCode::kUnsupported);
    EXPECT_THAT(status.message(),
                HasSubstr("UnsupportedLogVersion. The maximum supported log version is v2, but "
                          "encountered v3. The log file was produced by a newer version of Spark "
                          "and cannot be read by this version. You need to upgrade."));
    EXPECT_EQ(status.spark_error().condition, "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION");
    EXPECT_EQ(status.spark_error().sql_state, "KD002");
    EXPECT_EQ(status.spark_error().parameters.at("version"), "3");
  }
}

TEST(LogFormatTest, OffsetMapsOfVersionTwoAreRefused) {
  const Status status = OffsetsError("v2\n{}\n0:{\"t\":{}}");
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_EQ(status.spark_error().condition, "INVALID_LOG_VERSION.EXACT_MATCH_VERSION");
  EXPECT_EQ(status.spark_error().sql_state, "KD002");
  EXPECT_THAT(status.message(), StartsWith("Failed to read log file file:/cp/offsets/1. "));
  EXPECT_THAT(status.message(),
              HasSubstr("The only supported log version is v1, but encountered v2"));
  EXPECT_THAT(status.message(), HasSubstr("spark.sql.streaming.offsetLog.formatVersion=2"));
}

TEST(LogFormatTest, OfVersionTwoCommitsTheWatermarkIsRead) {
  const auto commit = DecodeCommitMetadata(
      "v2\n{\"nextBatchWatermarkMs\":9,\"stateUniqueIds\":{\"0\":[[\"a\"]]}}", "/c");
  ASSERT_TRUE(commit.ok()) << commit.status().ToString();
  EXPECT_EQ(commit->next_batch_watermark_ms, 9);
}

TEST(LogFormatTest, BadJsonNamesFileAndPlace) {
  const Status cut = OffsetsError("v1\n{\"batchWatermarkMs\":0,\"batchTime");
  EXPECT_EQ(cut.code(), StatusCode::kCorrupt);
  EXPECT_THAT(cut.message(), HasSubstr("file:/cp/offsets/1. Line 2 is not JSON"));
  for (const char* metadata :
       {"[]", "5", "{\"batchWatermarkMs\":\"5\"}", "{\"batchWatermarkMs\":1.5}",
        "{\"batchTimestampMs\":null}", "{\"batchTimestampMs\":18446744073709551615}",
        "{\"conf\":[]}", "{\"conf\":{\"a\":{}}}", "{\"conf\":{\"a\":null}}", "{\"a\":\"\xff\"}"}) {
    const Status status = OffsetsError(std::string("v1\n") + metadata + "\n12");
    EXPECT_EQ(status.code(), StatusCode::kCorrupt) << metadata;
    EXPECT_THAT(status.message(), StartsWith("Failed to read log file file:/cp/offsets/1. "));
  }
  EXPECT_EQ(CommitError("v1\n{\"nextBatch").code(), StatusCode::kCorrupt);
  EXPECT_EQ(CommitError("v1\n{\"nextBatchWatermarkMs\":\"7\"}").code(), StatusCode::kCorrupt);
}

TEST(LogFormatTest, DeeplyNestedJsonIsNoTrouble) {
  const std::string deep =
      "v1\n{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}\n12";
  EXPECT_TRUE(DecodeOffsetSeq(deep, kPath).ok());
}

}  // namespace
}  // namespace millrace::checkpoint
