// Texts of the log: file names, paths, actions, intervals.

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "clients/delta/action_reader.h"
#include "clients/delta/actions.h"
#include "clients/delta/file_path.h"
#include "clients/delta/json_text.h"
#include "fs/file_system.h"

namespace millrace::clients::delta {
namespace {

using base::Status;
using base::StatusCode;
using Kind = LogFileName::Kind;

TEST(LogFileNames, AreTold) {
  EXPECT_EQ(CommitFileName(12), "00000000000000000012.json");
  EXPECT_EQ(CheckpointFileName(10), "00000000000000000010.checkpoint.parquet");
  const auto kind = [](const char* name) { return ParseLogFileName(name).kind; };
  EXPECT_EQ(kind("00000000000000000012.json"), Kind::kCommit);
  EXPECT_EQ(kind("00000000000000000010.checkpoint.parquet"), Kind::kCheckpointV1);
  EXPECT_EQ(kind("00000000000000000010.checkpoint.0000000002.0000000003.parquet"),
            Kind::kCheckpointPart);
  EXPECT_EQ(ParseLogFileName("00000000000000000010.checkpoint.0000000002.0000000003.parquet").part,
            2);
  EXPECT_EQ(kind("00000000000000000010.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json"),
            Kind::kCheckpointV2);
  for (const char* other :
       {"_last_checkpoint", "00000000000000000012.crc", ".00000000000000000012.json.crc",
        "00000000000000000001.00000000000000000004.compacted.json", "0012.json",
        "0000000000000000001x.json", "00000000000000000012.json.tmp", ""}) {
    EXPECT_EQ(kind(other), Kind::kOther) << other;
  }
}

TEST(Paths, EncodedTwiceForPartitionsDecodedOnce) {
  EXPECT_EQ(PartitionDirectory("letter", "/%20%f"), "letter=%2F%2520%25f");
  EXPECT_EQ(EncodePath("letter=%2F%2520%25f/a b.parquet"),
            "letter=%252F%252520%2525f/a%20b.parquet");
  EXPECT_EQ(PartitionDirectory("c", std::nullopt), "c=__HIVE_DEFAULT_PARTITION__");
  EXPECT_EQ(EncodePath("data=😈/x"), "data=😈/x");
  EXPECT_EQ(PartitionDirectory("a:b", "c=d"), "a%3Ab=c%3Dd");
}

TEST(Paths, EveryByteComesBack) {
  std::string all;
  for (int c = 1; c < 256; ++c) all.push_back(static_cast<char>(c));
  EXPECT_EQ(DecodePath(EncodePath(all)), all);
  EXPECT_EQ(DecodePath("100%"), "100%");
  EXPECT_EQ(DecodePath("%4"), "%4");
  EXPECT_EQ(DecodePath("%zz%41"), "%zzA");
}

TEST(Paths, OneSpellingOfALocalFile) {
  EXPECT_EQ(CanonicalPath("file:/x/y%20z"), "/x/y z");
  EXPECT_EQ(CanonicalPath("file:///x/y z"), "/x/y z");
  EXPECT_EQ(CanonicalPath("/x/y z"), "/x/y z");
  EXPECT_EQ(CanonicalPath("s3://b/x"), "s3://b/x");
}

TEST(Json, StringsAreAlwaysValid) {
  const auto json = [](std::string_view text) {
    std::string out;
    AppendJsonString(text, &out);
    return out;
  };
  EXPECT_EQ(json("a\"\\\n\x01é"), "\"a\\\"\\\\\\n\\u0001é\"");
  EXPECT_EQ(json("a\xFF\xC3"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(json("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(Actions, SparksLinesComeBackByteForByte) {
  const char* shared = std::getenv("MILLRACE_SHARED");
  const std::string log =
      (shared != nullptr ? std::string(shared) : std::string(MILLRACE_SOURCE_DIR) + "/../shared") +
      "/oracle/golden-kafka-delta/out/_delta_log/";
  if (!std::filesystem::exists(log)) GTEST_SKIP() << "no recorded tables at " << log;
  for (const int version : {0, 1, 2}) {
    const std::string text = fs::LocalFileSystem()->Read(log + CommitFileName(version)).value();
    std::string written;
    ASSERT_TRUE(ReadActions(text, "log", [&](Action&& action) -> Status {
                  // What we read of other engines' commitInfo is not all of it.
                  if (!std::holds_alternative<CommitInfo>(action)) written += ToJson(action) + "\n";
                  return Status::Ok();
                }).ok());
    const std::string expected = text.substr(text.find('\n') + 1);
    EXPECT_EQ(written, expected.ends_with('\n') ? expected : expected + "\n");
  }
}

TEST(Actions, UnknownThingsAreSteppedOver) {
  int others = 0;
  ASSERT_TRUE(ReadActions("\n{\"brandNew\":{\"x\":[1]}}\r\n{\"txn\":{\"appId\":\"a\",\"version\":3,"
                          "\"later\":{}}}\n{\"remove\":null}",
                          "log",
                          [&](Action&& action) -> Status {
                            if (std::holds_alternative<OtherAction>(action)) ++others;
                            return Status::Ok();
                          })
                  .ok());
  EXPECT_EQ(others, 1);
}

TEST(Actions, DamageNamesFileAndLine) {
  const auto failure = [](const std::string& text) {
    return ReadActions(text, "00.json", [](Action&&) { return Status::Ok(); });
  };
  for (const char* text : {"{\"add\":", "{\"add\":[]}", "{\"add\":{}}",
                           "{\"txn\":{\"appId\":\"a\",\"version\":\"x\"}}", "[]",
                           "{\"add\":{\"path\":\"x\",\"size\":{}}}", "\xFF\xFE",
                           "{\"protocol\":{\"minReaderVersion\":1}}"}) {
    const Status status = failure(std::string("{\"commitInfo\":{}}\n") + text);
    EXPECT_EQ(status.code(), StatusCode::kCorrupt) << text;
    EXPECT_THAT(status.message(), ::testing::StartsWith("00.json: line 2: ")) << text;
  }
}

// Every partition folder that real Spark made (tests/spark/record_delta.py), but for timestamps,
// which it writes into the folder's name in another form than into the log.
TEST(Paths, FoldersOfRecordedTables) {
  const std::string recorded =
      std::string(MILLRACE_SOURCE_DIR) + "/tests/spark/recorded/delta_shapes.jsonl";
  const auto lines = fs::LocalFileSystem()->Read(recorded);
  ASSERT_TRUE(lines.ok()) << lines.status().ToString();
  int folders = 0;
  const auto check = [&](const AddFile& add) {
    std::string folder;
    for (const auto& [column, value] : add.partition_values) {
      if (value && value->size() == 27 && value->ends_with('Z')) return;
      folder += PartitionDirectory(column, value) + "/";
    }
    ++folders;
    EXPECT_EQ(EncodePath(folder), add.path.substr(0, add.path.rfind('/') + 1));
  };
  simdjson::dom::parser parser;
  for (std::string_view rest = *lines; !rest.empty();) {
    const std::string line(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    simdjson::dom::object log;
    if (parser.parse(line)["log"].get(log) != simdjson::SUCCESS) continue;
    for (const auto& [name, text] : log) {
      std::string_view commit;
      if (!name.ends_with("0.json") || text.get(commit) != simdjson::SUCCESS) continue;
      ASSERT_TRUE(ReadActions(commit, name, [&](Action&& action) -> Status {
                    const auto* add = std::get_if<AddFile>(&action);
                    const bool random_folder = add != nullptr && !add->partition_values.empty() &&
                                               add->partition_values[0].first.starts_with("col-");
                    if (add != nullptr && !random_folder) check(*add);
                    return Status::Ok();
                  }).ok());
    }
  }
  EXPECT_GT(folders, 50);
}

}  // namespace
}  // namespace millrace::clients::delta
