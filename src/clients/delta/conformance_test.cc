// The tables of the conformance data, written by other engines. The expected versions and file
// counts were read with delta-rs 1.6.6, but for canonicalized-paths-*: there delta-spark, and so
// we, take "file:/x" and "/x" for one file, which delta-rs does not.

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uuid.h"
#include "clients/delta/checkpoint_writer.h"
#include "clients/delta/file_path.h"
#include "clients/delta/table_features.h"
#include "clients/delta/table_state.h"
#include "fs/file_system.h"

namespace millrace::clients::delta {
namespace {

using ::testing::HasSubstr;

std::string SharedFolder() {
  if (const char* folder = std::getenv("MILLRACE_SHARED")) return folder;
  return std::string(MILLRACE_SOURCE_DIR) + "/../shared";
}

std::string LogOf(const std::string& table) {
  return SharedFolder() + "/conformance/golden/" + table + "/delta/_delta_log";
}

struct Expected {
  const char* table;
  std::int64_t version;
  int files;
};

class Conformance : public ::testing::TestWithParam<Expected> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(SharedFolder() + "/conformance/golden")) {
      GTEST_SKIP() << "no conformance data at " << SharedFolder() << " (MILLRACE_SHARED)";
    }
  }
};

int CountLiveFiles(const std::string& log, std::int64_t version) {
  int files = 0;
  FileVisitor visitor;
  visitor.add = [&](AddFile&&) {
    ++files;
    return base::Status::Ok();
  };
  visitor.remove = [](RemoveFile&&) { return base::Status::Ok(); };
  const auto restart = [&] {
    files = 0;
    return base::Status::Ok();
  };
  const base::Status status = ReconcileFiles(fs::LocalFileSystem(), log, version, visitor, restart);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return files;
}

TEST_P(Conformance, VersionAndLiveFiles) {
  const std::string log = LogOf(GetParam().table);
  const auto state = LoadTableState(fs::LocalFileSystem(), log);
  ASSERT_TRUE(state.ok()) << state.status().ToString();
  EXPECT_EQ(state->version, GetParam().version);
  EXPECT_EQ(CountLiveFiles(log, state->version), GetParam().files);
  EXPECT_TRUE(CheckReadable(state->protocol, GetParam().table).ok());
}

// Every field of every live file and of the table, as text.
std::multiset<std::string> Everything(const std::string& log) {
  std::multiset<std::string> actions;
  const auto state = LoadTableState(fs::LocalFileSystem(), log);
  EXPECT_TRUE(state.ok()) << state.status().ToString();
  if (!state.ok()) return actions;
  FileVisitor visitor;
  visitor.add = [&](AddFile&& add) {
    add.data_change = false;
    actions.insert(ToJson(add));
    return base::Status::Ok();
  };
  visitor.remove = [](RemoveFile&&) { return base::Status::Ok(); };
  const auto restart = [&] {
    actions.clear();
    return base::Status::Ok();
  };
  const base::Status status =
      ReconcileFiles(fs::LocalFileSystem(), log, state->version, visitor, restart);
  EXPECT_TRUE(status.ok()) << status.ToString();
  actions.insert(ToJson(state->protocol));
  actions.insert(ToJson(state->metadata));
  for (const auto& [app, txn] : state->transactions) actions.insert(ToJson(txn));
  for (const auto& [name, domain] : state->domains) actions.insert(ToJson(domain));
  return actions;
}

TEST_P(Conformance, OurCheckpointStandsInForTheLog) {
  namespace files = std::filesystem;
  const files::path copy =
      files::temp_directory_path() / base::Uuid::Random(base::Random::System()).ToString();
  files::copy(LogOf(GetParam().table), copy, files::copy_options::recursive);
  files::permissions(copy, files::perms::owner_all, files::perm_options::add);
  const auto before = Everything(copy.string());
  const auto state = LoadTableState(fs::LocalFileSystem(), copy.string());
  ASSERT_TRUE(state.ok());
  for (const auto& entry : files::directory_iterator(copy)) {  // Not the checkpoint of others.
    const LogFileName name = ParseLogFileName(entry.path().filename().string());
    if (name.kind == LogFileName::Kind::kCheckpointV1 && name.version == state->version &&
        GetParam().version > 2) {
      files::remove(entry.path());
    }
  }
  const base::Status written =
      WriteCheckpoint(fs::LocalFileSystem(), copy.string(), *state, base::Clock::System()->Now());
  ASSERT_TRUE(written.ok()) << written.ToString();
  for (const auto& entry : files::directory_iterator(copy)) {
    const std::string name = entry.path().filename().string();
    const bool ours = name == CheckpointFileName(state->version) || name == "_last_checkpoint";
    if (!ours) files::remove_all(entry.path());
  }
  EXPECT_EQ(Everything(copy.string()), before);
  files::remove_all(copy);
}

INSTANTIATE_TEST_SUITE_P(
    Golden, Conformance,
    ::testing::Values(
        Expected{"124-decimal-decode-bug", 0, 2}, Expected{"125-iterator-bug", 11, 12},
        Expected{"basic-decimal-table", 0, 4},
        Expected{"basic-with-inserts-deletes-checkpoint", 13, 7},
        Expected{"basic-with-inserts-merge", 1, 1},
        Expected{"basic-with-inserts-overwrite-restore", 3, 4},
        Expected{"basic-with-inserts-updates", 1, 2},
        Expected{"basic-with-vacuum-protocol-check-feature", 1, 2},
        Expected{"canonicalized-paths-normal-a", 1, 0},
        Expected{"canonicalized-paths-normal-b", 1, 0},
        Expected{"canonicalized-paths-special-a", 1, 0},
        Expected{"canonicalized-paths-special-b", 1, 0}, Expected{"checkpoint", 14, 1},
        Expected{"corrupted-last-checkpoint-kernel", 11, 2},
        Expected{"data-reader-escaped-chars", 2, 3}, Expected{"data-reader-partition-values", 0, 3},
        Expected{"data-reader-timestamp_ntz", 1, 4},
        Expected{"data-reader-timestamp_ntz-id-mode", 1, 4},
        Expected{"data-skipping-basic-stats-all-types-checkpoint", 0, 1},
        Expected{"data-skipping-change-stats-collected-across-versions", 4, 3},
        Expected{"delete-re-add-same-file-different-transactions", 3, 2},
        Expected{"deltalog-getChanges", 2, 0}, Expected{"dv-partitioned-with-checkpoint", 15, 15},
        Expected{"dv-with-columnmapping", 15, 15}, Expected{"log-replay-dv-key-cases", 3, 1},
        Expected{"log-replay-latest-metadata-protocol", 2, 4},
        Expected{"log-replay-special-characters", 1, 0},
        Expected{"log-replay-special-characters-b", 0, 1}, Expected{"multi-part-checkpoint", 1, 10},
        Expected{"only-checkpoint-files", 2, 7}, Expected{"snapshot-data2-deleted", 4, 3},
        Expected{"snapshot-repartitioned", 5, 2}, Expected{"snapshot-vacuumed", 5, 2},
        Expected{"table-with-columnmapping-mode-id", 0, 2},
        Expected{"time-travel-partition-changes-b", 1, 4},
        Expected{"time-travel-start-start20-start40", 2, 6}, Expected{"v2-checkpoint-json", 2, 4},
        Expected{"v2-checkpoint-parquet", 2, 4}),
    [](const auto& info) {
      std::string name = info.param.table;
      for (char& c : name) {
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
      }
      return name;
    });

struct Broken {
  const char* table;
  const char* condition;
  const char* text;
};

class ConformanceErrors : public ::testing::TestWithParam<Broken> {};

TEST_P(ConformanceErrors, NamedError) {
  if (!std::filesystem::exists(SharedFolder() + "/conformance/golden")) {
    GTEST_SKIP() << "no conformance data at " << SharedFolder() << " (MILLRACE_SHARED)";
  }
  const auto state = LoadTableState(fs::LocalFileSystem(), LogOf(GetParam().table));
  const base::Status status =
      state.ok() ? CheckReadable(state->protocol, GetParam().table) : state.status();
  EXPECT_EQ(status.spark_error().condition, GetParam().condition) << status.ToString();
  EXPECT_THAT(status.message(), HasSubstr(GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    Golden, ConformanceErrors,
    ::testing::Values(Broken{"deltalog-invalid-protocol-version", "DELTA_INVALID_PROTOCOL_VERSION",
                             "requires reader version 99 and writer version"},
                      Broken{"deltalog-state-reconstruction-without-protocol",
                             "DELTA_STATE_RECOVER_ERROR",
                             "The protocol of your Delta table could not be recovered"},
                      Broken{"deltalog-state-reconstruction-without-metadata",
                             "DELTA_STATE_RECOVER_ERROR",
                             "The metadata of your Delta table could not be recovered"},
                      Broken{"deltalog-state-reconstruction-from-checkpoint-missing-protocol",
                             "DELTA_STATE_RECOVER_ERROR", "The protocol of your Delta table"},
                      Broken{"deltalog-state-reconstruction-from-checkpoint-missing-metadata",
                             "DELTA_STATE_RECOVER_ERROR", "The metadata of your Delta table"},
                      Broken{"versions-not-contiguous", "DELTA_VERSIONS_NOT_CONTIGUOUS",
                             "Versions (0, 2) are not contiguous"}),
    [](const auto& info) {
      std::string name = info.param.table;
      for (char& c : name) {
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
      }
      return name;
    });

TEST(ConformanceNoTable, IsNoTable) {
  const auto state = LoadTableState(fs::LocalFileSystem(), LogOf("no-delta-log-folder"));
  ASSERT_TRUE(state.ok()) << state.status().ToString();
  EXPECT_FALSE(state->exists());
}

TEST(SparkTable, StateFromCheckpointAndCommits) {
  const std::string log = SharedFolder() + "/oracle/golden-kafka-delta-long/out/_delta_log";
  if (!std::filesystem::exists(log)) GTEST_SKIP() << "no recorded tables at " << log;
  const auto state = LoadTableState(fs::LocalFileSystem(), log);
  ASSERT_TRUE(state.ok()) << state.status().ToString();
  EXPECT_EQ(state->version, 12);
  EXPECT_EQ(state->metadata.partition_columns.size(), 0u);
  ASSERT_EQ(state->transactions.size(), 1u);
  EXPECT_EQ(state->transactions.begin()->second.version, 12);
  EXPECT_EQ(CountLiveFiles(log, 12), 33);
  EXPECT_EQ(CountLiveFiles(log, 10), 27);
}

}  // namespace
}  // namespace millrace::clients::delta
