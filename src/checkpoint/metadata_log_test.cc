#include "checkpoint/metadata_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkpoint/checkpoint.h"
#include "fs/faulty_file_system.h"
#include "fs/memory_file_system.h"

namespace millrace::checkpoint {
namespace {

using base::Status;
using base::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MetadataLogTest : public testing::Test {
 protected:
  void Put(const std::string& name, std::string_view bytes = "x") {
    ASSERT_TRUE(disk_.CreateExclusive("/cp/offsets/" + name, bytes).ok());
  }
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    const auto entries = disk_.List("/cp/offsets");
    if (!entries.ok()) return names;
    for (const auto& entry : *entries) names.push_back(entry.name);
    return names;
  }

  fs::MemoryFileSystem disk_;
  MetadataLog log_{&disk_, "/cp/offsets"};
};

TEST_F(MetadataLogTest, AddNeverOverwrites) {
  ASSERT_TRUE(log_.Add(3, "first").ok());
  const Status status = log_.Add(3, "second");
  EXPECT_EQ(status.code(), StatusCode::kConflict);
  EXPECT_EQ(status.message(),
            "Concurrent update to the log. Multiple streaming jobs detected for 3.\n"
            "Please make sure only one streaming job runs on a specific checkpoint location at a "
            "time.");
  EXPECT_EQ(status.spark_error().condition, "CONCURRENT_STREAM_LOG_UPDATE");
  EXPECT_EQ(status.spark_error().sql_state, "40000");
  EXPECT_EQ(status.spark_error().parameters.at("batchId"), "3");
  EXPECT_EQ(*log_.Read(3), "first");
}

TEST_F(MetadataLogTest, AnOrphanChecksumGoesBeforeItStopsSpark) {
  Put(".3.crc");
  ASSERT_TRUE(log_.Add(3, "x").ok());
  EXPECT_THAT(Names(), ElementsAre("3"));
}

TEST_F(MetadataLogTest, ListTakesDecimalFileNamesInNumericOrder) {
  EXPECT_THAT(*log_.List(), IsEmpty());
  for (const char* name : {"10", "9", "0", "README", "7x", "-1", "+2", "007", ".8.aaaa.tmp",
                           ".9.crc", "99999999999999999999"}) {
    Put(name);
  }
  ASSERT_TRUE(disk_.MakeDirectories("/cp/offsets/5").ok());
  EXPECT_THAT(*log_.List(), ElementsAre(0, 9, 10));
}

TEST_F(MetadataLogTest, PurgeRemovesFilesAndChecksumsBelowTheThreshold) {
  for (int id = 0; id < 12; ++id) {
    Put(std::to_string(id));
    Put("." + std::to_string(id) + ".crc");
  }
  ASSERT_TRUE(log_.Purge(10).ok());
  EXPECT_THAT(Names(), ElementsAre(".10.crc", ".11.crc", "10", "11"));
  ASSERT_TRUE(log_.Purge(11).ok());
  EXPECT_THAT(Names(), ElementsAre(".11.crc", "11"));
  ASSERT_TRUE(log_.Purge(5).ok());
  EXPECT_THAT(Names(), ElementsAre(".11.crc", "11"));
}

TEST_F(MetadataLogTest, PurgeInStepReadsNoFolder) {
  int lists = 0;
  fs::FaultyFileSystem counted(&disk_, [&](const fs::Operation& operation) {
    lists += operation.kind == fs::Operation::Kind::kList;
    return fs::Fault::kNone;
  });
  MetadataLog log(&counted, "/cp/offsets");
  for (int id = 0; id < 60; ++id) {
    ASSERT_TRUE(log.Add(id, "x").ok());
    ASSERT_TRUE(log.Purge(id - 20).ok());
  }
  EXPECT_EQ(lists, 0);
  EXPECT_EQ(log.List()->front(), 39);
  EXPECT_EQ(log.List()->size(), 21U);
}

TEST_F(MetadataLogTest, APurgeThatFailedIsMadeGoodByTheNext) {
  bool fail = true;
  fs::FaultyFileSystem faulty(&disk_, [&](const fs::Operation& operation) {
    const bool hit =
        fail && operation.kind == fs::Operation::Kind::kRemove && operation.path == "/cp/offsets/1";
    return hit ? fs::Fault::kFailBefore : fs::Fault::kNone;
  });
  MetadataLog log(&faulty, "/cp/offsets");
  for (int id = 0; id < 6; ++id) ASSERT_TRUE(log.Add(id, "x").ok());
  EXPECT_EQ(log.Purge(3).code(), StatusCode::kUnavailable);
  EXPECT_THAT(*log.List(), ElementsAre(1, 2, 3, 4, 5));
  fail = false;
  ASSERT_TRUE(log.Purge(4).ok());
  EXPECT_THAT(*log.List(), ElementsAre(4, 5));
}

TEST_F(MetadataLogTest, ALogThatWasReopenedPurgesWhatIsThere) {
  for (int id = 150; id < 260; ++id) ASSERT_TRUE(log_.Add(id, "x").ok());
  MetadataLog reopened(&disk_, "/cp/offsets");
  ASSERT_TRUE(reopened.Purge(255).ok());
  EXPECT_THAT(*reopened.List(), ElementsAre(255, 256, 257, 258, 259));
}

TEST_F(MetadataLogTest, TheTwoLogsReadWhatTheyWrote) {
  OffsetLog offsets(&disk_, "/cp/offsets");
  CommitLog commits(&disk_, "/cp/commits");
  ASSERT_TRUE(offsets.Add(0, {.batch_timestamp_ms = 5, .offsets = {"{\"t\":{\"0\":1}}"}}).ok());
  ASSERT_TRUE(commits.Add(0, {.next_batch_watermark_ms = 6}).ok());
  EXPECT_EQ(offsets.Get(0)->batch_timestamp_ms, 5);
  EXPECT_EQ(commits.Get(0)->next_batch_watermark_ms, 6);
  EXPECT_EQ(offsets.Get(1).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(commits.Get(1).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(commits.Add(0, {}).spark_error().condition, "CONCURRENT_STREAM_LOG_UPDATE");
}

TEST_F(MetadataLogTest, AnOffsetIsOneLine) {
  OffsetLog offsets(&disk_, "/cp/offsets");
  for (const char* offset : {"", "a\nb", "a\r"}) {
    EXPECT_EQ(offsets.Add(0, {.offsets = {offset}}).code(), StatusCode::kInternal);
  }
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(MetadataLogTest, NoSpaceIsSaidAsSuch) {
  fs::FaultyFileSystem full(&disk_, [](const fs::Operation&) { return fs::Fault::kNoSpace; });
  OffsetLog offsets(&full, "/cp/offsets");
  const Status status = offsets.Add(0, {.offsets = {"1"}});
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), HasSubstr("No space left on device"));
}

}  // namespace
}  // namespace millrace::checkpoint
