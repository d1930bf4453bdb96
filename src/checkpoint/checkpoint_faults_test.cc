#include <cstdlib>
#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/log_format.h"
#include "checkpoint/recorded_conf.h"
#include "fs/faulty_file_system.h"
#include "fs/memory_file_system.h"

namespace millrace::checkpoint {
namespace {

using base::Status;
using base::StatusCode;

constexpr std::int64_t kRetain = 3;
constexpr std::int64_t kBatches = 8;

OffsetSeq Planned(std::int64_t id) {
  return {.batch_timestamp_ms = 1000 + id,
          .conf = RecordedConf(2),
          .offsets = {fmt::format("{{\"t\":{{\"0\":{}}}}}", 10 * id)}};
}

/// Does what a query does until `batches` are complete, from whatever state the directory is in.
Status RunBatches(fs::FileSystem* disk, const std::string& directory, std::int64_t batches,
                  std::uint64_t seed) {
  base::Random random(seed);
  MILLRACE_ASSIGN_OR_RETURN(const auto checkpoint, Checkpoint::Open(disk, directory, &random));
  MILLRACE_ASSIGN_OR_RETURN(const RecoveredState state, checkpoint->Recover(1));
  std::int64_t next = state.latest ? state.latest->first + 1 : 0;
  if (state.latest && (!state.last_commit || state.last_commit->first < state.latest->first)) {
    MILLRACE_RETURN_IF_ERROR(checkpoint->commits().Add(state.latest->first, {}));
  }
  for (; next < batches; ++next) {
    MILLRACE_RETURN_IF_ERROR(checkpoint->offsets().Add(next, Planned(next)));
    MILLRACE_RETURN_IF_ERROR(checkpoint->Purge(next, kRetain));
    MILLRACE_RETURN_IF_ERROR(checkpoint->commits().Add(next, {}));
  }
  return Status::Ok();
}

using Contents = std::map<std::string, std::string>;

/// Every file that is visible: not under a dotted name.
Contents VisibleFiles(fs::FileSystem* disk, const std::string& directory) {
  Contents contents;
  const auto entries = disk->List(directory);
  if (!entries.ok()) return contents;
  for (const auto& entry : *entries) {
    const std::string path = fs::Join(directory, entry.name);
    if (entry.is_directory) {
      contents.merge(VisibleFiles(disk, path));
    } else if (!entry.name.starts_with('.')) {
      contents[path] = *disk->Read(path);
    }
  }
  return contents;
}

/// No file is partial, whatever happened: each has exactly the bytes that were meant.
void ExpectWhole(const Contents& contents, const std::string& directory) {
  for (const auto& [path, bytes] : contents) {
    const std::string name(fs::BaseName(path));
    if (path == fs::Join(directory, "metadata")) {
      EXPECT_EQ(bytes.size(), 45U) << path;
    } else if (path.find("/offsets/") != path.npos) {
      EXPECT_EQ(bytes, Encode(Planned(std::stoll(name)))) << path;
    } else {
      EXPECT_EQ(bytes, Encode(CommitMetadata{})) << path;
    }
  }
}

void ExpectNothingOverwritten(const Contents& before, const Contents& after) {
  for (const auto& [path, bytes] : before) {
    const auto found = after.find(path);
    if (found == after.end()) continue;  // Purged.
    EXPECT_EQ(found->second, bytes) << path;
  }
}

/// The run goes wrong at operation `index`; the successor must find a good directory and finish.
void FailAndRecover(fs::Fault fault, bool kill, std::int64_t index) {
  SCOPED_TRACE(
      fmt::format("fault {} kill {} at operation {}", static_cast<int>(fault), kill, index));
  fs::MemoryFileSystem disk;
  fs::FaultyFileSystem* self = nullptr;
  fs::FaultyFileSystem faulty(&disk, [&](const fs::Operation& operation) {
    if (operation.index != index) return fs::Fault::kNone;
    if (kill) self->Kill();
    return fault;
  });
  self = &faulty;
  const Status first = RunBatches(&faulty, "/cp", kBatches, 1);
  EXPECT_EQ(first.code(), kill ? StatusCode::kCancelled : StatusCode::kUnavailable)
      << first.ToString();

  const Contents before = VisibleFiles(&disk, "/cp");
  ExpectWhole(before, "/cp");
  const Status second = RunBatches(&disk, "/cp", kBatches, 2);
  ASSERT_TRUE(second.ok()) << second.ToString();
  const Contents after = VisibleFiles(&disk, "/cp");
  ExpectWhole(after, "/cp");
  ExpectNothingOverwritten(before, after);

  for (const char* log : {"offsets", "commits"}) {
    for (std::int64_t id = kBatches - kRetain - 1; id < kBatches; ++id) {
      EXPECT_TRUE(after.contains(fmt::format("/cp/{}/{}", log, id))) << log << "/" << id;
    }
  }
}

std::int64_t OperationsOfAGoodRun() {
  fs::MemoryFileSystem disk;
  fs::FaultyFileSystem counted(&disk, nullptr);
  EXPECT_TRUE(RunBatches(&counted, "/cp", kBatches, 1).ok());
  return counted.operations();
}

TEST(CheckpointFaultsTest, WhateverFailsWhereverTheSuccessorGoesOn) {
  const std::int64_t operations = OperationsOfAGoodRun();
  ASSERT_GT(operations, 30);
  for (std::int64_t index = 0; index < operations; ++index) {
    for (const fs::Fault fault : {fs::Fault::kFailBefore, fs::Fault::kFailAfter,
                                  fs::Fault::kTornTemp, fs::Fault::kNoSpace}) {
      FailAndRecover(fault, /*kill=*/false, index);
    }
    FailAndRecover(fs::Fault::kNone, /*kill=*/true, index);
  }
}

TEST(CheckpointFaultsTest, TheCheckSeesAPartialFile) {
  fs::MemoryFileSystem disk;
  ASSERT_TRUE(RunBatches(&disk, "/cp", kBatches, 1).ok());
  Contents contents = VisibleFiles(&disk, "/cp");
  ASSERT_FALSE(contents.empty());
  contents["/cp/offsets/7"].pop_back();
  EXPECT_NE(contents["/cp/offsets/7"], Encode(Planned(7)));
  EXPECT_FALSE(DecodeOffsetSeq(contents["/cp/offsets/7"].substr(0, 40), "/cp/offsets/7").ok());
}

/// A folder on the real disk that goes away with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "millrace-checkpoint-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(CheckpointFaultsTest, AProcessKilledAnywhereLeavesAGoodDirectory) {
  const TemporaryFolder folder;
  fs::FileSystem* disk = fs::LocalFileSystem();
  base::Random random(7);
  std::int64_t reached = -1;
  // On a busy machine the first children may not get as far as a batch: more rounds, longer ones.
  for (int round = 0; round < 25 || (reached < 1 && round < 500); ++round) {
    const pid_t pid = fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      const Status status = RunBatches(disk, folder.path(), 1'000'000, round);
      fmt::print(stderr, "{}\n", status.ToString());
      _exit(1);
    }
    usleep(static_cast<useconds_t>(1000 + random.Below(15'000) * (1 + round / 25)));
    kill(pid, SIGKILL);
    int how = 0;
    ASSERT_EQ(waitpid(pid, &how, 0), pid);
    ASSERT_TRUE(WIFSIGNALED(how)) << "the child failed in round " << round;

    ExpectWhole(VisibleFiles(disk, folder.path()), folder.path());
    const auto checkpoint = Checkpoint::Open(disk, folder.path(), &random);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
    const auto state = (*checkpoint)->Recover(1);
    ASSERT_TRUE(state.ok()) << state.status().ToString();
    const std::int64_t newest = state->latest ? state->latest->first : -1;
    EXPECT_GE(newest, reached);
    reached = newest;
  }
  EXPECT_GT(reached, 0);
}

}  // namespace
}  // namespace millrace::checkpoint
