#include "sinks/file/file_sink.h"

#include <algorithm>
#include <filesystem>

#include <arrow/api.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uuid.h"
#include "clients/files/file_scan.h"
#include "clients/files/sink_log.h"
#include "connector/testing/sink_kit.h"
#include "fs/faulty_file_system.h"
#include "sinks/file/file_table_writer.h"

namespace millrace::sinks::file {
namespace {

using connector::SaveMode;
using connector::testing::KitIds;
using connector::testing::KitRows;
using connector::testing::KitSchema;
using connector::testing::WriteBatch;
using connector::testing::WriteParts;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A folder that goes away with the test.
class Folder {
 public:
  Folder()
      : path_((std::filesystem::temp_directory_path() /
               ("millrace-out-" + base::Uuid::Random(base::Random::System()).ToString()))
                  .string()) {}
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  /// All files, with `#` for UUIDs.
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    if (!std::filesystem::exists(path_)) return names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      if (!entry.is_regular_file()) continue;
      std::string name = std::filesystem::relative(entry.path(), path_).string();
      if (const auto part = name.find("part-"); part != name.npos) name.replace(part + 11, 36, "#");
      names.push_back(std::move(name));
    }
    std::ranges::sort(names);
    return names;
  }
  /// The ids in all files that a reader of the folder sees.
  std::vector<std::int64_t> Ids() const {
    std::vector<std::int64_t> ids;
    if (!std::filesystem::exists(path_)) return ids;
    fs::FileSystem* const disk = fs::LocalFileSystem();
    const auto listing = clients::files::ListFiles(disk, {path_}, {}).value();
    const auto plan = std::make_shared<const clients::files::ScanPlan>(
        clients::files::MakeScanPlan(disk, clients::files::FileFormat::kParquet, {}, KitSchema(),
                                     listing.partition_columns, data::TimeZone())
            .value());
    const auto shares =
        clients::files::PlanShares(listing.files, clients::files::FileFormat::kParquet, 1);
    for (const auto& share : shares) {
      const auto reader = clients::files::OpenShare(plan, share, {0}).value();
      while (const auto rows = reader->Next({}).value()) {
        const auto& values = static_cast<const arrow::Int64Array&>(*rows->column(0));
        for (std::int64_t i = 0; i < values.length(); ++i) ids.push_back(values.Value(i));
      }
    }
    std::ranges::sort(ids);
    return ids;
  }
  std::string Text(const std::string& name) const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      if (entry.path().string().find(name) == std::string::npos) continue;
      return fs::LocalFileSystem()->Read(entry.path().string()).value();
    }
    return "no file " + name;
  }

 private:
  const std::string path_;
};

connector::SinkContext SinkFor(const std::string& path) {
  connector::SinkContext context;
  context.options.Set("path", path);
  context.schema = KitSchema();
  context.query_id = "1818bc08-23b0-44f9-aa55-21ba859cd6db";
  return context;
}

class FileHarness : public connector::testing::SinkHarness {
 public:
  base::Result<std::unique_ptr<connector::Sink>> Open() override {
    MILLRACE_ASSIGN_OR_RETURN(const WriteOptions options,
                              ReadWriteOptions(Format::kParquet, connector::Options(), out_.path()));
    MILLRACE_ASSIGN_OR_RETURN(auto plan, MakePlan(options, KitSchema(), {}, "UTC"));
    plan.file_system = &disk_;
    return std::unique_ptr<connector::Sink>(std::make_unique<FileSink>(
        std::make_shared<const clients::files::OutputPlan>(std::move(plan)), std::nullopt,
        base::Clock::System()));
  }
  std::vector<std::int64_t> VisibleIds() override {
    // Before the first commit there is no log, and then every file would be seen.
    if (!std::filesystem::exists(out_.path() + "/_spark_metadata")) return {};
    return out_.Ids();
  }
  std::int64_t Leftovers() override {
    std::int64_t logged = 0;
    if (std::filesystem::exists(out_.path() + "/_spark_metadata")) {
      logged = static_cast<std::int64_t>(
          clients::files::ReadSinkLog(fs::LocalFileSystem(), out_.path(), base::Clock::System())
              .value()
              .size());
    }
    std::int64_t there = 0;
    for (const std::string& name : out_.Names()) there += name.starts_with("part-") ? 1 : 0;
    return there - logged;
  }
  bool FailNextCommit() override {
    fault_ = fs::Fault::kFailBefore;
    return true;
  }
  bool LoseNextAnswer() override {
    fault_ = fs::Fault::kFailAfter;
    return true;
  }

 private:
  Folder out_;
  fs::Fault fault_ = fs::Fault::kNone;
  fs::FaultyFileSystem disk_{fs::LocalFileSystem(), [this](const fs::Operation& operation) {
                               const bool commits =
                                   operation.kind == fs::Operation::Kind::kCreateExclusive;
                               return commits ? std::exchange(fault_, fs::Fault::kNone)
                                              : fs::Fault::kNone;
                             }};
};

TEST(FileSinkTest, TheLogIsInSparksBytes) {
  Folder out;
  const auto sink = FileSinkProvider(Format::kParquet).Create(SinkFor(out.path())).value();
  EXPECT_EQ(sink->description(), "FileSink[file:" + out.path() + "]");
  for (int batch = 0; batch < 11; ++batch) {
    ASSERT_TRUE(WriteBatch(sink.get(), batch, {KitRows(batch, 1)}).ok());
  }
  EXPECT_TRUE(std::filesystem::exists(out.path() + "/_spark_metadata/9.compact"));
  EXPECT_EQ(out.Ids(), KitIds(0, 11));
  const std::string log = fs::LocalFileSystem()->Read(out.path() + "/_spark_metadata/0").value();
  EXPECT_THAT(log, ::testing::MatchesRegex(
                       "v1\n\\{\"path\":\"file://" + out.path() +
                       "/part-00000-[-0-9a-f]*-c000.snappy.parquet\",\"size\":[0-9]*,\"isDir\":"
                       "false,\"modificationTime\":[0-9]*,\"blockReplication\":1,\"blockSize\":"
                       "33554432,\"action\":\"add\"\\}"));
}

TEST(FileSinkTest, AnEmptyBatchHasAFileWithTheSchema) {
  Folder out;
  const auto sink = FileSinkProvider(Format::kParquet).Create(SinkFor(out.path())).value();
  ASSERT_TRUE(WriteBatch(sink.get(), 0, {}).ok());
  EXPECT_THAT(out.Names(),
              ElementsAre("_spark_metadata/0", "part-00000-#-c000.snappy.parquet"));
}

// Texts and conditions as real Spark 4.2 gave them.
TEST(FileSinkTest, RefusalsAreSparks) {
  Folder out;
  auto context = SinkFor(out.path());
  context.output_mode = connector::OutputMode::kUpdate;
  EXPECT_EQ(FileSinkProvider(Format::kParquet).Create(context).status().message(),
            "Invalid streaming output mode: update. This output mode is not supported in Data "
            "Source parquet.");
  context.output_mode = connector::OutputMode::kAppend;
  context.partition_columns = {"zz"};
  EXPECT_EQ(FileSinkProvider(Format::kParquet).Create(context).status().message(),
            "Partition column zz not found in existing columns (id, text).");
  context.partition_columns = {};
  context.options.Set("retention", "x");
  EXPECT_THAT(FileSinkProvider(Format::kParquet).Create(context).status().message(),
              HasSubstr("Failed to parse time string: x"));
  context.options = connector::Options();
  EXPECT_EQ(FileSinkProvider(Format::kParquet).Create(context).status().message(),
            "'path' is not specified.");
  context = SinkFor(out.path());
  context.options.Set("compression", "nope");
  EXPECT_EQ(FileSinkProvider(Format::kJson).Create(context).status().message(),
            "The codec nope is not available. Available codecs are bzip2, deflate, uncompressed, "
            "snappy, none, lz4, gzip.");
}

class FileWrites : public ::testing::Test {
 protected:
  base::Result<std::unique_ptr<connector::SinkBatch>> Begin(
      Format format, SaveMode mode, const StructType& schema,
      std::vector<std::string> partition_columns = {},
      std::map<std::string, std::string> options = {},
      std::optional<std::string> first_line = std::nullopt) {
    connector::WriteContext context;
    context.first_line = std::move(first_line);
    context.path = out_.path();
    context.schema = schema;
    context.mode = mode;
    context.partition_columns = std::move(partition_columns);
    context.options = connector::Options(std::move(options));
    return FileTableWriterProvider(format).Begin(std::move(context), {});
  }
  void Write(SaveMode mode, std::shared_ptr<arrow::RecordBatch> rows,
             std::vector<std::string> partition_columns = {},
             std::map<std::string, std::string> options = {}) {
    auto batch = Begin(Format::kParquet, mode, KitSchema(), std::move(partition_columns),
                       std::move(options));
    ASSERT_TRUE(batch.ok()) << batch.status().ToString();
    ASSERT_TRUE(WriteParts(batch->get(), {std::move(rows)}).ok());
    const base::Status committed = (*batch)->Commit({});
    ASSERT_TRUE(committed.ok()) << committed.ToString();
  }
  Folder out_;
};

TEST_F(FileWrites, ModesAreSparks) {
  Write(SaveMode::kErrorIfExists, KitRows(0, 2));
  EXPECT_THAT(out_.Names(), ElementsAre("_SUCCESS", "part-00000-#-c000.snappy.parquet"));
  EXPECT_EQ(Begin(Format::kParquet, SaveMode::kErrorIfExists, KitSchema()).status().message(),
            "Path file:" + out_.path() +
                " already exists. Set mode as \"overwrite\" to overwrite the existing path.");
  EXPECT_EQ(*Begin(Format::kParquet, SaveMode::kIgnore, KitSchema()), nullptr);
  Write(SaveMode::kAppend, KitRows(2, 1));
  EXPECT_EQ(out_.Ids(), KitIds(0, 3));
  Write(SaveMode::kOverwrite, KitRows(7, 2));
  EXPECT_EQ(out_.Ids(), KitIds(7, 2));
  EXPECT_THAT(out_.Names(), SizeIs(2));
}

TEST_F(FileWrites, NothingIsSeenOrReplacedBeforeTheCommit) {
  Write(SaveMode::kAppend, KitRows(0, 2));
  {
    auto batch = Begin(Format::kParquet, SaveMode::kOverwrite, KitSchema());
    ASSERT_TRUE(WriteParts(batch->get(), {KitRows(5, 5)}).ok());
    EXPECT_EQ(out_.Ids(), KitIds(0, 2));
  }
  EXPECT_EQ(out_.Ids(), KitIds(0, 2));
  EXPECT_FALSE(std::filesystem::exists(out_.path() + "/_temporary"));
}

TEST_F(FileWrites, AStagedFileThatIsGoneFailsTheCommit) {
  auto batch = Begin(Format::kParquet, SaveMode::kAppend, KitSchema());
  ASSERT_TRUE(WriteParts(batch->get(), {KitRows(0, 2)}).ok());
  std::filesystem::remove_all(out_.path() + "/_temporary");
  EXPECT_EQ((*batch)->Commit({}).code(), base::StatusCode::kNotFound);
}

class HalfMovedWrites : public FileWrites {
 protected:
  /// Two files, of which the second cannot be moved to its name.
  void FailToCommit(SaveMode mode) {
    Write(SaveMode::kAppend, KitRows(0, 2));
    batch_ = Begin(Format::kParquet, mode, KitSchema(), {}, {{"maxRecordsPerFile", "2"}}).value();
    ASSERT_TRUE(WriteParts(batch_.get(), {KitRows(5, 4)}).ok());
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(out_.path() + "/_temporary")) {
      const std::string name = entry.path().filename().string();
      if (name.find("c001") != std::string::npos) obstacle_ = out_.path() + "/" + name;
    }
    std::filesystem::create_directory(obstacle_);
    ASSERT_FALSE(batch_->Commit({}).ok());
    EXPECT_FALSE(std::filesystem::exists(out_.path() + "/_SUCCESS"));
    std::filesystem::remove(obstacle_);
  }
  std::unique_ptr<connector::SinkBatch> batch_;
  std::string obstacle_;
};

TEST_F(HalfMovedWrites, TheNextCommitKeepsWhatIsMoved) {
  FailToCommit(SaveMode::kOverwrite);
  ASSERT_TRUE(batch_->Commit({}).ok());
  EXPECT_EQ(out_.Ids(), KitIds(5, 4));
  EXPECT_TRUE(std::filesystem::exists(out_.path() + "/_SUCCESS"));
}

TEST_F(HalfMovedWrites, AWriteThatIsGivenUpLeavesNothing) {
  for (const SaveMode mode : {SaveMode::kAppend, SaveMode::kOverwrite}) {
    FailToCommit(mode);
    batch_.reset();
    EXPECT_EQ(out_.Ids(), KitIds(0, 2));
    EXPECT_TRUE(std::filesystem::exists(out_.path() + "/_SUCCESS"));
    std::filesystem::remove_all(out_.path());
  }
}

TEST_F(FileWrites, PartitionsAndLimits) {
  Write(SaveMode::kAppend, KitRows(0, 5), {"text"}, {{"maxRecordsPerFile", "2"}});
  for (const std::string& name : out_.Names()) {
    if (name == "_SUCCESS") continue;
    EXPECT_THAT(name, ::testing::MatchesRegex("text=.*/part-00000-#.c00[0-9].snappy.parquet"));
  }
  EXPECT_EQ(out_.Ids(), KitIds(0, 5));
  Write(SaveMode::kOverwrite, KitRows(0, 5), {}, {{"maxRecordsPerFile", "2"}});
  EXPECT_THAT(out_.Names(), ElementsAre("_SUCCESS", "part-00000-#-c000.snappy.parquet",
                                        "part-00000-#-c001.snappy.parquet",
                                        "part-00000-#-c002.snappy.parquet"));
}

TEST_F(FileWrites, ADynamicOverwriteReplacesPartitions) {
  Write(SaveMode::kAppend, KitRows(0, 3), {"text"});
  Write(SaveMode::kOverwrite, KitRows(1, 1), {"text"}, {{"partitionOverwriteMode", "dynamic"}});
  EXPECT_EQ(out_.Ids(), KitIds(0, 3));
  EXPECT_THAT(out_.Names(), SizeIs(4));
  // Without partitions it is an overwrite as any.
  Write(SaveMode::kOverwrite, KitRows(1, 1), {}, {{"partitionOverwriteMode", "dynamic"}});
  EXPECT_EQ(out_.Ids(), KitIds(1, 1));
}

TEST_F(FileWrites, AnEmptyResultHasAFileWithTheSchema) {
  auto batch = Begin(Format::kParquet, SaveMode::kAppend, KitSchema());
  ASSERT_TRUE((*batch)->Commit({}).ok());
  EXPECT_THAT(out_.Names(), ElementsAre("_SUCCESS", "part-00000-#-c000.snappy.parquet"));
  EXPECT_THAT(out_.Ids(), IsEmpty());
}

TEST_F(FileWrites, LinesOfText) {
  arrow::StringBuilder lines;
  ASSERT_TRUE(lines.Append("1,a").ok() && lines.AppendNull().ok() && lines.Append("").ok());
  const auto rows = arrow::RecordBatch::Make(arrow::schema({arrow::field("value", arrow::utf8())}), 3,
                                             {lines.Finish().ValueOrDie()});
  const StructType schema = StructType().add("value", StringType());
  auto csv = Begin(Format::kCsv, SaveMode::kAppend, schema, {}, {}, "n,s");
  ASSERT_TRUE(csv.ok()) << csv.status().ToString();
  ASSERT_TRUE(WriteParts(csv->get(), {rows}).ok() && (*csv)->Commit({}).ok());
  EXPECT_EQ(out_.Text(".csv"), "n,s\n1,a\n\n\n");
  auto text = Begin(Format::kText, SaveMode::kOverwrite, schema, {},
                    {{"lineSep", "|"}, {"compression", "gzip"}});
  ASSERT_TRUE(WriteParts(text->get(), {rows}).ok() && (*text)->Commit({}).ok());
  EXPECT_THAT(out_.Names(), ElementsAre("_SUCCESS", "part-00000-#-c000.txt.gz"));
}

// Texts and conditions as real Spark 4.2 gave them.
TEST_F(FileWrites, RefusalsAreSparks) {
  const auto refuse = [&](Format format, const StructType& schema,
                          std::vector<std::string> partition_columns) {
    const auto batch = Begin(format, SaveMode::kAppend, schema, std::move(partition_columns));
    return batch.status().spark_error().condition + " " + batch.status().message();
  };
  EXPECT_EQ(refuse(Format::kParquet, KitSchema(), {"id", "text"}),
            "ALL_PARTITION_COLUMNS_NOT_ALLOWED Cannot use all columns for partition columns.");
  EXPECT_EQ(refuse(Format::kParquet, KitSchema(), {"zz"}),
            "_LEGACY_ERROR_TEMP_1155 Partition column `zz` not found in schema "
            "struct<id:bigint,text:string>.");
  EXPECT_THAT(refuse(Format::kParquet, KitSchema(), {"id", "ID"}),
              HasSubstr("COLUMN_ALREADY_EXISTS The column `id` already exists."));
  EXPECT_THAT(refuse(Format::kText, KitSchema(), {}),
              HasSubstr("The Text datasource doesn't support the column `id` of the type "
                        "\"BIGINT\"."));
  const auto unknown =
      Begin(Format::kParquet, SaveMode::kAppend, KitSchema(), {}, {{"compresion", "gzip"}});
  EXPECT_THAT(unknown.status().message(), HasSubstr("did you mean \"compression\"?"));
}

}  // namespace
}  // namespace millrace::sinks::file

namespace millrace::connector::testing {
INSTANTIATE_TYPED_TEST_SUITE_P(File, SinkKit, sinks::file::FileHarness);
}
