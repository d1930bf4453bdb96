// Appends to tables that other engines have written.

#include <cstdlib>
#include <filesystem>
#include <string>

#include <arrow/array/util.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/testing/sink_kit.h"
#include "data/arrow_schema.h"
#include "data/schema_text.h"
#include "sinks/delta/delta_sink.h"
#include "sinks/delta/table_rows_testing.h"

namespace millrace::sinks::delta {
namespace {

class AppendToForeignTable : public ::testing::TestWithParam<const char*> {};

TEST_P(AppendToForeignTable, NullRows) {
  const char* shared = std::getenv("MILLRACE_SHARED");
  const std::string folder =
      shared != nullptr ? shared : std::string(MILLRACE_SOURCE_DIR) + "/../shared";
  const std::string source = folder + "/conformance/golden/" + GetParam() + "/delta";
  if (!std::filesystem::exists(source)) GTEST_SKIP() << "no conformance data at " << source;

  TemporaryTable table;
  std::filesystem::copy(source, table.path(), std::filesystem::copy_options::recursive);
  const auto before = table.State();
  const std::size_t files = table.Files().size();
  connector::SinkContext context;
  context.options.Set("path", table.path());
  context.schema = data::ParseJsonSchema(before.metadata.schema_string).value();
  context.query_id = "1818bc08-23b0-44f9-aa55-21ba859cd6db";
  const auto arrow_schema = data::ToArrowSchema(context.schema).value();
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (const auto& field : arrow_schema->fields()) {
    columns.push_back(arrow::MakeArrayOfNull(field->type(), 3).ValueOrDie());
  }

  auto sink = DeltaSinkProvider().Create(context);
  ASSERT_TRUE(sink.ok()) << sink.status().ToString();
  const base::Status written = connector::testing::WriteBatch(
      sink->get(), 0, {arrow::RecordBatch::Make(arrow_schema, 3, columns)});
  ASSERT_TRUE(written.ok()) << written.ToString();

  EXPECT_EQ(table.State().version, before.version + 1);
  EXPECT_EQ(table.State().metadata, before.metadata);
  ASSERT_EQ(table.Files().size(), files + 1);
  for (const auto& file : table.Files()) {
    if (file.path.find("part-00000-") == std::string::npos || !file.stats) continue;
    if (file.stats->find("\"numRecords\":3") != std::string::npos) {
      EXPECT_EQ(file.partition_values.size(), before.metadata.partition_columns.size());
      const auto rows = table.ReadFile(file);
      EXPECT_EQ(rows->num_columns() + static_cast<int>(file.partition_values.size()),
                arrow_schema->num_fields());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Golden, AppendToForeignTable,
    ::testing::Values("basic-decimal-table", "basic-with-inserts-deletes-checkpoint",
                      "basic-with-vacuum-protocol-check-feature", "data-reader-array-primitives",
                      "data-reader-map", "data-reader-nested-struct",
                      "data-reader-partition-values", "data-reader-primitives",
                      "data-reader-timestamp_ntz", "data-reader-timestamp_ntz-id-mode",
                      "data-reader-timestamp_ntz-name-mode", "data-skipping-basic-stats-all-types",
                      "data-skipping-basic-stats-all-types-columnmapping-id",
                      "dv-partitioned-with-checkpoint", "dv-with-columnmapping",
                      "multi-part-checkpoint", "only-checkpoint-files", "parquet-all-types",
                      "table-with-columnmapping-mode-id", "table-with-columnmapping-mode-name",
                      "v2-checkpoint-json", "v2-checkpoint-parquet"),
    [](const auto& info) {
      std::string name = info.param;
      for (char& c : name) {
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
      }
      return name;
    });

}  // namespace
}  // namespace millrace::sinks::delta
