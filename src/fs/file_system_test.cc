#include "fs/file_system.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/errno_status.h"
#include "fs/memory_file_system.h"

namespace millrace::fs {
namespace {

using base::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;

/// A folder that goes away with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "millrace-fs-XXXXXX";
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

std::vector<std::string> Names(FileSystem* disk, const std::string& directory) {
  std::vector<std::string> names;
  const auto entries = disk->List(directory);
  EXPECT_TRUE(entries.ok()) << entries.status().ToString();
  if (!entries.ok()) return names;
  for (const FileInfo& entry : *entries) names.push_back(entry.name);
  return names;
}

/// What every store must do. One instance for each store.
class FileSystemTest : public testing::TestWithParam<bool> {
 protected:
  FileSystem* disk() { return GetParam() ? LocalFileSystem() : &memory_; }
  std::string Path(std::string_view name) { return Join(folder_.path(), name); }
  std::string ReadOf(std::string_view name) {
    const auto bytes = disk()->Read(Path(name));
    return bytes.ok() ? *bytes : bytes.status().ToString();
  }

  TemporaryFolder folder_;
  MemoryFileSystem memory_;
};

TEST_P(FileSystemTest, CreateExclusiveMakesParentsAndNeverOverwrites) {
  ASSERT_TRUE(disk()->CreateExclusive(Path("a/b/7"), "first").ok());
  const base::Status second = disk()->CreateExclusive(Path("a/b/7"), "second");
  EXPECT_EQ(second.code(), StatusCode::kConflict);
  EXPECT_THAT(second.message(), HasSubstr("a/b/7 exists already"));
  EXPECT_EQ(ReadOf("a/b/7"), "first");
  EXPECT_THAT(Names(disk(), Path("a/b")), ElementsAre("7"));
}

TEST_P(FileSystemTest, ReadsAtAnyPlace) {
  ASSERT_TRUE(disk()->CreateExclusive(Path("x"), "0123456789").ok());
  const auto file = disk()->OpenInput(Path("x"));
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  EXPECT_EQ((*file)->size_bytes(), 10);
  std::string bytes(4, ' ');
  EXPECT_EQ((*file)->ReadAt(3, 4, bytes.data()).value(), 4);
  EXPECT_EQ(bytes, "3456");
  EXPECT_EQ((*file)->ReadAt(8, 4, bytes.data()).value(), 2);
  EXPECT_EQ(bytes, "8956");
  EXPECT_EQ((*file)->ReadAt(11, 4, bytes.data()).value(), 0);
  EXPECT_EQ(disk()->OpenInput(Path("y")).status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(disk()->MakeDirectories(Path("d")).ok());
  EXPECT_FALSE(disk()->OpenInput(Path("d")).ok());
}

TEST_P(FileSystemTest, MovesFilesAndFoldersWithoutReplacing) {
  ASSERT_TRUE(disk()->CreateExclusive(Path("a/x"), "x").ok());
  ASSERT_TRUE(disk()->CreateExclusive(Path("a/y"), "y").ok());
  ASSERT_TRUE(disk()->CreateExclusive(Path("ab"), "ab").ok());
  ASSERT_TRUE(disk()->Move(Path("a"), Path("b/c")).ok());
  EXPECT_EQ(ReadOf("b/c/x"), "x");
  EXPECT_EQ(ReadOf("b/c/y"), "y");
  EXPECT_EQ(ReadOf("ab"), "ab");
  EXPECT_FALSE(disk()->Stat(Path("a")).value().has_value());
  EXPECT_EQ(disk()->Move(Path("ab"), Path("b/c/x")).code(), StatusCode::kConflict);
  EXPECT_EQ(ReadOf("b/c/x"), "x");
  EXPECT_EQ(disk()->Move(Path("gone"), Path("z")).code(), StatusCode::kNotFound);
}

TEST_P(FileSystemTest, KeepsEveryByte) {
  std::string bytes(300'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31);
  ASSERT_TRUE(disk()->CreateExclusive(Path("x"), bytes).ok());
  EXPECT_EQ(ReadOf("x"), bytes);
  ASSERT_TRUE(disk()->CreateExclusive(Path("empty"), "").ok());
  EXPECT_EQ(ReadOf("empty"), "");
}

TEST_P(FileSystemTest, OnlyOneOfManyCreatesTheFile) {
  std::vector<base::Status> answers(8);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      threads.emplace_back(
          [&, i] { answers[i] = disk()->CreateExclusive(Path("d/0"), std::to_string(i)); });
    }
  }
  int winners = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i].ok()) {
      EXPECT_EQ(answers[i].code(), StatusCode::kConflict) << answers[i].ToString();
      continue;
    }
    ++winners;
    EXPECT_EQ(ReadOf("d/0"), std::to_string(i));
  }
  EXPECT_EQ(winners, 1);
  EXPECT_THAT(Names(disk(), Path("d")), ElementsAre("0"));
}

TEST_P(FileSystemTest, ReplaceTakesWhateverStoodThere) {
  ASSERT_TRUE(disk()->Replace(Path("d/hint"), "long first text").ok());
  ASSERT_TRUE(disk()->Replace(Path("d/hint"), "second").ok());
  EXPECT_EQ(ReadOf("d/hint"), "second");
  EXPECT_THAT(Names(disk(), Path("d")), ElementsAre("hint"));
}

TEST_P(FileSystemTest, AStaleHadoopChecksumGoes) {
  ASSERT_TRUE(disk()->CreateExclusive(Path("d/.3.crc"), "crc").ok());
  ASSERT_TRUE(disk()->CreateExclusive(Path("d/3"), "x").ok());
  ASSERT_TRUE(disk()->CreateExclusive(Path("d/._last.crc"), "crc").ok());
  ASSERT_TRUE(disk()->Replace(Path("d/_last"), "x").ok());
  EXPECT_THAT(Names(disk(), Path("d")), ElementsAre("3", "_last"));
}

TEST_P(FileSystemTest, TheLoserOfARaceLeavesTheWinnersChecksum) {
  ASSERT_TRUE(disk()->CreateExclusive(Path("d/3"), "x").ok());
  ASSERT_TRUE(disk()->CreateExclusive(Path("d/.3.crc"), "crc").ok());
  EXPECT_FALSE(disk()->CreateExclusive(Path("d/3"), "y").ok());
  EXPECT_THAT(Names(disk(), Path("d")), ElementsAre(".3.crc", "3"));
}

TEST_P(FileSystemTest, OutputAppearsAtClose) {
  auto file = disk()->OpenOutput(Path("t/part-0.parquet"));
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  const std::string large(200'000, 'b');
  ASSERT_TRUE((*file)->Append("a").ok());
  ASSERT_TRUE((*file)->Append(large).ok());
  ASSERT_TRUE((*file)->Append("c").ok());
  EXPECT_EQ((*file)->size_bytes(), 200'002);
  EXPECT_FALSE((*disk()->Stat(Path("t/part-0.parquet"))).has_value());
  ASSERT_TRUE((*file)->Close().ok());
  EXPECT_EQ(ReadOf("t/part-0.parquet"), "a" + large + "c");
  EXPECT_THAT(Names(disk(), Path("t")), ElementsAre("part-0.parquet"));
}

TEST_P(FileSystemTest, OutputNeverOverwritesAndLeavesNothingUnclosed) {
  ASSERT_TRUE(disk()->CreateExclusive(Path("t/x"), "old").ok());
  {
    auto file = disk()->OpenOutput(Path("t/x"));
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->Append("new").ok());
    EXPECT_EQ((*file)->Close().code(), StatusCode::kConflict);
    EXPECT_EQ((*file)->Append("more").code(), StatusCode::kInternal);
    EXPECT_EQ((*file)->Close().code(), StatusCode::kInternal);
    auto dropped = disk()->OpenOutput(Path("t/y"));
    ASSERT_TRUE(dropped.ok());
    ASSERT_TRUE((*dropped)->Append(std::string(100'000, 'z')).ok());
  }
  EXPECT_EQ(ReadOf("t/x"), "old");
  EXPECT_THAT(Names(disk(), Path("t")), ElementsAre("x"));
}

TEST_P(FileSystemTest, NothingThereIsNotFoundOrEmpty) {
  EXPECT_EQ(disk()->Read(Path("no/file")).status().code(), StatusCode::kNotFound);
  EXPECT_THAT(disk()->Read(Path("no/file")).status().message(), HasSubstr("no/file"));
  EXPECT_EQ(disk()->List(Path("no")).status().code(), StatusCode::kNotFound);
  const auto info = disk()->Stat(Path("no/file"));
  ASSERT_TRUE(info.ok());
  EXPECT_FALSE(info->has_value());
  EXPECT_TRUE(disk()->Remove(Path("no/file")).ok());
}

TEST_P(FileSystemTest, ListAndStatTellNameKindSizeAndTime) {
  const auto before = base::Clock::System()->Now() - std::chrono::seconds(2);
  ASSERT_TRUE(disk()->CreateExclusive(Path("d/10"), "12345").ok());
  ASSERT_TRUE(disk()->CreateExclusive(Path("d/sub/x"), "").ok());
  ASSERT_TRUE(disk()->CreateExclusive(Path("d/.hidden"), "").ok());
  const auto entries = disk()->List(Path("d"));
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ((*entries)[0].name, ".hidden");
  EXPECT_EQ((*entries)[1].name, "10");
  EXPECT_EQ((*entries)[1].size_bytes, 5);
  EXPECT_FALSE((*entries)[1].is_directory);
  EXPECT_GE((*entries)[1].modified, before);
  EXPECT_EQ((*entries)[2].name, "sub");
  EXPECT_TRUE((*entries)[2].is_directory);
  const auto info = disk()->Stat(Path("d/10"));
  ASSERT_TRUE(info.ok() && info->has_value());
  EXPECT_EQ((*info)->name, "10");
  EXPECT_EQ((*info)->size_bytes, 5);
  const auto folder = disk()->Stat(Path("d"));
  ASSERT_TRUE(folder.ok() && folder->has_value());
  EXPECT_TRUE((*folder)->is_directory);
}

TEST_P(FileSystemTest, MakeDirectoriesTwiceAndOverAFile) {
  ASSERT_TRUE(disk()->MakeDirectories(Path("p/q/r")).ok());
  ASSERT_TRUE(disk()->MakeDirectories(Path("p/q/r")).ok());
  EXPECT_TRUE(Names(disk(), Path("p/q/r")).empty());
  ASSERT_TRUE(disk()->CreateExclusive(Path("p/file"), "").ok());
  const base::Status status = disk()->MakeDirectories(Path("p/file/x"));
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("is a file, not a folder"));
  EXPECT_EQ(disk()->CreateExclusive(Path("p/file/x"), "").code(), StatusCode::kInvalidArgument);
}

TEST_P(FileSystemTest, RemoveTakesFilesAndEmptyFolders) {
  ASSERT_TRUE(disk()->CreateExclusive(Path("d/x"), "1").ok());
  EXPECT_EQ(disk()->Remove(Path("d")).code(), StatusCode::kConflict);
  EXPECT_TRUE(disk()->Remove(Path("d/x")).ok());
  EXPECT_TRUE(disk()->Remove(Path("d")).ok());
  EXPECT_EQ(disk()->List(Path("d")).status().code(), StatusCode::kNotFound);
}

TEST_P(FileSystemTest, ALockHasOneHolderInThisProcess) {
  auto first = disk()->TryLock(Path("c/.lock"));
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  const auto second = disk()->TryLock(Path("c/.lock"));
  EXPECT_EQ(second.status().code(), StatusCode::kConflict);
  EXPECT_THAT(second.status().message(), HasSubstr("c/.lock is locked by this process"));
  EXPECT_TRUE(disk()->TryLock(Path("c/.other")).ok());
  *first = nullptr;
  EXPECT_TRUE(disk()->TryLock(Path("c/.lock")).ok());
}

INSTANTIATE_TEST_SUITE_P(Stores, FileSystemTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "Local" : "Memory"; });

/// Runs `child` in a process of its own until the parent kills it; `parent` runs once the child has
/// written its byte.
void WithChild(const std::function<bool()>& child, const std::function<void(pid_t)>& parent) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t pid = fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    const char answer = child() ? '1' : '0';
    if (write(ready[1], &answer, 1) != 1) _exit(1);
    while (true) pause();
  }
  char answer = '?';
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, '1');
  parent(pid);
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
}

TEST(LocalFileSystemTest, ALockNamesItsProcessAndDiesWithIt) {
  const TemporaryFolder folder;
  const std::string path = Join(folder.path(), ".lock");
  const auto hold = [&] {
    auto lock = LocalFileSystem()->TryLock(path);
    return lock.ok() && lock->release() != nullptr;
  };
  WithChild(hold, [&](pid_t pid) {
    const auto lock = LocalFileSystem()->TryLock(path);
    EXPECT_EQ(lock.status().code(), StatusCode::kConflict);
    EXPECT_THAT(lock.status().message(), HasSubstr(fmt::format("process {} on host ", pid)));
  });
  EXPECT_TRUE(LocalFileSystem()->TryLock(path).ok());
}

TEST(LocalFileSystemTest, ALockDoesNotNameAProcessThatIsGone) {
  const TemporaryFolder folder;
  const std::string path = Join(folder.path(), ".lock");
  pid_t gone = 0;
  const auto hold = [&] { return LocalFileSystem()->TryLock(path)->release() != nullptr; };
  WithChild(hold, [&](pid_t pid) { gone = pid; });
  EXPECT_THAT(LocalFileSystem()->Read(path).value(), HasSubstr(fmt::format("{} ", gone)));
  // Somebody has the lock and has not said yet who he is.
  const auto hold_silently = [&] {
    const int fd = open(path.c_str(), O_RDWR);
    return flock(fd, LOCK_EX | LOCK_NB) == 0;
  };
  WithChild(hold_silently, [&](pid_t) {
    EXPECT_THAT(LocalFileSystem()->TryLock(path).status().message(),
                HasSubstr("is locked by another process"));
  });
  ASSERT_TRUE(LocalFileSystem()->TryLock(path).ok());
  EXPECT_EQ(LocalFileSystem()->Read(path).value(), "");
}

TEST_P(FileSystemTest, SyncDirectoryOfWhatIsThereAndIsNot) {
  ASSERT_TRUE(disk()->CreateExclusive(Path("d/x"), "1").ok());
  EXPECT_TRUE(disk()->SyncDirectory(Path("d")).ok());
  EXPECT_TRUE(disk()->SyncDirectory(Path("nothing/there")).ok());
}

TEST(LocalFileSystemTest, ALeftOverTemporaryFileIsHarmless) {
  const TemporaryFolder folder;
  const std::string path = Join(folder.path(), "d/0");
  ASSERT_TRUE(LocalFileSystem()->MakeDirectories(Join(folder.path(), "d")).ok());
  std::ofstream(Join(folder.path(), "d/.0.aaaa.tmp")) << "half";
  ASSERT_TRUE(LocalFileSystem()->CreateExclusive(path, "whole").ok());
  EXPECT_EQ(*LocalFileSystem()->Read(path), "whole");
  EXPECT_EQ(LocalFileSystem()->CreateExclusive(path, "again").code(), StatusCode::kConflict);
}

TEST(LocalFileSystemTest, AFileThatIsTakenAwayUnderWayIsNotPublished) {
  const TemporaryFolder folder;
  auto file = LocalFileSystem()->OpenOutput(Join(folder.path(), "x"));
  ASSERT_TRUE(file.ok() && (*file)->Append("bytes").ok());
  ASSERT_TRUE(LocalFileSystem()
                  ->Remove(Join(folder.path(), Names(LocalFileSystem(), folder.path())[0]))
                  .ok());
  const base::Status status = (*file)->Close();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), HasSubstr("does another process use this folder?"));
}

TEST(LocalFileSystemTest, ASymbolicLinkThatLeadsNowhereIsNotOverwritten) {
  const TemporaryFolder folder;
  const std::string path = Join(folder.path(), "link");
  std::filesystem::create_symlink("nowhere", path);
  EXPECT_EQ(LocalFileSystem()->CreateExclusive(path, "x").code(), StatusCode::kConflict);
  EXPECT_TRUE(std::filesystem::is_symlink(path));
}

TEST(LocalFileSystemTest, ReadingAFolderSaysSo) {
  const TemporaryFolder folder;
  const auto bytes = LocalFileSystem()->Read(folder.path());
  EXPECT_EQ(bytes.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(bytes.status().message(), HasSubstr("it is a folder"));
}

TEST(LocalFileSystemTest, ATooLongNameIsRefused) {
  const TemporaryFolder folder;
  const base::Status status =
      LocalFileSystem()->CreateExclusive(Join(folder.path(), std::string(300, 'n')), "x");
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("choose a shorter name"));
}

TEST(LocalFileSystemTest, WithoutPermissionTheTextNamesPathAndUser) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const TemporaryFolder folder;
  std::filesystem::permissions(
      folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const base::Status status = LocalFileSystem()->CreateExclusive(Join(folder.path(), "x"), "x");
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), HasSubstr(fmt::format("uid {}", geteuid())));
}

TEST(ErrnoStatusTest, SaysWhatHappenedAndWhatToDo) {
  const base::Status space = ErrnoStatus(ENOSPC, "write", "/d/x");
  EXPECT_EQ(space.code(), StatusCode::kUnavailable);
  EXPECT_EQ(space.message(),
            "cannot write /d/x: No space left on device: free some space on this disk and start "
            "again");
  const base::Status read_only = ErrnoStatus(EROFS, "write", "/d/x");
  EXPECT_EQ(read_only.code(), StatusCode::kUnavailable);
  EXPECT_THAT(read_only.message(), HasSubstr("mount it writable"));
  EXPECT_THAT(ErrnoStatus(EACCES, "write", "/d/x").message(), HasSubstr("Permission denied"));
  EXPECT_THAT(ErrnoStatus(EIO, "read", "/d/x").message(), HasSubstr("the disk failed"));
  EXPECT_THAT(ErrnoStatus(EMFILE, "read", "/d/x").message(), HasSubstr("ulimit -n"));
}

}  // namespace
}  // namespace millrace::fs
