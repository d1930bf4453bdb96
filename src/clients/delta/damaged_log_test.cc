// Damaged logs: every reader answers Ok or says what is wrong and where; none crashes, none takes a
// number for another one.

#include <functional>
#include <random>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/delta/action_reader.h"
#include "clients/delta/checkpoint_reader.h"
#include "clients/delta/checkpoint_writer.h"
#include "clients/delta/file_path.h"
#include "clients/delta/last_checkpoint.h"
#include "clients/delta/table_features.h"
#include "clients/delta/table_log.h"
#include "clients/delta/table_state.h"
#include "clients/parquet/parquet_writer.h"
#include "data/schema_text.h"
#include "fs/memory_file_system.h"

namespace millrace::clients::delta {
namespace {

using base::Status;
using base::StatusCode;
using ::testing::HasSubstr;

constexpr char kLog[] = "/t/_delta_log";

// One action of each kind, every field of it set.
std::vector<Action> AllActions() {
  CommitInfo info;
  info.in_commit_timestamp = 7;
  info.timestamp = 7;
  info.operation = "STREAMING UPDATE";
  info.operation_parameters = {{"outputMode", "\"Append\""}};
  info.txn_id = "00000000-0000-0000-0000-000000000000";
  Metadata metadata;
  metadata.id = "11111111-2222-3333-4444-555555555555";
  metadata.name = "n\xC3\xA4me";
  metadata.schema_string =
      R"({"type":"struct","fields":[{"name":"a","type":{"type":"array","elementType":"long",)"
      R"("containsNull":true},"nullable":true,"metadata":{"delta.columnMapping.id":1}}]})";
  metadata.partition_columns = {"p"};
  metadata.configuration = {{"delta.appendOnly", "true"}};
  metadata.created_time = 1;
  Protocol protocol{3, 7, std::vector<std::string>{"deletionVectors"},
                    std::vector<std::string>{"deletionVectors", "rowTracking", "domainMetadata"}};
  AddFile add;
  add.path = "p=a%2520b/part-0.parquet";
  add.partition_values = {{"p", "a b"}, {"q", std::nullopt}};
  add.size = 10;
  add.stats = R"({"numRecords":3})";
  add.tags = std::map<std::string, NullableString>{{"t", std::nullopt}};
  add.deletion_vector = DeletionVector{"u", "ab^-aqEH.-t@S}K{vb[*k^", 1, 34, 6, 29};
  add.base_row_id = 0;
  add.default_row_commit_version = 1;
  RemoveFile remove;
  remove.path = "gone.parquet";
  remove.deletion_timestamp = 9'000'000'000'000;
  return {info,
          metadata,
          protocol,
          DomainMetadata{"delta.rowTracking", R"({"rowIdHighWaterMark":2})", false},
          SetTransaction{"q", 3, 4},
          add,
          remove};
}

std::string CommitText() {
  std::string text;
  for (const Action& action : AllActions()) text += ToJson(action) + "\n";
  return text;
}

Status Read(std::string_view commit, int* actions = nullptr) {
  return ReadActions(commit, "00.json", [&](Action&&) {
    if (actions != nullptr) ++*actions;
    return Status::Ok();
  });
}

void ExpectOkOrNamed(const Status& status, std::string_view file) {
  if (status.ok()) return;
  EXPECT_EQ(status.code(), StatusCode::kCorrupt) << status.ToString();
  EXPECT_THAT(status.message(), HasSubstr(std::string(file)));
}

TEST(DamagedCommit, CutOffAnywhere) {
  const std::string text = CommitText();
  for (std::size_t size = 0; size <= text.size(); ++size) {
    int actions = 0;
    const Status status = Read(std::string_view(text).substr(0, size), &actions);
    // A line without its line feed is whole; anything else of a line is not.
    const bool whole = size == 0 || text[size - 1] == '\n' || text[size] == '\n';
    EXPECT_EQ(status.ok(), whole) << size;
    ExpectOkOrNamed(status, "00.json: line");
    EXPECT_EQ(actions, std::count(text.begin(), text.begin() + size, '\n') +
                           (whole && size > 0 && text[size - 1] != '\n'));
  }
}

TEST(DamagedCommit, AnyByteAnother) {
  const std::string text = CommitText();
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char byte : {'\0', '"', '\n', '{', '9', '\xFF'}) {
      std::string damaged = text;
      damaged[at] = byte;
      ExpectOkOrNamed(Read(damaged), "00.json: line");
    }
  }
}

TEST(DamagedCommit, WrongTypesAreSaid) {
  for (const char* line :
       {R"({"protocol":{"minReaderVersion":"1","minWriterVersion":2}})",
        R"({"protocol":{"minReaderVersion":1.5,"minWriterVersion":2}})",
        R"({"protocol":{"minReaderVersion":4294967297,"minWriterVersion":2}})",
        R"({"protocol":{"minReaderVersion":-4294967295,"minWriterVersion":2}})",
        R"({"protocol":{"minReaderVersion":1,"minWriterVersion":99999999999999999999}})",
        R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":[1]}})",
        R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"writerFeatures":"x"}})",
        R"({"protocol":{"minReaderVersion":1}})",
        R"({"protocol":[]})",
        R"({"protocol":1})",
        R"({"metaData":{"id":5}})",
        R"({"metaData":{"schemaString":{}}})",
        R"({"metaData":{"partitionColumns":{"a":1}}})",
        R"({"metaData":{"configuration":[]}})",
        R"({"add":{"size":1}})",
        R"({"add":{"path":5}})",
        R"({"add":{"path":"a","size":"1"}})",
        R"({"add":{"path":"a","size":1e30}})",
        R"({"add":{"path":"a","partitionValues":[]}})",
        R"({"add":{"path":"a","deletionVector":{"cardinality":"x"}}})",
        R"({"add":{"path":"a","deletionVector":{"offset":9999999999}}})",
        R"({"txn":{"appId":"q"}})",
        R"({"txn":{"appId":"q","version":null}})",
        R"({"txn":{"appId":"q","version":9223372036854775808}})",
        R"({"commitInfo":{"inCommitTimestamp":"x"}})",
        R"([])",
        R"("add")",
        "5",
        "{",
        "null"}) {
    const Status status = Read(line);
    EXPECT_EQ(status.code(), StatusCode::kCorrupt) << line;
    EXPECT_THAT(status.message(), HasSubstr("00.json: line 1: ")) << line;
  }
}

TEST(DamagedCommit, WhatHasNoMeaningForUsIsSteppedOver) {
  for (const char* line :
       {R"({"commitInfo":{"operation":5,"timestamp":"x","txnId":[],"isBlindAppend":"yes"}})",
        R"({"commitInfo":{"operationParameters":{"a":[{}],"b":null,"c":1e99}}})",
        R"({"cdc":{"path":1}})", R"({"laterAction":{}})", R"({"add":null})",
        R"({"add":{"path":"a","partitionValues":{"p":5,"q":null},"laterField":{}}})", " \t",
        "{}"}) {
    EXPECT_TRUE(Read(line).ok()) << line << ": " << Read(line).ToString();
  }
}

TEST(DamagedCommit, NestedBeyondMeasure) {
  for (const char* bracket : {"[", "{\"a\":"}) {
    std::string deep = R"({"add":{"path":"a","x":)";
    for (int i = 0; i < 100'000; ++i) deep += bracket;
    ExpectOkOrNamed(Read(deep), "00.json: line 1");
    EXPECT_FALSE(Read(deep).ok());
  }
}

TEST(DamagedCommit, RandomBytes) {
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 200, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    ExpectOkOrNamed(Read(bytes), "00.json: line");
  }
}

// ------------------------------------------------------------------------------------ checkpoints

std::string CheckpointBytes() {
  fs::MemoryFileSystem disk;
  EXPECT_TRUE(disk.CreateExclusive(fs::Join(kLog, CommitFileName(0)), CommitText()).ok());
  const auto state = LoadTableState(&disk, kLog);
  EXPECT_TRUE(state.ok()) << state.status().ToString();
  const Status written =
      WriteCheckpoint(&disk, kLog, *state, base::WallTime(std::chrono::seconds(1)));
  EXPECT_TRUE(written.ok()) << written.ToString();
  return disk.Read(fs::Join(kLog, CheckpointFileName(0))).value();
}

Status ReadAsCheckpoint(std::string bytes, int* actions = nullptr) {
  return ReadCheckpointFile(std::move(bytes), "00.checkpoint.parquet", CheckpointContent::kAll,
                            [&](Action&&) {
                              if (actions != nullptr) ++*actions;
                              return Status::Ok();
                            });
}

TEST(DamagedCheckpoint, CutOffAnywhere) {
  const std::string bytes = CheckpointBytes();
  int actions = 0;
  ASSERT_TRUE(ReadAsCheckpoint(bytes, &actions).ok());
  EXPECT_EQ(actions, 6);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Status status = ReadAsCheckpoint(bytes.substr(0, size));
    EXPECT_FALSE(status.ok()) << size;
    ExpectOkOrNamed(status, "00.checkpoint.parquet");
  }
}

TEST(DamagedCheckpoint, AByteAnother) {
  const std::string bytes = CheckpointBytes();
  std::mt19937 random(12);
  for (int round = 0; round < 1500; ++round) {
    std::string damaged = bytes;
    char& byte = damaged[random() % damaged.size()];
    byte = static_cast<char>(byte ^ (1 + random() % 255));
    const Status status = ReadAsCheckpoint(std::move(damaged));
    if (!status.ok()) {
      EXPECT_THAT(status.message(), HasSubstr("00.checkpoint.parquet"));
    }
  }
}

// A checkpoint of one row with one column, a struct of one field.
std::string OneField(const char* action, const char* field,
                     const std::shared_ptr<arrow::Array>& values) {
  fs::MemoryFileSystem disk;
  const auto column =
      arrow::StructArray::Make({values}, std::vector<std::string>{field}).ValueOrDie();
  const auto schema = arrow::schema({arrow::field(action, column->type())});
  auto writer = parquet::ParquetWriter::Open(disk.OpenOutput("/f").value(), schema, {});
  EXPECT_TRUE(writer.ok());
  EXPECT_TRUE((*writer)->Write(*arrow::RecordBatch::Make(schema, 1, {column})).ok());
  EXPECT_TRUE((*writer)->Close().ok());
  return disk.Read("/f").value();
}

template <typename Builder, typename Value>
std::shared_ptr<arrow::Array> One(const Value& value) {
  Builder builder;
  EXPECT_TRUE(builder.Append(value).ok());
  return builder.Finish().ValueOrDie();
}

TEST(DamagedCheckpoint, WrongTypesAreSaid) {
  const auto number = One<arrow::Int64Builder>(std::int64_t{1} << 40);
  const auto text = One<arrow::StringBuilder>("x");
  const struct {
    const char* action;
    const char* field;
    std::shared_ptr<arrow::Array> values;
    const char* says;
  } cases[] = {{"add", "path", number, "\"path\" has the wrong type"},
               {"add", "size", number, "\"path\" is missing"},
               {"remove", "path", number, "\"path\" has the wrong type"},
               {"metaData", "schemaString", number, "\"schemaString\" has the wrong type"},
               {"metaData", "partitionColumns", text, "\"partitionColumns\" has the wrong type"},
               {"metaData", "configuration", text, "\"configuration\" has the wrong type"},
               {"protocol", "minReaderVersion", text, "\"minWriterVersion\" is missing"},
               {"protocol", "minReaderVersion", number, "\"minWriterVersion\" is missing"},
               {"txn", "appId", number, "\"version\" is missing"},
               {"domainMetadata", "domain", number, "\"domain\" has the wrong type"},
               {"sidecar", "path", number, "\"path\" has the wrong type"}};
  for (const auto& one : cases) {
    const Status status = ReadAsCheckpoint(OneField(one.action, one.field, one.values));
    EXPECT_EQ(status.code(), StatusCode::kCorrupt) << one.action;
    EXPECT_THAT(status.message(), HasSubstr(one.says));
  }
}

// ------------------------------------------------------------------------------- _last_checkpoint

TEST(DamagedHint, CutOffOrChangedAnywhere) {
  LastCheckpoint hint;
  hint.version = 10;
  hint.size = 3;
  hint.parts = 2;
  hint.size_bytes = 4;
  hint.add_files = 1;
  const std::string text = ToJson(hint);
  EXPECT_EQ(text, R"({"version":10,"size":3,"parts":2,"sizeInBytes":4,"numOfAddFiles":1})");
  EXPECT_EQ(ParseLastCheckpoint(text, "hint")->parts, 2);
  for (std::size_t at = 0; at < text.size(); ++at) {
    EXPECT_FALSE(ParseLastCheckpoint(text.substr(0, at), "hint").ok());
    for (const char byte : {'\0', '"', '{', '9', '-', '\xFF'}) {
      std::string damaged = text;
      damaged[at] = byte;
      ExpectOkOrNamed(ParseLastCheckpoint(damaged, "hint").status(), "hint");
    }
  }
}

TEST(DamagedHint, WrongTypesAreSaid) {
  for (const char* text :
       {R"({})", R"([])", R"({"size":1})", R"({"version":"10","size":1})", R"({"version":1.5})",
        R"({"version":-1,"size":1})", R"({"version":10,"size":9223372036854775808})",
        R"({"version":10,"size":1,"parts":"x"})", "10", ""}) {
    EXPECT_EQ(ParseLastCheckpoint(text, "hint").status().code(), StatusCode::kCorrupt) << text;
  }
  EXPECT_TRUE(
      ParseLastCheckpoint(
          R"({"version":1,"size":1,"checkpointSchema":{"a":[]},"parts":null,"checksum":1})", "hint")
          .ok());
}

// ------------------------------------------------------------------------------- schema and tables

TEST(DamagedSchema, IsRefusedNotFollowed) {
  const std::string text = std::get<Metadata>(AllActions()[1]).schema_string;
  ASSERT_TRUE(data::ParseJsonSchema(text).ok());
  for (std::size_t at = 0; at < text.size(); ++at) {
    EXPECT_FALSE(data::ParseJsonSchema(text.substr(0, at)).ok()) << at;
    for (const char byte : {'\0', '"', '{', '9', '\xFF'}) {
      std::string damaged = text;
      damaged[at] = byte;
      if (const auto schema = data::ParseJsonSchema(damaged); schema.ok()) {
        (void)CheckAppendable(Protocol(), Metadata(), *schema, "/t");
      }
    }
  }
  const std::vector<std::string> fields = {"{}", R"([{"name":1,"type":"long"}])",
                                           R"x([{"name":"a","type":"decimal(99,0)"}])x",
                                           R"([{"name":"a","type":{"type":"map"}}])"};
  std::vector<std::string> bad_schemas = {R"({"type":"struct"})", "[]", "1"};
  for (const std::string& list : fields) {
    bad_schemas.push_back(R"({"type":"struct","fields":)" + list + "}");
  }
  for (const std::string& bad : bad_schemas) {
    EXPECT_FALSE(data::ParseJsonSchema(bad).ok()) << bad;
  }
}

TEST(DamagedTable, NumbersAtTheEndOfTheirRange) {
  fs::MemoryFileSystem disk;
  const std::string protocol = R"({"protocol":{"minReaderVersion":1,"minWriterVersion":7,)"
                               R"("writerFeatures":["rowTracking","domainMetadata",)"
                               R"("inCommitTimestamp"]}})";
  const std::string metadata =
      R"({"metaData":{"id":"x","schemaString":"{\"type\":\"struct\",\"fields\":[]}",)"
      R"("configuration":{"delta.enableInCommitTimestamps":"true",)"
      R"("delta.checkpointInterval":"-9223372036854775808",)"
      R"("delta.deletedFileRetentionDuration":"interval -9223372036854775 seconds"}}})";
  const auto commit = [&](const std::string& info, const std::string& mark) {
    return info + "\n" + protocol + "\n" + metadata + "\n" +
           R"({"domainMetadata":{"domain":"delta.rowTracking","configuration":)" +
           "\"{\\\"rowIdHighWaterMark\\\":" + mark + "}\",\"removed\":false}}\n";
  };
  const auto append = [&](const std::string& text) {
    fs::MemoryFileSystem fresh;
    EXPECT_TRUE(fresh.CreateExclusive(fs::Join(kLog, CommitFileName(0)), text).ok());
    TableLog log(&fresh, "/t", base::Clock::System(), base::Random::System());
    EXPECT_TRUE(log.Refresh().ok());
    Transaction transaction;
    transaction.operation = "WRITE";
    NewFile file;
    file.add.path = "a";
    file.rows = 5;
    transaction.files.push_back(file);
    const Status status = log.Commit(&transaction, {}).status();
    (void)log.CheckpointDue();
    const Status written = WriteCheckpoint(&fresh, kLog, log.state(), base::Clock::System()->Now());
    EXPECT_TRUE(written.ok()) << written.ToString();
    return status;
  };
  const std::string soon = R"({"commitInfo":{"inCommitTimestamp":5}})";
  EXPECT_TRUE(append(commit(soon, "3")).ok());
  EXPECT_THAT(append(commit(soon, "9223372036854775804")).message(), HasSubstr("no room"));
  EXPECT_THAT(append(commit(soon, "-9223372036854775808")).message(), HasSubstr("no room"));
  EXPECT_THAT(append(commit(soon, "99999999999999999999")).message(),
              HasSubstr("holds no rowIdHighWaterMark"));
  EXPECT_THAT(
      append(commit(R"({"commitInfo":{"inCommitTimestamp":9223372036854775807}})", "3")).message(),
      HasSubstr("no time is later"));
}

TEST(DamagedTable, FilesWithNamesLikeVersionsAreNone) {
  fs::MemoryFileSystem disk;
  ASSERT_TRUE(disk.CreateExclusive(fs::Join(kLog, CommitFileName(0)), CommitText()).ok());
  for (const char* name :
       {"09223372036854775807.json", "18446744073709551616.json", "99999999999999999999.json",
        "09223372036854775807.checkpoint.parquet", "-0000000000000000001.json",
        "00000000000000000000.checkpoint.0000000001.9999999999.parquet",
        "00000000000000000000.checkpoint..parquet"}) {
    ASSERT_TRUE(disk.CreateExclusive(fs::Join(kLog, name), "x").ok());
  }
  const auto state = LoadTableState(&disk, kLog);
  ASSERT_TRUE(state.ok()) << state.status().ToString();
  EXPECT_EQ(state->version, 0);
}

}  // namespace
}  // namespace millrace::clients::delta
