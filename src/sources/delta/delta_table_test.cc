#include "sources/delta/delta_table.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uuid.h"
#include "fs/file_system.h"

namespace millrace::sources::delta {
namespace {

using ::testing::HasSubstr;

/// A table without files, of two versions, that goes away with the test.
class DeltaTables : public ::testing::Test {
 protected:
  DeltaTables()
      : root_((std::filesystem::temp_directory_path() /
               ("millrace-read-" + base::Uuid::Random(base::Random::System()).ToString()))
                  .string()) {
    Put("/t/_delta_log/00000000000000000000.json",
        "{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":2}}\n"
        "{\"metaData\":{\"id\":\"x\",\"format\":{\"provider\":\"parquet\",\"options\":{}},"
        "\"schemaString\":\"{\\\"type\\\":\\\"struct\\\",\\\"fields\\\":[{\\\"name\\\":\\\"n\\\","
        "\\\"type\\\":\\\"integer\\\",\\\"nullable\\\":true,\\\"metadata\\\":{\\\"comment\\\":"
        "\\\"c\\\"}}]}\",\"partitionColumns\":[],\"configuration\":{}}}\n");
    Put("/t/_delta_log/00000000000000000001.json",
        "{\"add\":{\"path\":\"a%20b.parquet\",\"partitionValues\":{},\"size\":10,"
        "\"modificationTime\":0,\"dataChange\":true}}\n");
  }
  ~DeltaTables() override { std::filesystem::remove_all(root_); }
  void Put(const std::string& path, const std::string& text) {
    EXPECT_TRUE(fs::LocalFileSystem()->CreateExclusive(root_ + path, text).ok());
  }
  base::Result<std::shared_ptr<connector::Table>> Open(
      const std::string& path, std::map<std::string, std::string> options = {}) {
    connector::TableContext context;
    context.paths = {root_ + path};
    context.options = connector::Options(std::move(options));
    return DeltaTableProvider().Open(std::move(context));
  }
  const std::string root_;
};

TEST_F(DeltaTables, VersionsAreFoundByNumberTimeAndPath) {
  EXPECT_EQ(Open("/t").value()->input_files().size(), 1u);
  EXPECT_EQ(Open("/t").value()->input_files()[0], "file:" + root_ + "/t/a%20b.parquet");
  EXPECT_EQ(Open("/t", {{"versionAsOf", "0"}}).value()->input_files().size(), 0u);
  EXPECT_EQ(Open("/t@v0").value()->input_files().size(), 0u);
  const auto time = [&](int version, int second) {
    std::filesystem::last_write_time(
        root_ + "/t/_delta_log/0000000000000000000" + std::to_string(version) + ".json",
        std::chrono::file_clock::from_sys(
            std::chrono::sys_seconds(std::chrono::seconds(1'767'225'600 + second))));
  };
  time(0, 10);
  time(1, 20);
  const auto at = [&](const char* text) { return Open("/t", {{"timestampAsOf", text}}); };
  EXPECT_EQ(at("2026-01-01 00:00:15").value()->input_files().size(), 0u);
  EXPECT_EQ(at("2026-01-01 00:00:20").value()->input_files().size(), 1u);
  EXPECT_EQ(at("2026-01-01 00:00:05").status().message(),
            "The provided timestamp (2026-01-01 00:00:05.0) is before the earliest version "
            "available to\nthis table (2026-01-01 00:00:10.0). Please use a timestamp after "
            "2026-01-01 00:00:10.");
  EXPECT_EQ(at("2100-01-01").status().message(),
            "Timestamp 2100-01-01 00:00:00.0 is after the table's latest version (2026-01-01 "
            "00:00:20.0). Use a timestamp at or before 2026-01-01 00:00:20.");
  EXPECT_EQ(Open("/t@20260101000015000").value()->input_files().size(), 0u);
}

// Texts and conditions as real Spark 4.2 gave them.
TEST_F(DeltaTables, RefusalsAreDeltas) {
  EXPECT_EQ(Open("/gone").status().message(), "Path does not exist: " + root_ + "/gone.");
  EXPECT_EQ(Open("").status().spark_error().condition, "DELTA_TABLE_NOT_FOUND");
  EXPECT_EQ(Open("").status().message(), "Delta table `" + root_ + "` doesn't exist.");
  EXPECT_EQ(Open("/t", {{"versionAsOf", "9"}}).status().message(),
            "Cannot time travel Delta table to version 9. Available versions: [0, 1].");
  EXPECT_EQ(Open("/t", {{"versionAsOf", "x"}}).status().spark_error().condition,
            "DELTA_TIME_TRAVEL_INVALID_BEGIN_VALUE");
  EXPECT_EQ(Open("/t", {{"timestampAsOf", "x"}}).status().message(),
            "The provided timestamp ('x') cannot be converted to a valid timestamp.");
  EXPECT_EQ(Open("/t", {{"timestampAsOf", "2026-01-01"}, {"versionAsOf", "0"}})
                .status()
                .spark_error()
                .condition,
            "DELTA_ONEOF_IN_TIMETRAVEL");
  EXPECT_THAT(Open("/t", {{"versionAsO", "0"}}).status().message(), HasSubstr("versionAsOf"));
  EXPECT_EQ(Open("/t", {{"readChangeFeed", "true"}}).status().code(),
            base::StatusCode::kUnsupported);
  connector::TableContext context;
  context.paths = {root_ + "/t"};
  context.user_schema = StructType().add("n", IntegerType());
  EXPECT_EQ(DeltaTableProvider().Open(context).status().spark_error().condition,
            "_LEGACY_ERROR_TEMP_2242");
}

TEST_F(DeltaTables, AFileThatIsGoneIsNamed) {
  const auto table = Open("/t").value();
  EXPECT_EQ(table->schema().json(),
            "{\"type\":\"struct\",\"fields\":[{\"name\":\"n\",\"type\":\"integer\",\"nullable\":"
            "true,\"metadata\":{}}]}");
  const auto partitions = table->PlanPartitions({}).value();
  const auto reader = table->OpenReader(partitions[0], {0}).value();
  EXPECT_EQ(reader->Next({}).status().spark_error().condition, "FAILED_READ_FILE.FILE_NOT_EXIST");
}

}  // namespace
}  // namespace millrace::sources::delta
