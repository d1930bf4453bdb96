#include "checkpoint/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "checkpoint/log_format.h"
#include "fs/memory_file_system.h"

namespace millrace::checkpoint {
namespace {

using base::Result;
using base::Status;
using base::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;

constexpr char kId[] = "ba5aab3c-d6b1-4d18-bd78-a4d0c016bd5b";
constexpr char kCommit[] = "v1\n{\"nextBatchWatermarkMs\":0}";

std::string Offsets(int end) {
  return Encode(OffsetSeq{.batch_timestamp_ms = 1000 + end,
                          .offsets = {"{\"t\":{\"0\":" + std::to_string(end) + "}}"}});
}

/// A directory as Spark leaves it after batches 0 and 1; each test changes something and restarts.
/// The situations and answers are those of Spark 4.2.0.
class CheckpointTest : public testing::Test {
 protected:
  void Finished() {
    Put("metadata", std::string("{\"id\":\"") + kId + "\"}");
    Put("offsets/0", Offsets(10));
    Put("commits/0", kCommit);
    Put("offsets/1", Offsets(20));
    Put("commits/1", kCommit);
    Put("sources/0/0", std::string_view("\0v1\n{\"t\":{\"0\":0}}", 18));
  }
  void Put(const std::string& name, std::string_view bytes) {
    ASSERT_TRUE(disk_.Replace("/cp/" + name, bytes).ok());
  }
  void Remove(const std::string& name) { ASSERT_TRUE(disk_.Remove("/cp/" + name).ok()); }
  bool Exists(const std::string& name) { return disk_.Stat("/cp/" + name)->has_value(); }

  Result<std::unique_ptr<Checkpoint>> Open() { return Checkpoint::Open(&disk_, "/cp", &random_); }
  Result<RecoveredState> Restart(int sources = 1) {
    MILLRACE_ASSIGN_OR_RETURN(const auto checkpoint, Open());
    return checkpoint->Recover(sources);
  }
  /// Expects the ordinary restart after batches 0 and 1.
  void ExpectGood() {
    const auto state = Restart();
    ASSERT_TRUE(state.ok()) << state.status().ToString();
    ASSERT_TRUE(state->latest.has_value());
    EXPECT_EQ(state->latest->first, 1);
    EXPECT_THAT(state->latest->second.offsets, ElementsAre(Optional(HasSubstr("20"))));
    ASSERT_TRUE(state->previous.has_value());
    EXPECT_THAT(state->previous->offsets, ElementsAre(Optional(HasSubstr("10"))));
    ASSERT_TRUE(state->last_commit.has_value());
    EXPECT_EQ(state->last_commit->first, 1);
  }

  fs::MemoryFileSystem disk_;
  base::Random random_{1};
};

TEST_F(CheckpointTest, ANewDirectoryGetsAnIdAndKeepsIt) {
  std::string id;
  {
    const auto checkpoint = Open();
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
    id = (*checkpoint)->query_id().ToString();
    EXPECT_EQ(*disk_.Read("/cp/metadata"), "{\"id\":\"" + id + "\"}");
    EXPECT_EQ((*checkpoint)->directory(), "/cp");
    EXPECT_EQ((*checkpoint)->SourcePath(2), "/cp/sources/2");
    const auto state = (*checkpoint)->Recover(1);
    ASSERT_TRUE(state.ok());
    EXPECT_FALSE(state->latest || state->previous || state->last_commit);
  }
  EXPECT_EQ((*Open())->query_id().ToString(), id);
}

TEST_F(CheckpointTest, AFinishedDirectoryIsRead) {
  Finished();
  ExpectGood();
  EXPECT_EQ((*Open())->query_id().ToString(), kId);
}

TEST_F(CheckpointTest, BatchZeroAlone) {
  Finished();
  for (const char* name : {"offsets/1", "commits/0", "commits/1"}) Remove(name);
  const auto state = Restart();
  ASSERT_TRUE(state.ok()) << state.status().ToString();
  EXPECT_EQ(state->latest->first, 0);
  EXPECT_FALSE(state->previous.has_value());
  EXPECT_FALSE(state->last_commit.has_value());
}

TEST_F(CheckpointTest, HadoopChecksumsAreNotLookedAt) {
  Finished();
  for (const char* name : {".metadata.crc", "offsets/.1.crc", "commits/.1.crc"}) Put(name, "wrong");
  ExpectGood();
}

TEST_F(CheckpointTest, LeftOversAndForeignNamesAreIgnored) {
  Finished();
  Put("offsets/.2.aaaa.tmp", "v1\n");
  Put("offsets/README", "x");
  Put("offsets/7x", "x");
  Put("commits/README", "x");
  Put("junk", "x");
  ExpectGood();
  EXPECT_TRUE(Exists("offsets/README"));
}

TEST_F(CheckpointTest, LineEndsDoNotMatter) {
  Finished();
  Put("offsets/1", Offsets(20) + "\n");
  Put("commits/1", "v1\r\n{\"nextBatchWatermarkMs\":0}\r\n");
  Put("metadata", std::string("{\"id\":\"") + kId + "\"}\n");
  ExpectGood();
}

TEST_F(CheckpointTest, SourcesMayBeMissing) {
  Finished();
  Remove("sources/0/0");
  Remove("sources/0");
  Remove("sources");
  ExpectGood();
}

TEST_F(CheckpointTest, CommitsMissingMeansTheBatchIsRedone) {
  Finished();
  Remove("commits/1");
  auto state = Restart();
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->latest->first, 1);
  EXPECT_EQ(state->last_commit->first, 0);
  Remove("commits/0");
  state = Restart();
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->latest->first, 1);
  EXPECT_FALSE(state->last_commit.has_value());
}

TEST_F(CheckpointTest, CommitsBeforeTheNewestAreNotNeeded) {
  Finished();
  Remove("commits/0");
  ExpectGood();
}

TEST_F(CheckpointTest, CommitsFarBehindAreAWarning) {
  Finished();
  Remove("commits/1");
  Put("offsets/2", Offsets(30));
  std::string warning;
  base::SetLogSink([&](base::LogLevel, const std::string& line) { warning = line; });
  const auto state = Restart();
  base::SetLogSink(nullptr);
  ASSERT_TRUE(state.ok()) << state.status().ToString();
  EXPECT_EQ(state->latest->first, 2);
  EXPECT_EQ(state->last_commit->first, 0);
  EXPECT_THAT(warning, HasSubstr("latest batch id is 0, which is not trailing batchid 2 by one"));
}

TEST_F(CheckpointTest, CommitsAheadOfOffsetsAreAConflict) {
  for (const char* name : {"commits/2", "commits/5"}) {
    Finished();
    Put(name, kCommit);
    const Status status = Restart().status();
    EXPECT_EQ(status.code(), StatusCode::kConflict);
    EXPECT_THAT(status.message(), HasSubstr("Multiple streaming jobs detected for 1."));
    EXPECT_EQ(status.spark_error().condition, "CONCURRENT_STREAM_LOG_UPDATE");
    EXPECT_EQ(status.spark_error().sql_state, "40000");
    Remove(name);
  }
}

TEST_F(CheckpointTest, WithoutItsPredecessorTheNewestIsOfNoUse) {
  Finished();
  Remove("offsets/0");
  Remove("commits/0");
  const Status status = Restart().status();
  EXPECT_EQ(status.code(), StatusCode::kCorrupt);
  EXPECT_EQ(status.message(), "batch 0 doesn't exist");
  EXPECT_EQ(status.spark_error().exception_class, "IllegalStateException");
}

TEST_F(CheckpointTest, ZeroByteFilesAreFatal) {
  Finished();
  Put("offsets/1", "");
  EXPECT_EQ(Restart().status().message(),
            "Failed to read log file file:/cp/offsets/1. Incomplete log file");
  Put("offsets/1", Offsets(20));
  Put("commits/1", "");
  EXPECT_EQ(Restart().status().message(),
            "Failed to read log file file:/cp/commits/1. Incomplete log file in the offset commit "
            "log");
  EXPECT_EQ(Restart().status().code(), StatusCode::kCorrupt);
}

TEST_F(CheckpointTest, ACutFileIsFatal) {
  Finished();
  Put("offsets/1", Offsets(20).substr(0, 20));
  EXPECT_EQ(Restart().status().code(), StatusCode::kCorrupt);
  EXPECT_THAT(Restart().status().message(), HasSubstr("file:/cp/offsets/1"));
}

TEST_F(CheckpointTest, AnUnreadableOldFileDoesNotMatter) {
  Finished();
  Put("offsets/2", Offsets(30));
  Put("offsets/0", "");
  EXPECT_TRUE(Restart().ok());
}

TEST_F(CheckpointTest, ANewerLogVersionIsRefused) {
  Finished();
  Put("offsets/1", "v3" + Offsets(20).substr(2));
  EXPECT_EQ(Restart().status().spark_error().condition,
            "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION");
  Put("offsets/1", "v2\n{}\n0:{}");
  EXPECT_EQ(Restart().status().code(), StatusCode::kUnsupported);
}

TEST_F(CheckpointTest, TheNumberOfSourcesMustBeThatOfThePlan) {
  Finished();
  const Status status = Restart(2).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "There are [1] sources in the checkpoint offsets and now there are [2] sources "
            "requested by the query. Cannot continue.");
  Put("offsets/1", Offsets(20) + "\n-");
  EXPECT_THAT(Restart(1).status().message(), HasSubstr("There are [2] sources"));
  Put("offsets/1", "v1\n{}");
  EXPECT_THAT(Restart(1).status().message(), HasSubstr("There are [0] sources"));
}

TEST_F(CheckpointTest, MissingMetadataWithBatchesIsRefused) {
  for (const bool offsets : {true, false}) {
    Finished();
    Remove("metadata");
    for (const char* id : {"0", "1"}) Remove((offsets ? "commits/" : "offsets/") + std::string(id));
    const Status status = Open().status();
    EXPECT_EQ(status.code(), StatusCode::kCorrupt);
    EXPECT_EQ(status.message(),
              "Checkpoint location file:/cp is in an inconsistent state: the metadata file is "
              "missing but offset and/or commit logs contain data. Please restore the metadata "
              "file or create a new checkpoint directory.");
    EXPECT_EQ(status.spark_error().condition, "STREAMING_CHECKPOINT_MISSING_METADATA_FILE");
    EXPECT_EQ(status.spark_error().sql_state, "42K03");
    EXPECT_EQ(status.spark_error().exception_class, "SparkRuntimeException");
    EXPECT_FALSE(Exists("metadata"));
  }
}

TEST_F(CheckpointTest, BeforeBatchZeroTheLogsMustBeEmpty) {
  for (const std::string name :
       {"offsets/README", "offsets/5/x", "commits/7x", "commits/0", "state/0/0/1.delta"}) {
    fs::MemoryFileSystem disk;
    const std::string folder = name.substr(0, name.find('/'));
    for (const bool metadata : {true, false}) {
      if (!metadata && name == "commits/0") continue;  // Refused for another reason.
      ASSERT_TRUE(disk.Replace("/cp/" + name, "x").ok());
      if (metadata) {
        ASSERT_TRUE(disk.Replace("/cp/metadata", std::string("{\"id\":\"") + kId + "\"}").ok());
      } else {
        ASSERT_TRUE(disk.Remove("/cp/metadata").ok());
      }
      const Status status = Checkpoint::Open(&disk, "/cp", &random_).status();
      EXPECT_EQ(status.code(), StatusCode::kCorrupt) << name;
      EXPECT_THAT(status.message(), HasSubstr("The checkpoint location file:/cp/" + folder +
                                              " should be empty on batch 0\nPlease either use"));
      EXPECT_EQ(status.spark_error().condition, "STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY");
      EXPECT_EQ(status.spark_error().sql_state, "42K03");
      EXPECT_EQ(status.spark_error().parameters.at("checkpointLocation"), "file:/cp/" + folder);
    }
  }
}

TEST_F(CheckpointTest, WhatACrashBeforeBatchZeroLeavesIsNoObstacle) {
  Put("offsets/.0.9c1b.tmp", "v1\n{");
  Put("offsets/.0.crc", "crc");  // Would make Spark's rename fail.
  Put("sources/0/0", "x");
  ASSERT_TRUE(disk_.MakeDirectories("/cp/commits").ok());
  ASSERT_TRUE(disk_.MakeDirectories("/cp/state").ok());
  ASSERT_TRUE(Open().ok()) << Open().status().ToString();
  EXPECT_THAT(*disk_.List("/cp/offsets"), IsEmpty());
}

TEST_F(CheckpointTest, MetadataMustHoldAnId) {
  for (const char* text : {"", "abc", "[]", "{}", "{\"id\":null}", "{\"id\":5}", "{\"id\":\"x\"}",
                           "{\"id\":\"ba5aab3c+d6b1-4d18-bd78-a4d0c016bd5b\"}"}) {
    Finished();
    Put("metadata", text);
    const Status status = Open().status();
    EXPECT_EQ(status.code(), StatusCode::kCorrupt) << text;
    EXPECT_THAT(status.message(), HasSubstr("file:/cp/metadata"));
    EXPECT_EQ(*disk_.Read("/cp/metadata"), text);
  }
  Put("metadata", "{\"id\":\"x\"}");
  EXPECT_THAT(Open().status().message(), HasSubstr("Invalid UUID string: x"));
  EXPECT_EQ(Open().status().spark_error().exception_class, "IllegalArgumentException");
}

TEST_F(CheckpointTest, MetadataMayHoldMore) {
  Finished();
  Put("metadata", "{\"engine\":\"other\",\"id\":\"BA5AAB3C-D6B1-4D18-BD78-A4D0C016BD5B\"}\n");
  EXPECT_EQ((*Open())->query_id().ToString(), kId);  // Spark shows and writes lower case, too.
}

TEST_F(CheckpointTest, ASecondHolderIsRefused) {
  auto first = Open();
  ASSERT_TRUE(first.ok());
  const Status status = Open().status();
  EXPECT_EQ(status.code(), StatusCode::kConflict);
  EXPECT_THAT(status.message(), HasSubstr("checkpoint location file:/cp is in use"));
  EXPECT_THAT(status.message(), HasSubstr("locked by this process"));
  *first = nullptr;
  EXPECT_TRUE(Open().ok());
}

TEST_F(CheckpointTest, AnOpenThatFailsGivesTheLockBack) {
  Finished();
  Put("metadata", "");
  EXPECT_EQ(Open().status().code(), StatusCode::kCorrupt);
  EXPECT_EQ(Open().status().code(), StatusCode::kCorrupt);
}

TEST_F(CheckpointTest, PurgeKeepsTheNumberOfBatchesThatSparkKeeps) {
  const auto checkpoint = Open();
  ASSERT_TRUE(checkpoint.ok());
  for (int id = 0; id <= 103; ++id) {
    ASSERT_TRUE((*checkpoint)->offsets().Add(id, {.offsets = {"1"}}).ok());
    ASSERT_TRUE((*checkpoint)->Purge(id, 100).ok());
    ASSERT_TRUE((*checkpoint)->commits().Add(id, {}).ok());
    const std::int64_t oldest = std::max(0, id - 100);
    EXPECT_EQ((*checkpoint)->offsets().List()->front(), oldest);
    EXPECT_EQ((*checkpoint)->commits().List()->front(), oldest);
  }
  EXPECT_EQ((*checkpoint)->offsets().List()->size(), 101U);
}

}  // namespace
}  // namespace millrace::checkpoint
