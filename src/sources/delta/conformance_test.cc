// The tables of the conformance data, written by other engines, with the rows that a reader must
// return.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <arrow/compute/cast.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/parquet/column_conversion.h"
#include "clients/parquet/parquet_reader.h"
#include "data/arrow_schema.h"
#include "sources/delta/delta_table.h"

namespace millrace::sources::delta {
namespace {

namespace files = std::filesystem;

std::string SharedFolder() {
  if (const char* folder = std::getenv("MILLRACE_SHARED")) return folder;
  return std::string(MILLRACE_SOURCE_DIR) + "/../shared";
}

using Rows = std::vector<std::string>;
using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

void AddRows(const arrow::RecordBatch& batch, Rows* rows) {
  for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
    std::string text;
    for (const auto& column : batch.columns()) {
      text += column->GetScalar(row).ValueOrDie()->ToString() + "|";
    }
    rows->push_back(std::move(text));
  }
}

base::Result<std::shared_ptr<connector::Table>> Open(
    const std::string& path, std::map<std::string, std::string> options = {},
    const std::string& zone = "UTC") {
  connector::TableContext context;
  context.session_time_zone = zone;
  context.paths = {path};
  context.options = connector::Options(std::move(options));
  context.parallelism = 2;
  return DeltaTableProvider().Open(std::move(context));
}

// How many rows the metadata has; no two of them are the same row of a file.
base::Result<std::int64_t> CheckMetadata(
    connector::Table& table, const std::vector<connector::InputPartition>& partitions) {
  std::int64_t rows = 0;
  std::set<std::string> places;
  const bool is_numbered = table.metadata_column()->dataType.fields().size() > 6;
  for (const auto& partition : partitions) {
    MILLRACE_ASSIGN_OR_RETURN(
        const auto reader,
        table.OpenReader(partition, {static_cast<int>(table.schema().size())}));
    while (true) {
      MILLRACE_ASSIGN_OR_RETURN(const auto batch, reader->Next({}));
      if (batch == nullptr) break;
      rows += batch->num_rows();
      EXPECT_TRUE(batch->ValidateFull().ok()) << batch->ValidateFull().ToString();
      const auto& metadata = static_cast<const arrow::StructArray&>(*batch->column(0));
      for (std::int64_t row = 0; is_numbered && row < batch->num_rows(); ++row) {
        const std::string place = metadata.field(0)->GetScalar(row).ValueOrDie()->ToString() + " " +
                                  metadata.field(6)->GetScalar(row).ValueOrDie()->ToString();
        EXPECT_TRUE(places.insert(place).second) << place;
      }
    }
  }
  return rows;
}

base::Result<Batches> Read(connector::Table& table) {
  std::vector<int> columns;
  for (std::size_t i = 0; i < table.schema().size(); ++i) columns.push_back(static_cast<int>(i));
  Batches rows;
  MILLRACE_ASSIGN_OR_RETURN(const auto partitions, table.PlanPartitions({}));
  std::int64_t counted = 0;
  for (const auto& partition : partitions) {
    MILLRACE_ASSIGN_OR_RETURN(const auto reader, table.OpenReader(partition, columns));
    MILLRACE_ASSIGN_OR_RETURN(const auto counter, table.OpenReader(partition, {}));
    while (true) {
      MILLRACE_ASSIGN_OR_RETURN(const auto batch, reader->Next({}));
      if (batch == nullptr) break;
      EXPECT_TRUE(batch->ValidateFull().ok()) << batch->ValidateFull().ToString();
      counted -= batch->num_rows();
      rows.push_back(batch);
    }
    while (true) {
      MILLRACE_ASSIGN_OR_RETURN(const auto batch, counter->Next({}));
      if (batch == nullptr) break;
      counted += batch->num_rows();
    }
  }
  EXPECT_EQ(counted, 0) << "rows without columns";
  for (const auto& batch : rows) counted += batch->num_rows();
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t told, CheckMetadata(table, partitions));
  EXPECT_EQ(counted, told) << "rows of the metadata alone";
  return rows;
}

// The expected rows in the table's types.
Batches Expected(const std::string& folder, const StructType& schema) {
  Batches rows;
  for (const auto& entry : files::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".parquet") continue;
    auto file = fs::LocalFileSystem()->OpenInput(entry.path().string()).value();
    auto reader = clients::parquet::ParquetReader::Open(std::move(file), entry.path()).value();
    std::vector<int> all;
    std::vector<int> groups;
    for (std::size_t i = 0; i < reader->fields().size(); ++i) all.push_back(static_cast<int>(i));
    for (std::size_t i = 0; i < reader->row_groups().size(); ++i) {
      groups.push_back(static_cast<int>(i));
    }
    EXPECT_TRUE(reader->Start(all, groups).ok());
    while (const auto batch = reader->Next().value()) {
      arrow::ArrayVector columns;
      for (const StructField& field : schema.fields()) {
        const int at = clients::parquet::FindByName(reader->fields(), field.name).value();
        EXPECT_GE(at, 0) << field.name;
        if (at < 0) return rows;
        const auto conversion = clients::parquet::MakeConversion(
            reader->fields()[static_cast<std::size_t>(at)], field.dataType, field.name, "expected");
        EXPECT_TRUE(conversion.ok()) << conversion.status().ToString();
        if (!conversion.ok()) return rows;
        columns.push_back((*conversion)(batch->column(at)).value());
      }
      rows.push_back(arrow::RecordBatch::Make(data::ToArrowSchema(schema).value(),
                                              batch->num_rows(), columns));
    }
  }
  return rows;
}

// As one bag of rows; many rows in their order, which is faster.
void ExpectSame(const Batches& found, const Batches& expected) {
  std::int64_t count = 0;
  for (const auto& batch : expected) count += batch->num_rows();
  if (count > 10'000) {
    const auto a = arrow::Table::FromRecordBatches(found).ValueOrDie();
    const auto b = arrow::Table::FromRecordBatches(expected).ValueOrDie();
    ASSERT_EQ(a->num_columns(), b->num_columns());
    for (int i = 0; i < a->num_columns(); ++i) EXPECT_TRUE(a->column(i)->Equals(b->column(i)));
    return;
  }
  Rows found_rows;
  Rows expected_rows;
  for (const auto& batch : found) AddRows(*batch, &found_rows);
  for (const auto& batch : expected) AddRows(*batch, &expected_rows);
  std::ranges::sort(found_rows);
  std::ranges::sort(expected_rows);
  EXPECT_EQ(found_rows, expected_rows);
}

TEST(Conformance, EveryTableGivesTheRowsThatItMust) {
  const std::string golden = SharedFolder() + "/conformance/golden";
  if (!files::exists(golden)) GTEST_SKIP() << "no conformance data at " << golden;
  int compared = 0;
  for (const auto& entry : files::directory_iterator(golden)) {
    const std::string name = entry.path().filename();
    if (!files::exists(entry.path() / "expected") || !files::exists(entry.path() / "delta")) continue;
    SCOPED_TRACE(name);
    // Its timestamps in partition values name no zone: that of the writer's session is meant.
    const bool pacific = name == "data-reader-partition-values";
    const auto table =
        Open((entry.path() / "delta").string(), {}, pacific ? "America/Los_Angeles" : "UTC");
    EXPECT_TRUE(table.ok()) << table.status().ToString();
    if (!table.ok()) continue;
    const auto rows = Read(**table);
    EXPECT_TRUE(rows.ok()) << rows.status().ToString();
    if (!rows.ok()) continue;
    ExpectSame(*rows, Expected((entry.path() / "expected").string(), (*table)->schema()));
    ++compared;
  }
  EXPECT_GE(compared, 60);
}

TEST(Conformance, TheAcceptanceTablesAtTheirVersions) {
  const std::string dat = SharedFolder() + "/conformance/dat/reader_tests/generated";
  if (!files::exists(dat)) GTEST_SKIP() << "no conformance data at " << dat;
  int compared = 0;
  for (const auto& entry : files::directory_iterator(dat)) {
    for (const auto& expected : files::directory_iterator(entry.path() / "expected")) {
      const std::string version = expected.path().filename();
      SCOPED_TRACE(entry.path().filename().string() + " " + version);
      std::map<std::string, std::string> options;
      if (version != "latest") options["versionAsOf"] = version.substr(1);
      const auto table = Open((entry.path() / "delta").string(), options);
      ASSERT_TRUE(table.ok()) << table.status().ToString();
      const auto rows = Read(**table);
      ASSERT_TRUE(rows.ok()) << rows.status().ToString();
      ExpectSame(*rows, Expected(expected.path().string(), (*table)->schema()));
      ++compared;
    }
  }
  EXPECT_GE(compared, 4);
}

TEST(Conformance, BrokenLogsAreNamed) {
  const std::string golden = SharedFolder() + "/conformance/golden/";
  if (!files::exists(golden)) GTEST_SKIP() << "no conformance data at " << golden;
  for (const char* name :
       {"deltalog-invalid-protocol-version", "deltalog-state-reconstruction-without-protocol",
        "deltalog-state-reconstruction-without-metadata",
        "deltalog-state-reconstruction-from-checkpoint-missing-protocol",
        "deltalog-state-reconstruction-from-checkpoint-missing-metadata", "versions-not-contiguous",
        "no-delta-log-folder"}) {
    const auto table = Open(golden + name + "/delta");
    ASSERT_FALSE(table.ok()) << name;
    EXPECT_NE(table.status().spark_error().condition, "") << table.status().ToString();
  }
}

}  // namespace
}  // namespace millrace::sources::delta
