#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fs/file_system.h"

namespace millrace::fs {
namespace {

using base::StatusCode;
using testing::HasSubstr;

TEST(PathTest, JoinDoesNotDoubleSlashes) {
  EXPECT_EQ(Join("/a", "b"), "/a/b");
  EXPECT_EQ(Join("/a/", "/b"), "/a/b");
  EXPECT_EQ(Join("/a//", "b/c"), "/a/b/c");
  EXPECT_EQ(Join("/", "b"), "/b");
}

TEST(PathTest, BaseNameAndDirName) {
  EXPECT_EQ(BaseName("/a/b"), "b");
  EXPECT_EQ(BaseName("/a/b/"), "b");
  EXPECT_EQ(BaseName("b"), "b");
  EXPECT_EQ(BaseName("/"), "/");
  EXPECT_EQ(DirName("/a/b"), "/a");
  EXPECT_EQ(DirName("/a/b/"), "/a");
  EXPECT_EQ(DirName("/a//b"), "/a");
  EXPECT_EQ(DirName("/a"), "/");
  EXPECT_EQ(DirName("/"), "/");
  EXPECT_EQ(DirName("a"), "");
  EXPECT_EQ(HadoopChecksumPath("/a/b/7"), "/a/b/.7.crc");
}

TEST(PathTest, ResolveTakesEveryFormOfALocalPath) {
  const auto path = [](std::string_view uri) {
    const auto location = Resolve(uri);
    return location.ok() ? location->path : location.status().ToString();
  };
  EXPECT_EQ(path("/a/b"), "/a/b");
  EXPECT_EQ(path("/a//b/./c/../d/"), "/a/b/d");
  EXPECT_EQ(path("/.."), "/");
  EXPECT_EQ(path("file:/a/b"), "/a/b");
  EXPECT_EQ(path("file:///a/b"), "/a/b");
  EXPECT_EQ(path("FILE://localhost/a"), "/a");
  EXPECT_EQ(path("/a/x:y"), "/a/x:y");
  EXPECT_EQ(path("rel/dir"), Join(std::filesystem::current_path().string(), "rel/dir"));
  EXPECT_EQ(path("file:rel"), Join(std::filesystem::current_path().string(), "rel"));
  EXPECT_EQ(Resolve("/a")->file_system, LocalFileSystem());
}

TEST(PathTest, ResolveRefusesWhatNoStoreServes) {
  const auto status = [](std::string_view uri) { return Resolve(uri).status(); };
  EXPECT_EQ(status("s3a://bucket/x").code(), StatusCode::kUnsupported);
  EXPECT_THAT(status("s3a://bucket/x").message(), HasSubstr("No file system for scheme \"s3a\""));
  EXPECT_EQ(status("hdfs:/x").code(), StatusCode::kUnsupported);
  EXPECT_EQ(status("file://host/x").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(status("").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(status("").message(), "Can not create a Path from an empty string");
  EXPECT_EQ(status("").spark_error().exception_class, "IllegalArgumentException");
  EXPECT_EQ(status("file:").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(status("file://").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(status(std::string_view("/a\0b", 4)).code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(Resolve(":x").ok());
}

TEST(PathTest, HadoopUri) { EXPECT_EQ(ToHadoopUri("/a/b"), "file:/a/b"); }

}  // namespace
}  // namespace millrace::fs
