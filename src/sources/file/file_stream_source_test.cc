#include "sources/file/file_stream_source.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <arrow/api.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uuid.h"
#include "clients/files/sink_log.h"
#include "connector/testing/source_kit.h"
#include "data/schema_text.h"
#include "fs/memory_file_system.h"

namespace millrace::sources::file {
namespace {

using connector::Offset;
using connector::Options;
using connector::ReadLimit;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A folder that goes away with the test.
class Folder {
 public:
  Folder()
      : path_((std::filesystem::temp_directory_path() /
               ("millrace-stream-" + base::Uuid::Random(base::Random::System()).ToString()))
                  .string()) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  /// A file of this age: `second` of a year.
  void Put(const std::string& name, const std::string& text, int second) {
    const std::string path = path_ + "/" + name;
    ASSERT_TRUE(fs::LocalFileSystem()->CreateExclusive(path, text).ok());
    std::filesystem::last_write_time(
        path, std::chrono::file_clock::from_sys(
                  std::chrono::sys_seconds(std::chrono::seconds(1'767'225'600 + second))));
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      if (entry.is_regular_file()) {
        names.push_back(std::filesystem::relative(entry.path(), path_).string());
      }
    }
    std::ranges::sort(names);
    return names;
  }

 private:
  const std::string path_;
};

/// Two files more in each step, in two partitions.
class TextFixture : public connector::testing::SourceFixture {
 public:
  TextFixture() {  // The partitions are known from the beginning.
    folder_.Put("p=0/first", "x\ny\n", 0);
    folder_.Put("p=1/first", "z\nw\n", 0);
  }
  const connector::SourceProvider& provider() const override { return provider_; }
  Options options() const override { return Options({{"path", folder_.path()}}); }
  connector::SourceContext context() const override {
    connector::SourceContext context;
    context.options = options();
    context.file_system = &disk_;
    context.metadata_path = "/checkpoint/sources/0";
    context.parallelism = 2;
    return context;
  }
  void Append() override {
    for (int partition = 0; partition < 2; ++partition, ++files_) {
      folder_.Put(fmt::format("p={}/f{}", partition, files_),
                  fmt::format("{}a\n{}b\n", files_, files_), files_);
    }
  }

 private:
  FileSourceProvider provider_{Format::kText};
  Folder folder_;
  mutable fs::MemoryFileSystem disk_;
  int files_ = 1;
};

MILLRACE_SOURCE_KIT(TextFiles, TextFixture);

class FileStream : public ::testing::Test {
 protected:
  base::Result<std::unique_ptr<connector::Source>> TryOpen(
      Format format, std::map<std::string, std::string> options,
      const std::optional<std::string>& schema = std::nullopt) {
    connector::SourceContext context;
    options.try_emplace("path", in_.path());
    context.options = Options(std::move(options));
    if (schema) context.user_schema = data::ParseTableSchema(*schema).value();
    context.file_system = &disk_;
    context.metadata_path = "/cp/sources/0";
    MILLRACE_RETURN_IF_ERROR(
        FileSourceProvider(format).Schema(context.options, context.user_schema).status());
    return FileSourceProvider(format).Create(std::move(context));
  }
  std::unique_ptr<connector::Source> Open(std::map<std::string, std::string> options = {}) {
    auto source = TryOpen(Format::kText, std::move(options));
    EXPECT_TRUE(source.ok()) << source.status().ToString();
    return source.ok() ? *std::move(source) : nullptr;
  }
  static std::optional<Offset> Latest(connector::Source& source, std::optional<Offset> start,
                                      ReadLimit limit = ReadLimit::kSourceOptions) {
    source.Refresh();
    const auto latest = source.LatestOffset(start, limit, {});
    EXPECT_TRUE(latest.ok()) << latest.status().ToString();
    return latest.ok() ? *latest : std::nullopt;
  }
  static std::vector<std::string> Read(connector::Source& source, std::optional<Offset> start,
                                       Offset end) {
    std::vector<std::string> rows;
    const auto partitions = source.PlanPartitions(start, end, {});
    EXPECT_TRUE(partitions.ok()) << partitions.status().ToString();
    if (!partitions.ok()) return rows;
    std::vector<int> columns;
    for (std::size_t i = 0; i < source.schema().size(); ++i) columns.push_back(static_cast<int>(i));
    for (const auto& partition : *partitions) {
      const auto reader = source.OpenReader(partition, columns).value();
      while (const auto batch = reader->Next({}).value()) {
        for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
          rows.emplace_back();
          for (const auto& column : batch->columns()) {
            rows.back() += column->GetScalar(row).ValueOrDie()->ToString() + "|";
          }
        }
      }
    }
    return rows;
  }
  std::string Log(const std::string& name) {
    return disk_.Read("/cp/sources/0/" + name).value();
  }

  Folder in_;
  fs::MemoryFileSystem disk_;
};

// As real Spark 4.2 wrote it, but for the folder.
TEST_F(FileStream, TheLogIsInSparksBytes) {
  in_.Put("k=2/x=b c/f%20g", "1\n", 1);
  in_.Put("k=1/x=a/f", "2\n", 2);
  const auto source = Open();
  EXPECT_EQ(source->schema().toDDL(), "value STRING,k INT,x STRING");
  EXPECT_EQ(source->description(), "FileStreamSource[file:" + in_.path() + "]");
  EXPECT_EQ(Latest(*source, std::nullopt), Offset{"{\"logOffset\":0}"});
  const std::string folder = "file://" + in_.path();
  EXPECT_EQ(Log("0"), "v1\n{\"path\":\"" + folder +
                          "/k=2/x=b%20c/f%2520g\",\"timestamp\":1767225601000,\"batchId\":0}\n"
                          "{\"path\":\"" + folder +
                          "/k=1/x=a/f\",\"timestamp\":1767225602000,\"batchId\":0}");
  EXPECT_THAT(Read(*source, std::nullopt, Offset{"{\"logOffset\":0}"}),
              ElementsAre("1|2|b c|", "2|1|a|"));
}

TEST_F(FileStream, LimitsAndOrder) {
  for (int i = 0; i < 4; ++i) in_.Put(fmt::format("f{}", 9 - i), std::to_string(i), i);
  const auto source = Open({{"maxFilesPerTrigger", "3"}});
  const auto first = Latest(*source, std::nullopt);
  EXPECT_THAT(Read(*source, std::nullopt, *first), ElementsAre("0|", "1|", "2|"));
  in_.Put("late", "old", -1);
  const auto second = Latest(*source, first);
  EXPECT_THAT(Read(*source, first, *second), ElementsAre("3|"));
  const auto third = Latest(*source, second);
  EXPECT_THAT(Read(*source, second, *third), ElementsAre("old|"));
  EXPECT_EQ(Latest(*source, third), third);
  EXPECT_EQ(third, Offset{"{\"logOffset\":2}"});
}

TEST_F(FileStream, BytesBoundABatchButNotItsFirstFile) {
  in_.Put("a", "12345", 0);
  in_.Put("b", "12", 1);
  in_.Put("c", "34", 2);
  in_.Put("d", "5", 3);
  const auto source = Open({{"maxBytesPerTrigger", "4"}});
  const auto first = Latest(*source, std::nullopt);
  EXPECT_THAT(Read(*source, std::nullopt, *first), ElementsAre("12345|"));
  const auto second = Latest(*source, first);
  EXPECT_THAT(Read(*source, first, *second), ElementsAre("12|", "34|"));
}

TEST_F(FileStream, TheNewestMayComeFirst) {
  in_.Put("a", "1", 0);
  in_.Put("b", "2", 1'000'000);  // More than seven days later.
  const auto source = Open({{"latestFirst", "true"}, {"maxFilesPerTrigger", "1"}});
  const auto first = Latest(*source, std::nullopt);
  EXPECT_THAT(Read(*source, std::nullopt, *first), ElementsAre("2|"));
  EXPECT_THAT(Read(*source, first, *Latest(*source, first)), ElementsAre("1|"));
}

TEST_F(FileStream, FilesThatAreTooOldAreNeverNew) {
  in_.Put("new", "2", 1'000'000);
  const auto source = Open();
  const auto first = Latest(*source, std::nullopt);
  in_.Put("old", "1", 0);
  EXPECT_EQ(Latest(*source, first), first);
  const auto patient = Open({{"maxFileAge", "30d"}});
  EXPECT_NE(Latest(*patient, first), first);
}

TEST_F(FileStream, ANameMayStandForTheFile) {
  in_.Put("x=1/f", "1", 0);
  const auto source = Open({{"fileNameOnly", "true"}, {"recursiveFileLookup", "true"}});
  const auto first = Latest(*source, std::nullopt);
  in_.Put("x=2/f", "2", 1);
  in_.Put("x=2/g", "3", 2);
  EXPECT_THAT(Read(*source, first, *Latest(*source, first)), ElementsAre("3|"));
}

TEST_F(FileStream, FilesOfOneNameThatAreNewTogetherAreAllRead) {
  in_.Put("x=1/f", "1", 0);
  in_.Put("x=2/f", "2", 1);
  const auto source = Open({{"fileNameOnly", "true"}, {"recursiveFileLookup", "true"}});
  const auto first = Latest(*source, std::nullopt);
  EXPECT_THAT(Read(*source, std::nullopt, *first), ElementsAre("1|", "2|"));
}

TEST_F(FileStream, WhatWasReadIsCleanedUpWithTheNextBatch) {
  Folder archive;
  for (const bool keep : {false, true}) {
    in_.Put(keep ? "c" : "a", "1", 0);
    const auto source =
        keep ? Open({{"cleanSource", "archive"}, {"sourceArchiveDir", archive.path()}})
             : Open({{"cleanSource", "delete"}});
    const auto end = Latest(*source, std::nullopt);
    ASSERT_TRUE(source->Commit(*end).ok());
    ASSERT_TRUE(source->Commit(*end).ok()) << "after a restart";
  }
  EXPECT_THAT(in_.Names(), IsEmpty());
  EXPECT_THAT(archive.Names(), ElementsAre(in_.path().substr(1) + "/c"));
}

TEST_F(FileStream, WhatTheLogTookForABatchThatWasNeverPlannedIsPlannedNext) {
  in_.Put("a", "1", 0);
  EXPECT_EQ(Latest(*Open(), std::nullopt), Offset{"{\"logOffset\":0}"});
  in_.Put("b", "2", 1);
  const auto source = Open({{"maxFilesPerTrigger", "1"}});
  const auto first = Latest(*source, std::nullopt);
  EXPECT_THAT(Read(*source, std::nullopt, *first), ElementsAre("1|"));
  EXPECT_THAT(Read(*source, first, *Latest(*source, first)), ElementsAre("2|"));
}

TEST_F(FileStream, TwoQueriesOnOneLogAreTold) {
  in_.Put("a", "1", 0);
  const auto one = Open();
  const auto other = Open();
  ASSERT_TRUE(Latest(*one, std::nullopt).has_value());
  const auto lost = other->LatestOffset(std::nullopt, ReadLimit::kAllAvailable, {});
  EXPECT_EQ(lost.status().code(), base::StatusCode::kConflict);
  EXPECT_THAT(lost.status().message(), HasSubstr("Multiple streaming jobs detected for 0"));
}

TEST_F(FileStream, ASinksOutputIsReadThroughItsLog) {
  in_.Put("part-0", "1\n", 0);
  in_.Put("part-1", "never committed\n", 0);
  clients::files::CompactibleLog log(fs::LocalFileSystem(), in_.path() + "/_spark_metadata", {},
                                     base::Clock::System());
  ASSERT_TRUE(
      log.Add(0, {clients::files::ToJson({"file://" + in_.path() + "/part-0", 2, 1000})}).value());
  const auto source = Open();
  EXPECT_THAT(Read(*source, std::nullopt, *Latest(*source, std::nullopt)), ElementsAre("1|"));
  EXPECT_FALSE(TryOpen(Format::kText, {{"cleanSource", "delete"}}).ok());
}

// Texts and conditions as real Spark 4.2 gave them.
TEST_F(FileStream, RefusalsAreSparks) {
  const auto refuse = [&](std::map<std::string, std::string> options, const char* text) {
    const auto source = TryOpen(Format::kJson, std::move(options), "a int");
    EXPECT_THAT(source.status().message(), HasSubstr(text));
  };
  refuse({{"maxFilesPerTrigger", "0"}},
         "Invalid value '0' for option 'maxFilesPerTrigger', must be a positive integer");
  refuse({{"maxBytesPerTrigger", "x"}},
         "Invalid value 'x' for option 'maxBytesPerTrigger', must be a positive integer");
  refuse({{"maxFilesPerTrigger", "1"}, {"maxBytesPerTrigger", "1"}},
         "Options 'maxFilesPerTrigger' and 'maxBytesPerTrigger' can't be both set at the same time");
  refuse({{"cleanSource", "archive"}}, "Archive mode must be used with 'sourceArchiveDir' option.");
  refuse({{"cleanSource", "x"}},
         "Invalid mode for clean source option Some(x). Must be one of ARCHIVE,DELETE,OFF");
  refuse({{"cleanSource", "archive"}, {"sourceArchiveDir", in_.path() + "/x"}},
         "requirement failed: Base archive path cannot be set to the path where archived path can");
  refuse({{"modifiedBefore", "2020-01-01T00:00:00"}},
         "option 'modifiedbefore' is not allowed in file stream sources");
  refuse({{"maxFileAge", "x"}}, "Failed to parse time string: x");
  refuse({{"latestFirst", "x"}},
         "Invalid value 'x' for option 'latestFirst', must be 'true' or 'false'");
  refuse({{"maxCachedFiles", "-1"}}, "must be an integer greater than or equal to 0");
  refuse({{"discardCachedInputRatio", "2"}}, "must be a positive float between 0 and 1");
  refuse({{"path", "/no/such/folder"}}, "Path does not exist: /no/such/folder.");
  const auto no_schema = TryOpen(Format::kParquet, {});
  EXPECT_EQ(no_schema.status().spark_error().condition, "_LEGACY_ERROR_TEMP_2048");
  EXPECT_EQ(FileSourceProvider(Format::kText).Schema({}, std::nullopt).status().message(),
            "'path' is not specified.");
  EXPECT_TRUE(TryOpen(Format::kText, {{"path", in_.path() + "/gone*"}}).ok());
}

TEST_F(FileStream, JsonAndCsvComeAsLines) {
  in_.Put("k=1/f.json", "{\"a\":1}\n\n{\"a\":2}\n", 0);
  auto source = TryOpen(Format::kJson, {{"mode", "FAILFAST"}, {"dateFormat", "yyyy"}},
                        "k string, a int");
  ASSERT_TRUE(source.ok()) << source.status().ToString();
  EXPECT_EQ((*source)->schema().toDDL(), "`<line>` STRING,k STRING");
  EXPECT_THAT(Read(**source, std::nullopt, *Latest(**source, std::nullopt)),
              ElementsAre("{\"a\":1}|1|", "{\"a\":2}|1|"));
}

TEST_F(FileStream, AForeignOffsetIsTold) {
  in_.Put("a", "1", 0);
  const auto source = Open();
  ASSERT_TRUE(Latest(*source, std::nullopt).has_value());
  EXPECT_EQ(source->PlanPartitions(std::nullopt, Offset{"{\"logOffset\":7}"}, {}).status().code(),
            base::StatusCode::kCorrupt);
  EXPECT_EQ(source->PlanPartitions(Offset{"x"}, Offset{"0"}, {}).status().code(),
            base::StatusCode::kCorrupt);
  EXPECT_THAT(Read(*source, std::nullopt, Offset{"0"}), ElementsAre("1|")) << "as old logs have it";
}

// The log that real Spark wrote for twelve files, one in each batch.
TEST_F(FileStream, TheSameArrivalsMakeSparksLog) {
  const char* shared = std::getenv("MILLRACE_SHARED");
  const std::string golden =
      std::string(shared != nullptr ? shared : MILLRACE_SOURCE_DIR "/../shared") +
      "/oracle/golden-parquet-parquet/checkpoint/sources/0/";
  if (!std::filesystem::exists(golden)) GTEST_SKIP() << "no recorded checkpoint at " << golden;
  std::optional<Offset> at;
  for (int i = 0; i < 12; ++i) {
    in_.Put(fmt::format("f{:02}.parquet", i), "x", i);
    const auto source = TryOpen(Format::kParquet, {}, "a int").value();
    at = Latest(*source, at);
  }
  for (int i = 0; i < 12; ++i) {
    const std::string name = std::to_string(i) + (i == 9 ? ".compact" : "");
    std::string expected = fs::LocalFileSystem()->Read(golden + name).value();
    const std::string from = "/tmp/golden/parquet-parquet/in";
    for (auto found = expected.find(from); found != expected.npos; found = expected.find(from)) {
      expected.replace(found, from.size(), in_.path());
    }
    EXPECT_EQ(Log(name), expected);
  }
  EXPECT_EQ(disk_.List("/cp/sources/0").value().size(), 12u);
}

TEST_F(FileStream, MetadataNamesTheFileOfEachRow) {
  in_.Put("k=1/a", "1\n2\n", 1);
  in_.Put("k=2/b", "3\n", 2);
  const auto source = Open({{"maxFilesPerTrigger", "1"}});
  EXPECT_EQ(FileSourceProvider(Format::kText).metadata_column()->dataType.fields().size(), 6u);
  EXPECT_EQ(FileSourceProvider(Format::kParquet).metadata_column()->dataType.fields().size(), 7u);
  std::vector<std::string> files;
  std::optional<Offset> start;
  for (int batch = 0; batch < 2; ++batch) {
    const auto end = Latest(*source, start);
    ASSERT_TRUE(end);
    const auto partitions = source->PlanPartitions(start, *end, {});
    ASSERT_TRUE(partitions.ok());
    for (const auto& partition : *partitions) {
      const auto reader = source->OpenReader(partition, {1, 2}).value();
      while (const auto rows = reader->Next({}).value()) {
        const auto& metadata = static_cast<const arrow::StructArray&>(*rows->column(1));
        for (std::int64_t row = 0; row < rows->num_rows(); ++row) {
          std::string text = rows->column(0)->GetScalar(row).ValueOrDie()->ToString();
          for (const int field : {1, 2, 5}) {
            text += " " + metadata.field(field)->GetScalar(row).ValueOrDie()->ToString();
          }
          files.push_back(std::move(text));
        }
      }
    }
    start = end;
  }
  EXPECT_THAT(files, ElementsAre("1 a 4 2026-01-01 00:00:01.000000Z",
                                 "1 a 4 2026-01-01 00:00:01.000000Z",
                                 "2 b 2 2026-01-01 00:00:02.000000Z"));
}

}  // namespace
}  // namespace millrace::sources::file
