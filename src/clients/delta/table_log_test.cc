#include "clients/delta/table_log.h"

#include <filesystem>
#include <set>
#include <thread>

#include <arrow/table.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uuid.h"
#include "clients/delta/checkpoint_writer.h"
#include "clients/delta/file_path.h"
#include "clients/parquet/parquet_reader.h"
#include "fs/faulty_file_system.h"
#include "fs/memory_file_system.h"
#include "millrace/types.h"

namespace millrace::clients::delta {
namespace {

using base::Status;
using base::StatusCode;
using fs::Fault;
using fs::Operation;

constexpr char kTable[] = "/t";

Metadata SomeMetadata() {
  Metadata metadata;
  metadata.id = "11111111-2222-3333-4444-555555555555";
  metadata.schema_string = StructType().add("id", LongType()).json();
  metadata.created_time = 1;
  return metadata;
}

Transaction Append(const TableLog& log, const std::string& app, std::int64_t batch,
                   const std::string& path) {
  Transaction transaction;
  if (!log.state().exists()) {
    transaction.metadata = SomeMetadata();
    transaction.protocol = Protocol();
  }
  transaction.read_version = log.state().version;
  transaction.txn = SetTransaction{app, batch, 5};
  transaction.operation = "STREAMING UPDATE";
  transaction.operation_parameters = {{"epochId", "\"" + std::to_string(batch) + "\""}};
  NewFile file;
  file.add.path = path;
  file.add.size = 10;
  file.add.stats = R"({"numRecords":3})";
  file.rows = 3;
  transaction.files.push_back(file);
  return transaction;
}

class TableLogTest : public ::testing::Test {
 protected:
  TableLog Open(fs::FileSystem* file_system) {
    return TableLog(file_system, kTable, base::Clock::System(), base::Random::System());
  }
  Status CommitOne(TableLog* log, const std::string& app, std::int64_t batch,
                   const std::string& path) {
    if (Status status = log->Refresh(); !status.ok()) return status;
    Transaction transaction = Append(*log, app, batch, path);
    return log->Commit(&transaction, {}).status();
  }
  Status Checkpoint(const TableLog& log, std::int64_t previous = -1) {
    return WriteCheckpoint(&memory_, "/t/_delta_log", log.state(), base::Clock::System()->Now(),
                           previous);
  }
  std::set<std::string> LiveFiles() {
    std::set<std::string> files;
    FileVisitor visitor;
    visitor.add = [&](AddFile&& add) {
      EXPECT_TRUE(files.insert(add.path).second) << add.path << " twice";
      return Status::Ok();
    };
    visitor.remove = [](RemoveFile&&) { return Status::Ok(); };
    const auto restart = [&] {
      files.clear();
      return Status::Ok();
    };
    TableLog log = Open(&memory_);
    EXPECT_TRUE(log.Refresh().ok());
    const Status status =
        ReconcileFiles(&memory_, "/t/_delta_log", log.state().version, visitor, restart);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return files;
  }

  fs::MemoryFileSystem memory_;
};

TEST_F(TableLogTest, CreatesAndAppends) {
  TableLog log = Open(&memory_);
  ASSERT_TRUE(CommitOne(&log, "q", 0, "a").ok());
  ASSERT_TRUE(CommitOne(&log, "q", 1, "b").ok());
  EXPECT_EQ(log.state().version, 1);
  EXPECT_EQ(log.state().TransactionVersion("q"), 1);
  EXPECT_EQ(log.state().TransactionVersion("other"), -1);

  TableLog reader = Open(&memory_);
  ASSERT_TRUE(reader.Refresh().ok());
  EXPECT_EQ(reader.state().version, 1);
  EXPECT_EQ(reader.state().TransactionVersion("q"), 1);
  EXPECT_EQ(reader.state().metadata, SomeMetadata());
  EXPECT_EQ(LiveFiles(), (std::set<std::string>{"a", "b"}));
}

TEST_F(TableLogTest, ActionsStandInSparksOrder) {
  TableLog log = Open(&memory_);
  ASSERT_TRUE(CommitOne(&log, "q", 0, "a").ok());
  const std::string text = memory_.Read("/t/_delta_log/00000000000000000000.json").value();
  std::vector<std::string> names;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    names.push_back(text.substr(at + 2, text.find('"', at + 2) - at - 2));
  }
  EXPECT_THAT(names, ::testing::ElementsAre("commitInfo", "metaData", "protocol", "txn", "add"));
}

TEST_F(TableLogTest, StepsOverOtherAppends) {
  TableLog ours = Open(&memory_);
  ASSERT_TRUE(CommitOne(&ours, "ours", 0, "a").ok());
  Transaction transaction = Append(ours, "ours", 1, "b");
  TableLog other = Open(&memory_);
  ASSERT_TRUE(CommitOne(&other, "other", 0, "x").ok());
  ASSERT_TRUE(CommitOne(&other, "other", 1, "y").ok());
  const auto version = ours.Commit(&transaction, {});
  ASSERT_TRUE(version.ok()) << version.status().ToString();
  EXPECT_EQ(*version, 3);
  EXPECT_EQ(ours.state().TransactionVersion("other"), 1);
  EXPECT_EQ(LiveFiles(), (std::set<std::string>{"a", "b", "x", "y"}));
}

TEST_F(TableLogTest, ATwinOfTheQueryIsAConflict) {
  TableLog ours = Open(&memory_);
  ASSERT_TRUE(CommitOne(&ours, "q", 0, "a").ok());
  Transaction transaction = Append(ours, "q", 1, "b");
  TableLog twin = Open(&memory_);
  ASSERT_TRUE(CommitOne(&twin, "q", 1, "c").ok());
  const Status status = ours.Commit(&transaction, {}).status();
  EXPECT_EQ(status.code(), StatusCode::kConflict);
  EXPECT_EQ(status.spark_error().condition, "DELTA_CONCURRENT_TRANSACTION");
  EXPECT_FALSE(transaction.in_doubt);
}

TEST_F(TableLogTest, TwoCreatorsOfATable) {
  TableLog ours = Open(&memory_);
  ASSERT_TRUE(ours.Refresh().ok());
  Transaction transaction = Append(ours, "q", 0, "a");
  TableLog other = Open(&memory_);
  ASSERT_TRUE(CommitOne(&other, "p", 0, "b").ok());
  EXPECT_EQ(ours.Commit(&transaction, {}).status().spark_error().condition,
            "DELTA_PROTOCOL_CHANGED");
}

TEST_F(TableLogTest, ASchemaChangeIsAConflict) {
  TableLog ours = Open(&memory_);
  ASSERT_TRUE(CommitOne(&ours, "q", 0, "a").ok());
  Transaction transaction = Append(ours, "q", 1, "b");
  TableLog other = Open(&memory_);
  ASSERT_TRUE(other.Refresh().ok());
  Transaction change = Append(other, "p", 0, "c");
  change.metadata = SomeMetadata();
  change.metadata->description = "changed";
  ASSERT_TRUE(other.Commit(&change, {}).ok());
  EXPECT_EQ(ours.Commit(&transaction, {}).status().spark_error().condition,
            "DELTA_METADATA_CHANGED");
}

TEST_F(TableLogTest, OneFileTwiceIsRefused) {
  TableLog log = Open(&memory_);
  ASSERT_TRUE(log.Refresh().ok());
  Transaction transaction = Append(log, "q", 0, "a%20b");
  transaction.files.push_back(transaction.files[0]);
  EXPECT_EQ(log.Commit(&transaction, {}).status().spark_error().condition,
            "DELTA_DUPLICATE_ACTIONS_FOUND");
}

// Each fault on the put of version 1, then a second try with the same transaction.
class CommitFault : public TableLogTest, public ::testing::WithParamInterface<Fault> {};

TEST_P(CommitFault, LandsOnceAllTheSame) {
  TableLog first = Open(&memory_);
  ASSERT_TRUE(CommitOne(&first, "q", 0, "a").ok());
  int faults = 1;
  fs::FaultyFileSystem faulty(&memory_, [&](const Operation& operation) {
    const bool hit = operation.kind == Operation::Kind::kCreateExclusive && faults-- > 0;
    return hit ? GetParam() : Fault::kNone;
  });
  TableLog log = Open(&faulty);
  ASSERT_TRUE(log.Refresh().ok());
  Transaction transaction = Append(log, "q", 1, "b");
  const auto once = log.Commit(&transaction, {});
  if (GetParam() == Fault::kFailAfter) {
    ASSERT_TRUE(once.ok()) << "a lost answer is found again: " << once.status().ToString();
  } else {
    EXPECT_EQ(once.status().code(), StatusCode::kUnavailable);
    EXPECT_FALSE(transaction.in_doubt);
    EXPECT_EQ(LiveFiles(), (std::set<std::string>{"a"}));
  }
  const auto twice = log.Commit(&transaction, {});
  ASSERT_TRUE(twice.ok()) << twice.status().ToString();
  EXPECT_EQ(*twice, 1);
  EXPECT_EQ(LiveFiles(), (std::set<std::string>{"a", "b"}));
}

INSTANTIATE_TEST_SUITE_P(Faults, CommitFault,
                         ::testing::Values(Fault::kFailBefore, Fault::kFailAfter, Fault::kTornTemp,
                                           Fault::kNoSpace));

TEST_F(TableLogTest, ALostAnswerThatCannotBeCheckedIsInDoubt) {
  TableLog first = Open(&memory_);
  ASSERT_TRUE(CommitOne(&first, "q", 0, "a").ok());
  bool put = false;
  bool down = true;
  fs::FaultyFileSystem faulty(&memory_, [&](const Operation& operation) {
    if (operation.kind == Operation::Kind::kCreateExclusive && !put) {
      put = true;
      return Fault::kFailAfter;
    }
    return put && down && operation.kind == Operation::Kind::kRead ? Fault::kFailBefore
                                                                   : Fault::kNone;
  });
  TableLog log = Open(&faulty);
  ASSERT_TRUE(log.Refresh().ok());
  Transaction transaction = Append(log, "q", 1, "b");
  EXPECT_EQ(log.Commit(&transaction, {}).status().code(), StatusCode::kUnavailable);
  EXPECT_TRUE(transaction.in_doubt);
  down = false;
  EXPECT_EQ(log.Commit(&transaction, {}).value(), 1);
  EXPECT_FALSE(transaction.in_doubt);
  EXPECT_EQ(LiveFiles(), (std::set<std::string>{"a", "b"}));
}

TEST_F(TableLogTest, ManyWritersOnALocalDiskLandOnceEach) {
  const std::string table = (std::filesystem::temp_directory_path() /
                             base::Uuid::Random(base::Random::System()).ToString())
                                .string();
  constexpr int kWriters = 4;
  constexpr int kCommits = 12;
  {
    TableLog creator(fs::LocalFileSystem(), table, base::Clock::System(), base::Random::System());
    ASSERT_TRUE(CommitOne(&creator, "creator", 0, "first").ok());
  }
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      TableLog log(fs::LocalFileSystem(), table, base::Clock::System(), base::Random::System());
      for (int batch = 0; batch < kCommits; ++batch) {
        const std::string name = std::to_string(writer) + "-" + std::to_string(batch);
        const Status status = CommitOne(&log, "w" + std::to_string(writer), batch, name);
        ASSERT_TRUE(status.ok()) << status.ToString();
        if (log.CheckpointDue()) {
          ASSERT_TRUE(WriteCheckpoint(fs::LocalFileSystem(), table + "/_delta_log", log.state(),
                                      base::Clock::System()->Now())
                          .ok());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  TableLog reader(fs::LocalFileSystem(), table, base::Clock::System(), base::Random::System());
  ASSERT_TRUE(reader.Refresh().ok());
  EXPECT_EQ(reader.state().version, kWriters * kCommits);
  int files = 0;
  FileVisitor visitor;
  visitor.add = [&](AddFile&&) {
    ++files;
    return Status::Ok();
  };
  visitor.remove = [](RemoveFile&&) { return Status::Ok(); };
  ASSERT_TRUE(ReconcileFiles(fs::LocalFileSystem(), table + "/_delta_log", reader.state().version,
                             visitor,
                             [&] {
                               files = 0;
                               return Status::Ok();
                             })
                  .ok());
  EXPECT_EQ(files, kWriters * kCommits + 1);
  std::filesystem::remove_all(table);
}

TEST_F(TableLogTest, CheckpointStandsInForTheCommits) {
  TableLog log = Open(&memory_);
  std::set<std::string> expected;
  for (int batch = 0; batch <= 23; ++batch) {
    expected.insert("f" + std::to_string(batch));
    ASSERT_TRUE(CommitOne(&log, "q", batch, "f" + std::to_string(batch)).ok());
    EXPECT_EQ(log.CheckpointDue(), batch == 10 || batch == 20);
    if (log.CheckpointDue()) {
      const Status written = Checkpoint(log);
      ASSERT_TRUE(written.ok()) << written.ToString();
    }
  }
  EXPECT_THAT(memory_.Read("/t/_delta_log/_last_checkpoint").value(),
              ::testing::StartsWith(R"({"version":20,"size":24,"sizeInBytes":)"));
  for (int version = 0; version < 20; ++version) {
    ASSERT_TRUE(memory_.Remove("/t/_delta_log/" + CommitFileName(version)).ok());
  }
  ASSERT_TRUE(memory_.Remove("/t/_delta_log/" + CheckpointFileName(10)).ok());
  TableLog reader = Open(&memory_);
  ASSERT_TRUE(reader.Refresh().ok());
  EXPECT_EQ(reader.state().version, 23);
  EXPECT_EQ(reader.state().TransactionVersion("q"), 23);
  EXPECT_EQ(reader.state().metadata, SomeMetadata());
  EXPECT_EQ(LiveFiles(), expected);
}

TEST_F(TableLogTest, ABrokenCheckpointIsPassedOver) {
  TableLog log = Open(&memory_);
  for (int batch = 0; batch <= 10; ++batch) {
    ASSERT_TRUE(CommitOne(&log, "q", batch, "f" + std::to_string(batch)).ok());
  }
  ASSERT_TRUE(memory_
                  .CreateExclusive("/t/_delta_log/" + CheckpointFileName(10),
                                   "PAR1 this is no checkpoint PAR1")
                  .ok());
  EXPECT_EQ(LiveFiles().size(), 11u);
}

TEST_F(TableLogTest, SparksStaleChecksumIsRemoved) {
  TableLog log = Open(&memory_);
  for (int batch = 0; batch <= 10; ++batch) {
    ASSERT_TRUE(CommitOne(&log, "q", batch, "f" + std::to_string(batch)).ok());
  }
  ASSERT_TRUE(memory_.CreateExclusive("/t/_delta_log/._last_checkpoint.crc", "crc").ok());
  ASSERT_TRUE(Checkpoint(log).ok());
  EXPECT_FALSE(memory_.Stat("/t/_delta_log/._last_checkpoint.crc").value().has_value());
}

TEST_F(TableLogTest, StatisticsAreNotLostInACheckpointOfAnotherForm) {
  TableLog log = Open(&memory_);
  ASSERT_TRUE(log.Refresh().ok());
  Transaction create = Append(log, "q", 0, "a");
  create.metadata->configuration["delta.checkpoint.writeStatsAsJson"] = "false";
  ASSERT_TRUE(log.Commit(&create, {}).ok());
  EXPECT_EQ(Checkpoint(log).code(), StatusCode::kUnsupported);
}

TEST_F(TableLogTest, ACheckpointOfAV2TableIsOfThatForm) {
  TableLog log = Open(&memory_);
  ASSERT_TRUE(log.Refresh().ok());
  Transaction create = Append(log, "q", 0, "a");
  create.protocol = Protocol{3, 7, std::vector<std::string>{"v2Checkpoint"},
                             std::vector<std::string>{"v2Checkpoint"}};
  ASSERT_TRUE(log.Commit(&create, {}).ok());
  ASSERT_TRUE(Checkpoint(log).ok());
  auto bytes = memory_.Read("/t/_delta_log/" + CheckpointFileName(0));
  auto reader = parquet::ParquetReader::Open(std::move(bytes).value(), "checkpoint");
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ((*reader)->ReadAll().value()->GetColumnByName("checkpointMetadata")->null_count(), 4);
  ASSERT_TRUE(memory_.Remove("/t/_delta_log/" + CommitFileName(0)).ok());
  EXPECT_EQ(LiveFiles(), (std::set<std::string>{"a"}));
}

TEST_F(TableLogTest, ATableThatIsMadeAnewIsNoticed) {
  TableLog log = Open(&memory_);
  ASSERT_TRUE(CommitOne(&log, "q", 0, "a").ok());
  ASSERT_TRUE(CommitOne(&log, "q", 1, "b").ok());
  ASSERT_TRUE(memory_.Remove("/t/_delta_log/" + CommitFileName(1)).ok());
  ASSERT_TRUE(log.Refresh().ok());
  EXPECT_EQ(log.state().version, 0);
}

TEST_F(TableLogTest, InCommitTimestampsAndRowIdsGrow) {
  TableLog log = Open(&memory_);
  ASSERT_TRUE(log.Refresh().ok());
  Transaction create = Append(log, "q", 0, "a");
  create.protocol =
      Protocol{1, 7, std::nullopt,
               std::vector<std::string>{"inCommitTimestamp", "rowTracking", "domainMetadata"}};
  create.metadata->configuration["delta.enableInCommitTimestamps"] = "true";
  ASSERT_TRUE(log.Commit(&create, {}).ok());
  const auto first = log.state().in_commit_timestamp;
  ASSERT_TRUE(first.has_value());
  ASSERT_TRUE(CommitOne(&log, "q", 1, "b").ok());
  EXPECT_GT(*log.state().in_commit_timestamp, *first);
  const std::string text = memory_.Read("/t/_delta_log/" + CommitFileName(1)).value();
  EXPECT_THAT(text, ::testing::HasSubstr(R"("baseRowId":3,"defaultRowCommitVersion":1)"));
  EXPECT_THAT(text, ::testing::HasSubstr(R"({"domainMetadata":{"domain":"delta.rowTracking",)"
                                         R"("configuration":"{\"rowIdHighWaterMark\":5,)"
                                         R"(\"domainName\":\"delta.rowTracking\"}")"));
}

}  // namespace
}  // namespace millrace::clients::delta
