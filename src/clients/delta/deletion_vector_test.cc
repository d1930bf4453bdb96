#include "clients/delta/deletion_vector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fs/memory_file_system.h"

namespace millrace::clients::delta {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Rows 3, 7 and 70000 in the portable form: an array container for each 65536 rows.
std::string Bitmap() {
  std::string bytes;
  const auto put = [&](auto value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
  };
  put(std::uint32_t{1681511377});
  put(std::uint64_t{1});
  put(std::uint32_t{0});
  put(std::uint32_t{12346});
  put(std::uint32_t{2});
  for (const std::uint16_t header : {0, 1, 1, 0}) put(header);
  put(std::uint32_t{0});
  put(std::uint32_t{0});
  for (const std::uint16_t low : {3, 7, 70000 - 65536}) put(low);
  return bytes;
}

TEST(DeletionVectors, TheBitmapIsRead) {
  EXPECT_THAT(ParseBitmap(Bitmap()).value(), ElementsAre(3, 7, 70000));
  for (std::size_t size = 0; size < Bitmap().size(); ++size) {
    EXPECT_EQ(ParseBitmap(Bitmap().substr(0, size)).status().code(), base::StatusCode::kCorrupt);
  }
  for (std::size_t at = 0; at < Bitmap().size(); ++at) {
    std::string damaged = Bitmap();
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    (void)ParseBitmap(damaged).ok();  // Never a crash.
  }
}

TEST(DeletionVectors, RowsOfABatchAreMarked) {
  const DeletedRows rows({3, 7, 70000});
  std::vector<bool> gone;
  EXPECT_EQ(rows.Mark(2, 6, &gone), 2);
  EXPECT_EQ(gone, (std::vector<bool>{false, true, false, false, false, true}));
  EXPECT_EQ(rows.Mark(8, 100, &gone), 0);
}

TEST(DeletionVectors, TheFilesChecksumCounts) {
  fs::MemoryFileSystem disk;
  DeletionVector vector;
  vector.storage_type = "u";
  vector.path_or_inline_dv = "ab^-aqEH.-t@S}K{vb[*k^";
  vector.offset = 1;
  vector.size_in_bytes = static_cast<std::int32_t>(Bitmap().size());
  vector.cardinality = 3;
  const std::string path = "/t/ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin";
  EXPECT_EQ(ReadDeletionVector(&disk, "/t", vector).status().code(), base::StatusCode::kNotFound);
  std::string file(1, '\1');
  file += std::string(3, '\0') + static_cast<char>(Bitmap().size()) + Bitmap() + "abcd";
  ASSERT_TRUE(disk.CreateExclusive(path, file).ok());
  EXPECT_THAT(ReadDeletionVector(&disk, "/t", vector).status().message(),
              HasSubstr("wrong checksum"));
}

TEST(DeletionVectors, Z85) {
  EXPECT_EQ(DecodeZ85("HelloWorld").value(), "\x86\x4F\xD2\x6F\xB5\x59\xF7\x5B");
  EXPECT_FALSE(DecodeZ85("Hell").ok());
  EXPECT_FALSE(DecodeZ85("Hell\"").ok());
  EXPECT_FALSE(DecodeZ85("#####").ok());
}

}  // namespace
}  // namespace millrace::clients::delta
