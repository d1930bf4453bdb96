#include "connect/session_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace millrace::connect {
namespace {

using base::Status;
using testing::ElementsAre;

std::string Text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// Makes the folder with a copy of the archive in it.
Status CopyInto(const std::string& file, const std::string& to) {
  std::filesystem::create_directory(to);
  std::filesystem::copy_file(file, to + "/unpacked");
  return Status::Ok();
}

Status NoArchive(const std::string&, const std::string& to) {
  std::filesystem::create_directory(to);
  return Status::InvalidArgument("no archive");
}

TEST(SessionFiles, LieInAFolderUntilTheEnd) {
  std::string folder;
  {
    SessionFiles session;
    EXPECT_EQ(session.directory(), "");
    ASSERT_TRUE(session.Keep("pyfiles/a.py", "x = 1\n", nullptr).ok());
    ASSERT_TRUE(session.Keep("pyfiles/b.zip", "zip", nullptr).ok());
    ASSERT_TRUE(session.Keep("files/sub/data.txt", "data", nullptr).ok());
    ASSERT_TRUE(session.Keep("archives/c.zip#named", "packed", CopyInto).ok());
    ASSERT_TRUE(session.Keep("archives/d.tgz", "other", CopyInto).ok());
    folder = session.directory();
    EXPECT_EQ(Text(folder + "/a.py"), "x = 1\n");
    EXPECT_EQ(Text(folder + "/sub/data.txt"), "data");
    EXPECT_EQ(Text(folder + "/named/unpacked"), "packed");
    EXPECT_EQ(Text(folder + "/d.tgz/unpacked"), "other");
    EXPECT_THAT(session.python_includes(), ElementsAre("a.py", "b.zip"));
    const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    const auto root = std::filesystem::path(folder).parent_path();
    EXPECT_EQ(std::filesystem::status(root).permissions() & others, std::filesystem::perms::none);
  }
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(folder).parent_path()));
}

TEST(SessionFiles, OneNameIsOneContent) {
  SessionFiles session;
  ASSERT_TRUE(session.Keep("pyfiles/a.py", "x = 1\n", nullptr).ok());
  EXPECT_TRUE(session.Keep("pyfiles/a.py", "x = 1\n", nullptr).ok());
  EXPECT_THAT(session.python_includes(), ElementsAre("a.py"));
  const Status other = session.Keep("pyfiles/a.py", "x = 2\n", nullptr);
  EXPECT_EQ(other.spark_error().condition, "ARTIFACT_ALREADY_EXISTS");
  EXPECT_EQ(Text(session.directory() + "/a.py"), "x = 1\n");
  ASSERT_TRUE(session.Keep("archives/a.zip", "1", CopyInto).ok());
  EXPECT_TRUE(session.Keep("archives/a.zip", "1", NoArchive).ok());
  EXPECT_FALSE(session.Keep("archives/a.zip", "2", CopyInto).ok());
  EXPECT_EQ(session.Keep("archives/b.zip#a.py", "2", CopyInto).spark_error().condition,
            "ARTIFACT_ALREADY_EXISTS");
}

TEST(SessionFiles, AnArchiveThatIsNoneLeavesNothing) {
  SessionFiles session;
  EXPECT_FALSE(session.Keep("archives/a.zip", "?", NoArchive).ok());
  EXPECT_FALSE(std::filesystem::exists(session.directory() + "/a.zip"));
  EXPECT_TRUE(session.Keep("archives/a.zip", "better", CopyInto).ok());
}

TEST(SessionFiles, ACloneHasACopy) {
  SessionFiles clone;
  {
    SessionFiles session;
    ASSERT_TRUE(session.Keep("pyfiles/a.py", "x = 1\n", nullptr).ok());
    ASSERT_TRUE(clone.CopyFrom(session).ok());
    ASSERT_TRUE(SessionFiles().CopyFrom(SessionFiles()).ok());
  }
  EXPECT_EQ(Text(clone.directory() + "/a.py"), "x = 1\n");
  EXPECT_THAT(clone.python_includes(), ElementsAre("a.py"));
}

}  // namespace
}  // namespace millrace::connect
