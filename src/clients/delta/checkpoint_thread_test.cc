#include "clients/delta/checkpoint_thread.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/delta/checkpoint_writer.h"
#include "clients/delta/file_path.h"
#include "clients/delta/last_checkpoint.h"
#include "clients/delta/table_log.h"
#include "fs/faulty_file_system.h"
#include "fs/memory_file_system.h"
#include "millrace/types.h"

namespace millrace::clients::delta {
namespace {

using base::Status;
using fs::Fault;
using fs::Operation;
using ::testing::ElementsAre;

constexpr char kLog[] = "/t/_delta_log";

class CheckpointThreadTest : public ::testing::Test {
 protected:
  TableLog Open(fs::FileSystem* file_system) {
    return TableLog(file_system, "/t", base::Clock::System(), base::Random::System());
  }
  /// Commits one file named after the version.
  void CommitTo(TableLog* log, std::int64_t version) {
    while (log->state().version < version) {
      Transaction transaction;
      if (!log->state().exists()) {
        transaction.metadata = Metadata();
        transaction.metadata->id = "11111111-2222-3333-4444-555555555555";
        transaction.metadata->schema_string = StructType().add("id", LongType()).json();
        transaction.protocol = Protocol();
      }
      NewFile file;
      file.add.path = "f" + std::to_string(log->state().version + 1);
      transaction.files.push_back(file);
      transaction.txn = SetTransaction{"q", log->state().version + 1, 5};
      transaction.operation = "STREAMING UPDATE";
      const auto committed = log->Commit(&transaction, {});
      ASSERT_TRUE(committed.ok()) << committed.status().ToString();
    }
  }
  Status Write(const TableState& state, std::int64_t previous = -1) {
    return WriteCheckpoint(memory_.get(), kLog, state, base::Clock::System()->Now(), previous);
  }
  std::set<std::string> LiveFiles(std::int64_t version) {
    std::set<std::string> files;
    FileVisitor visitor;
    visitor.add = [&](AddFile&& add) {
      EXPECT_TRUE(files.insert(add.path).second) << add.path << " twice";
      return Status::Ok();
    };
    visitor.remove = [](RemoveFile&&) { return Status::Ok(); };
    const Status status = ReconcileFiles(memory_.get(), kLog, version, visitor, [&] {
      files.clear();
      return Status::Ok();
    });
    EXPECT_TRUE(status.ok()) << status.ToString();
    return files;
  }
  std::vector<std::int64_t> Checkpoints() {
    std::vector<std::int64_t> versions;
    const auto files = memory_->List(kLog);
    for (const auto& file : files.value()) {
      const LogFileName name = ParseLogFileName(file.name);
      if (name.kind == LogFileName::Kind::kCheckpointV1) versions.push_back(name.version);
    }
    return versions;
  }
  std::int64_t HintedVersion() {
    const auto bytes = memory_->Read(fs::Join(kLog, "_last_checkpoint"));
    if (!bytes.ok()) return -1;
    const auto hint = ParseLastCheckpoint(*bytes, "_last_checkpoint");
    EXPECT_TRUE(hint.ok()) << hint.status().ToString();
    return hint.ok() ? hint->version : -1;
  }

  std::unique_ptr<fs::MemoryFileSystem> memory_ = std::make_unique<fs::MemoryFileSystem>();
};

TEST_F(CheckpointThreadTest, WritesWhatIsAskedFor) {
  TableLog log = Open(memory_.get());
  CommitTo(&log, 10);
  CheckpointThread thread(memory_.get(), kLog, base::Clock::System(), "/t");
  thread.Request(log.state());
  thread.WaitUntilIdle();
  EXPECT_THAT(Checkpoints(), ElementsAre(10));
  EXPECT_EQ(HintedVersion(), 10);
  CommitTo(&log, 20);
  thread.Request(log.state());
  thread.WaitUntilIdle();
  EXPECT_THAT(Checkpoints(), ElementsAre(10, 20));
  EXPECT_EQ(HintedVersion(), 20);
}

// A disk on which a checkpoint file cannot be opened before Release().
class Gate {
 public:
  Fault Pass(const Operation& operation) {
    if (operation.kind != Operation::Kind::kOpenOutput) return Fault::kNone;
    std::unique_lock lock(mutex_);
    waiting_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
    return Fault::kNone;
  }
  void WaitForVisitor() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_; });
  }
  void Release() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool waiting_ = false;
  bool open_ = false;
};

TEST_F(CheckpointThreadTest, CommitsDoNotWaitAndOnlyTheNewestRequestIsKept) {
  Gate gate;
  fs::FaultyFileSystem slow(memory_.get(), [&](const Operation& o) { return gate.Pass(o); });
  TableLog log = Open(memory_.get());
  CommitTo(&log, 10);
  CheckpointThread thread(&slow, kLog, base::Clock::System(), "/t");
  thread.Request(log.state());
  gate.WaitForVisitor();
  CommitTo(&log, 20);
  thread.Request(log.state());
  CommitTo(&log, 30);
  thread.Request(log.state());
  EXPECT_TRUE(Checkpoints().empty());
  gate.Release();
  thread.WaitUntilIdle();
  EXPECT_THAT(Checkpoints(), ElementsAre(10, 30));
  EXPECT_EQ(HintedVersion(), 30);
}

TEST_F(CheckpointThreadTest, TheEndWaitsForWhatIsBeingWritten) {
  Gate gate;
  fs::FaultyFileSystem slow(memory_.get(), [&](const Operation& o) { return gate.Pass(o); });
  TableLog log = Open(memory_.get());
  CommitTo(&log, 10);
  {
    CheckpointThread thread(&slow, kLog, base::Clock::System(), "/t");
    thread.Request(log.state());
    gate.WaitForVisitor();
    gate.Release();
  }
  EXPECT_THAT(Checkpoints(), ElementsAre(10));
}

TEST_F(CheckpointThreadTest, AFailureCostsOneCheckpoint) {
  std::atomic<bool> broken = true;
  fs::FaultyFileSystem faulty(memory_.get(), [&](const Operation& operation) {
    const bool opens = operation.kind == Operation::Kind::kOpenOutput;
    return broken && opens ? Fault::kNoSpace : Fault::kNone;
  });
  TableLog log = Open(memory_.get());
  CommitTo(&log, 10);
  CheckpointThread thread(&faulty, kLog, base::Clock::System(), "/t");
  thread.Request(log.state());
  thread.WaitUntilIdle();
  EXPECT_TRUE(Checkpoints().empty());
  broken = false;
  CommitTo(&log, 20);
  thread.Request(log.state());
  thread.WaitUntilIdle();
  EXPECT_THAT(Checkpoints(), ElementsAre(20));
}

// The process dies at each step of the second checkpoint; what is left is a table that reads the
// same, and a hint to a checkpoint that is there.
TEST_F(CheckpointThreadTest, KilledAnywhereTheTableStaysReadable) {
  for (std::int64_t step = 0;; ++step) {
    memory_ = std::make_unique<fs::MemoryFileSystem>();
    TableLog log = Open(memory_.get());
    CommitTo(&log, 10);
    ASSERT_TRUE(Write(log.state()).ok());
    CommitTo(&log, 20);
    const std::set<std::string> before = LiveFiles(20);

    fs::FaultyFileSystem* self = nullptr;
    fs::FaultyFileSystem mortal(memory_.get(), [&](const Operation& operation) {
      if (operation.index < step) return Fault::kNone;
      self->Kill();
      return Fault::kTornTemp;
    });
    self = &mortal;
    const Status written =
        WriteCheckpoint(&mortal, kLog, log.state(), base::Clock::System()->Now(), 10);

    const auto state = LoadTableState(memory_.get(), kLog);
    ASSERT_TRUE(state.ok()) << "step " << step << ": " << state.status().ToString();
    EXPECT_EQ(state->version, 20);
    EXPECT_EQ(state->TransactionVersion("q"), 20);
    EXPECT_EQ(LiveFiles(20), before) << "step " << step;
    EXPECT_THAT(Checkpoints(), ::testing::Contains(HintedVersion()));
    if (written.ok()) {
      EXPECT_GT(step, 5);
      break;
    }
  }
}

TEST_F(CheckpointThreadTest, TheHintIsNotMovedBack) {
  TableLog log = Open(memory_.get());
  CommitTo(&log, 10);
  const TableState older = log.state();
  CommitTo(&log, 20);
  ASSERT_TRUE(Write(log.state()).ok());
  ASSERT_TRUE(Write(older).ok());
  EXPECT_THAT(Checkpoints(), ElementsAre(10, 20));
  EXPECT_EQ(HintedVersion(), 20);
  ASSERT_TRUE(memory_->Replace(fs::Join(kLog, "_last_checkpoint"), "{").ok());
  CommitTo(&log, 21);
  ASSERT_TRUE(Write(log.state()).ok());
  EXPECT_EQ(HintedVersion(), 21);
}

TEST_F(CheckpointThreadTest, AKnownCheckpointSparesTheListing) {
  std::atomic<int> listings = 0;
  fs::FaultyFileSystem counting(memory_.get(), [&](const Operation& operation) {
    if (operation.kind == Operation::Kind::kList) ++listings;
    return Fault::kNone;
  });
  TableLog log = Open(memory_.get());
  CommitTo(&log, 10);
  CheckpointThread thread(&counting, kLog, base::Clock::System(), "/t");
  for (const std::int64_t version : {10, 20, 30}) {
    CommitTo(&log, version);
    thread.Request(log.state());
    thread.WaitUntilIdle();
  }
  EXPECT_EQ(listings, 1);
  const std::set<std::string> before = LiveFiles(30);
  EXPECT_EQ(before.size(), 31u);

  // It is no longer there: the listing finds another way.
  ASSERT_TRUE(memory_->Remove(fs::Join(kLog, CheckpointFileName(30))).ok());
  CommitTo(&log, 40);
  thread.Request(log.state());
  thread.WaitUntilIdle();
  EXPECT_EQ(listings, 2);
  EXPECT_THAT(Checkpoints(), ElementsAre(10, 20, 40));
  EXPECT_EQ(LiveFiles(40).size(), 41u);
}

// What a commit costs does not depend on how many there were.
TEST_F(CheckpointThreadTest, ACommitCostsTheSameInAnOldTable) {
  std::vector<Operation::Kind> operations;
  fs::FaultyFileSystem counting(memory_.get(), [&](const Operation& operation) {
    operations.push_back(operation.kind);
    return Fault::kNone;
  });
  TableLog log = Open(&counting);
  const auto cost_of = [&](std::int64_t version) {
    CommitTo(&log, version - 1);
    operations.clear();
    EXPECT_TRUE(log.Refresh().ok());
    CommitTo(&log, version);
    return operations;
  };
  const auto young = cost_of(10);
  EXPECT_LE(young.size(), 6u);
  EXPECT_EQ(cost_of(3000), young);
  EXPECT_THAT(young, ::testing::Not(::testing::Contains(Operation::Kind::kList)));
}

}  // namespace
}  // namespace millrace::clients::delta
