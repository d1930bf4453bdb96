#include "fs/faulty_file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fs/memory_file_system.h"

namespace millrace::fs {
namespace {

using base::StatusCode;
using testing::HasSubstr;

class FaultyFileSystemTest : public testing::Test {
 protected:
  MemoryFileSystem base_;
  Fault fault_ = Fault::kNone;
  FaultyFileSystem disk_{&base_, [this](const Operation& operation) {
                           last_ = operation;
                           return fault_;
                         }};
  Operation last_{};
};

TEST_F(FaultyFileSystemTest, WithoutAFaultItIsItsBase) {
  ASSERT_TRUE(disk_.CreateExclusive("/d/0", "abcd").ok());
  EXPECT_EQ(last_.kind, Operation::Kind::kCreateExclusive);
  EXPECT_EQ(last_.path, "/d/0");
  EXPECT_EQ(last_.index, 0);
  EXPECT_EQ(*disk_.Read("/d/0"), "abcd");
  EXPECT_EQ(last_.index, 1);
  EXPECT_EQ(disk_.operations(), 2);
  EXPECT_EQ(disk_.CreateExclusive("/d/0", "").code(), StatusCode::kConflict);
}

TEST_F(FaultyFileSystemTest, FailBeforeAndNoSpaceDoNothing) {
  for (const Fault fault : {Fault::kFailBefore, Fault::kNoSpace}) {
    fault_ = fault;
    EXPECT_EQ(disk_.CreateExclusive("/d/0", "abcd").code(), StatusCode::kUnavailable);
    EXPECT_FALSE(base_.Stat("/d/0")->has_value());
  }
  EXPECT_THAT(disk_.Replace("/d/0", "abcd").message(), HasSubstr("No space left on device"));
}

TEST_F(FaultyFileSystemTest, FailAfterDoesItAndLosesTheAnswer) {
  fault_ = Fault::kFailAfter;
  EXPECT_EQ(disk_.CreateExclusive("/d/0", "abcd").code(), StatusCode::kUnavailable);
  EXPECT_EQ(*base_.Read("/d/0"), "abcd");
  EXPECT_EQ(disk_.Remove("/d/0").code(), StatusCode::kUnavailable);
  EXPECT_FALSE(base_.Stat("/d/0")->has_value());
}

TEST_F(FaultyFileSystemTest, ATornWriteLeavesHalfUnderADottedName) {
  fault_ = Fault::kTornTemp;
  EXPECT_EQ(disk_.CreateExclusive("/d/0", "abcd").code(), StatusCode::kUnavailable);
  const auto entries = base_.List("/d");
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 1U);
  EXPECT_TRUE(entries->front().name.starts_with(".0."));
  EXPECT_TRUE(entries->front().name.ends_with(".tmp"));
  EXPECT_EQ(entries->front().size_bytes, 2);
}

TEST_F(FaultyFileSystemTest, AnOutputFailsAtAppendOrClose) {
  auto file = disk_.OpenOutput("/d/x");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append("abcd").ok());
  EXPECT_EQ((*file)->size_bytes(), 4);
  fault_ = Fault::kFailBefore;
  EXPECT_EQ((*file)->Append("efgh").code(), StatusCode::kUnavailable);
  EXPECT_EQ(last_.kind, Operation::Kind::kAppend);
  EXPECT_EQ((*file)->Close().code(), StatusCode::kUnavailable);
  EXPECT_EQ(last_.kind, Operation::Kind::kClose);
  EXPECT_FALSE(base_.Stat("/d/x")->has_value());
}

TEST_F(FaultyFileSystemTest, AfterKillNothingHappensAndLocksAreFree) {
  auto lock = disk_.TryLock("/d/.lock");
  ASSERT_TRUE(lock.ok());
  auto file = disk_.OpenOutput("/d/x");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(base_.TryLock("/d/.lock").status().code(), StatusCode::kConflict);
  disk_.Kill();
  EXPECT_EQ(disk_.CreateExclusive("/d/0", "abcd").code(), StatusCode::kCancelled);
  EXPECT_EQ(disk_.Read("/d/0").status().code(), StatusCode::kCancelled);
  EXPECT_EQ((*file)->Close().code(), StatusCode::kCancelled);
  EXPECT_EQ(disk_.TryLock("/d/.other").status().code(), StatusCode::kCancelled);
  auto successor = base_.TryLock("/d/.lock");
  EXPECT_TRUE(successor.ok());
  *lock = nullptr;  // The dead process's lock must not give back its successor's.
  EXPECT_EQ(base_.TryLock("/d/.lock").status().code(), StatusCode::kConflict);
}

TEST(FaultyFileSystemPlanTest, ThePlanMayKill) {
  MemoryFileSystem base;
  FaultyFileSystem* self = nullptr;
  FaultyFileSystem disk(&base, [&](const Operation& operation) {
    if (operation.index == 1) self->Kill();
    return Fault::kNone;
  });
  self = &disk;
  EXPECT_TRUE(disk.CreateExclusive("/0", "").ok());
  EXPECT_EQ(disk.CreateExclusive("/1", "").code(), StatusCode::kCancelled);
  EXPECT_FALSE(base.Stat("/1")->has_value());
}

}  // namespace
}  // namespace millrace::fs
