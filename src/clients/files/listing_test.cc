#include "clients/files/listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/files/partitions.h"
#include "clients/files/sink_log.h"
#include "fs/memory_file_system.h"

namespace millrace::clients::files {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;

/// A disk with empty files, and what a listing makes of it.
class Listing : public ::testing::Test {
 protected:
  void Put(std::initializer_list<const char*> paths) {
    for (const char* path : paths) ASSERT_TRUE(disk_.CreateExclusive(path, "x").ok());
  }
  /// "path value value" of each file, and the columns.
  std::vector<std::string> List(const std::vector<std::string>& roots,
                                const ListingOptions& options = {}) {
    const auto listing = ListFiles(&disk_, roots, options);
    if (!listing.ok()) return {listing.status().spark_error().condition};
    columns_ = listing->partition_columns.toDDL();
    std::vector<std::string> found;
    for (const DataFile& file : listing->files) {
      found.push_back(file.path);
      for (const auto& value : file.partition) found.back() += " " + value.value_or("NULL");
    }
    return found;
  }
  fs::MemoryFileSystem disk_;
  std::string columns_;
};

// Each as real Spark 4.2 answered.
TEST_F(Listing, HiddenFilesArePassedOver) {
  Put({"/h/_a", "/h/.b", "/h/c", "/h/f._COPYING_"});
  EXPECT_THAT(List({"/h"}), ElementsAre("/h/c"));
  EXPECT_THAT(List({"/h/_a"}), ElementsAre());
  Put({"/h/_d=1/e"});
  EXPECT_THAT(List({"/h"}), ElementsAre("/h/_d=1/e 1"));
}

TEST_F(Listing, FoldersThatAreNoPartitionsAreNotEntered) {
  Put({"/p/x/f", "/p/g"});
  EXPECT_THAT(List({"/p"}), ElementsAre("/p/g"));
  ListingOptions recursive;
  recursive.recursive = true;
  EXPECT_THAT(List({"/p"}, recursive), ElementsAre("/p/g", "/p/x/f"));
  recursive.glob_filter = "f*";
  EXPECT_THAT(List({"/p"}, recursive), ElementsAre("/p/x/f"));
}

TEST_F(Listing, PartitionFoldersMakeColumns) {
  Put({"/t/a=1/b=x%2Fy/f", "/t/a=__HIVE_DEFAULT_PARTITION__/b=z/f", "/t/stray"});
  EXPECT_THAT(List({"/t"}), ElementsAre("/t/a=1/b=x%2Fy/f 1 x/y",
                                        "/t/a=__HIVE_DEFAULT_PARTITION__/b=z/f NULL z"));
  EXPECT_EQ(columns_, "a INT,b STRING");
  EXPECT_THAT(List({"/t/a=1"}), ElementsAre("/t/a=1/b=x%2Fy/f x/y"));
  EXPECT_THAT(List({"/t/a=1/b=x%2Fy/f"}), ElementsAre("/t/a=1/b=x%2Fy/f"));
  ListingOptions options;
  options.user_schema = StructType().add("A", StringType()).add("c", LongType());
  List({"/t"}, options);
  EXPECT_EQ(columns_, "A STRING,b STRING");
  options.user_schema.reset();
  options.infer_partition_types = false;
  List({"/t"}, options);
  EXPECT_EQ(columns_, "a STRING,b STRING");
}

TEST_F(Listing, ConflictsAreNamed) {
  Put({"/c/a=1/f", "/c/b=2/f"});
  EXPECT_THAT(List({"/c"}), ElementsAre("CONFLICTING_PARTITION_COLUMN_NAMES"));
  EXPECT_THAT(ListFiles(&disk_, {"/c"}, {}).status().message(),
              HasSubstr("\n\n\tPartition column name list #0: a\n\tPartition column name list #1: "
                        "b\n\nFor partitioned"));
  Put({"/d/x/a=1/f", "/d/y/a=2/f"});
  EXPECT_THAT(List({"/d"}), ElementsAre("CONFLICTING_DIRECTORY_STRUCTURES"));
  Put({"/e/a=/f"});
  EXPECT_THAT(List({"/e"}), ElementsAre("EMPTY_PARTITION_COLUMN_VALUE"));
  Put({"/g/=1/f"});
  EXPECT_THAT(List({"/g"}), ElementsAre("EMPTY_PARTITION_COLUMN_NAME"));
  Put({"/i/a=1/a=2/f"});
  EXPECT_THAT(List({"/i"}), ElementsAre("COLUMN_ALREADY_EXISTS"));
}

TEST_F(Listing, ASinksLogSaysWhatThereIs) {
  Put({"/out/part-0", "/out/part-1", "/out/k=1/part-2"});
  CompactibleLog log(&disk_, "/out/_spark_metadata", {}, base::Clock::System());
  ASSERT_TRUE(log.Add(0, {ToJson({"file:///out/part-0", 1, 5})}).value());
  EXPECT_THAT(List({"/out"}), ElementsAre("/out/part-0"));
}

TEST_F(Listing, PathsThatAreNotThereAreNamed) {
  Put({"/a/b"});
  EXPECT_THAT(ExpandPaths(&disk_, {"/a/*"}, true).value(), ElementsAre("/a/b"));
  const auto missing = ExpandPaths(&disk_, {"/a/b", "/gone"}, true);
  EXPECT_EQ(missing.status().message(), "Path does not exist: file:/gone.");
  EXPECT_EQ(missing.status().spark_error().condition, "PATH_NOT_FOUND");
  EXPECT_FALSE(ExpandPaths(&disk_, {"/gone*"}, true).ok());
  EXPECT_TRUE(ExpandPaths(&disk_, {"/gone*"}, false).value().empty());
}

std::string Inferred(const std::vector<std::string>& values) {
  std::vector<std::string> folders;
  for (const std::string& value : values) folders.push_back("/t/a=" + value);
  const auto spec = ParsePartitions(folders, {"/t"}, true, std::nullopt);
  return spec.ok() ? spec->columns.toDDL().substr(2) : spec.status().ToString();
}

// Each as real Spark 4.2 answered.
TEST(PartitionTypes, AreSparks) {
  EXPECT_EQ(Inferred({"1", "9999999999"}), "BIGINT");
  EXPECT_EQ(Inferred({"1", "1.5"}), "DOUBLE");
  EXPECT_EQ(Inferred({"1", "abc"}), "STRING");
  EXPECT_EQ(Inferred({"2024-01-01"}), "DATE");
  EXPECT_EQ(Inferred({"2024-01-01 10:00:00"}), "TIMESTAMP");
  EXPECT_EQ(Inferred({"2024-01-01%2010%3A00%3A00.5"}), "TIMESTAMP");
  EXPECT_EQ(Inferred({"2024-01-01 10:00:00.123456"}), "STRING");
  EXPECT_EQ(Inferred({"2024-01-01T10:00:00"}), "STRING");
  EXPECT_EQ(Inferred({"2024-01-01", "2024-01-01 10:00:00"}), "TIMESTAMP");
  EXPECT_EQ(Inferred({"true"}), "STRING");
  EXPECT_EQ(Inferred({"__HIVE_DEFAULT_PARTITION__"}), "VOID");
  EXPECT_EQ(Inferred({"1L"}), "STRING");
  EXPECT_EQ(Inferred({"1d"}), "DOUBLE");
  EXPECT_EQ(Inferred({"01"}), "INT");
  EXPECT_EQ(Inferred({"1e3"}), "DECIMAL(4,0)");
  EXPECT_EQ(Inferred({"12345678901234567890"}), "DECIMAL(20,0)");
  EXPECT_EQ(Inferred({"12345678901234567890", "1"}), "DECIMAL(20,0)");
  EXPECT_EQ(Inferred({"12345678901234567890", "1.5"}), "STRING");
  EXPECT_EQ(Inferred({"1", "2024-01-01"}), "STRING");
  EXPECT_EQ(Inferred({"NaN"}), "DOUBLE");
  EXPECT_EQ(Inferred({"nan"}), "STRING");
  EXPECT_EQ(Inferred({" 1"}), "DOUBLE");
  EXPECT_EQ(Inferred({"+1"}), "INT");
  EXPECT_EQ(Inferred({"0x10"}), "STRING");
  EXPECT_EQ(Inferred({"2024-1-1"}), "STRING");
  EXPECT_EQ(Inferred({"2024-13-01"}), "STRING");
  EXPECT_EQ(Inferred({"1234567890123456789012345678901234567890"}), "DOUBLE");
  EXPECT_EQ(Inferred({"5."}), "DECIMAL(1,0)");
  EXPECT_EQ(Inferred({"1E400"}), "DOUBLE");
  EXPECT_EQ(Inferred({"1e-3"}), "DOUBLE");
  EXPECT_EQ(Inferred({"epoch"}), "STRING");
  EXPECT_EQ(Inferred({"2024-01-01 "}), "STRING");
}

}  // namespace
}  // namespace millrace::clients::files
