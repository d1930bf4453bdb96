// The streams into Delta that were recorded from real Spark (tests/spark/recorded/delta_*.jsonl),
// done again with our sink: the same table or the same refusal.

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/delta/field_metadata.h"
#include "connector/testing/sink_kit.h"
#include "data/arrow_schema.h"
#include "data/schema_text.h"
#include "sinks/delta/canonical_rows_testing.h"
#include "sinks/delta/column_cast.h"
#include "sinks/delta/delta_sink.h"
#include "sinks/delta/table_rows_testing.h"

namespace millrace::sinks::delta {
namespace {

using base::Status;

constexpr char kQuery[] = "1818bc08-23b0-44f9-aa55-21ba859cd6db";

std::vector<Json> ReadRecorded(const std::string& part) {
  std::ifstream file(std::string(MILLRACE_SOURCE_DIR) + "/tests/spark/recorded/delta_" + part +
                     ".jsonl");
  std::vector<Json> records;
  for (std::string line; std::getline(file, line);) records.push_back(Json::parse(line));
  return records;
}

std::set<std::string> NamesMadeBySetup(const Json& record) {
  std::set<std::string> names;
  for (const Json& name : record.value("made_by_setup", Json::array())) names.insert(name);
  return names;
}

void PlaySetup(const Json& record, const TemporaryTable& table) {
  const auto names = NamesMadeBySetup(record);
  if (names.empty()) return;
  std::filesystem::create_directories(table.log());
  for (const std::string& name : names) {
    std::ofstream(table.log() + "/" + name) << record["log"][name].get<std::string>();
  }
}

// Its rows are in files that were not recorded.
bool SetupMadeFiles(const Json& record) {
  return std::ranges::any_of(NamesMadeBySetup(record), [&](const std::string& name) {
    return record["log"][name].get<std::string>().starts_with("{\"commitInfo\"") &&
           record["log"][name].get<std::string>().find("\n{\"add\":") != std::string::npos;
  });
}

Status PlayStream(const Json& record, const TemporaryTable& table) {
  connector::SinkContext context;
  context.options.Set("path", table.path());
  for (const auto& [key, value] : record["options"].items()) {
    context.options.Set(key, value.get<std::string>());
  }
  for (const Json& column : record["partitionBy"]) context.partition_columns.push_back(column);
  MILLRACE_ASSIGN_OR_RETURN(context.schema, data::ParseJsonSchema(record["input_schema"].dump()));
  context.query_id = kQuery;
  if (record.contains("conf")) {
    context.session_time_zone = record["conf"].value("spark.sql.session.timeZone", "UTC");
  }
  const StructType schema = context.schema;
  MILLRACE_ASSIGN_OR_RETURN(const auto sink, DeltaSinkProvider().Create(std::move(context)));
  const Json& input = record["input"];
  for (std::size_t i = 0; i < record["batches"].get<std::size_t>(); ++i) {
    const auto batch = ToBatch(input[std::min(i, input.size() - 1)], schema);
    MILLRACE_RETURN_IF_ERROR(
        connector::testing::WriteBatch(sink.get(), static_cast<std::int64_t>(i), {batch}));
  }
  return Status::Ok();
}

// ------------------------------------------------------------------------------------- deviations

// A line whose answer is meant to be another one.
struct Deviation {
  const char* part;
  const char* what;     // A regular expression.
  const char* says;     // Part of our refusal; empty when the stream is to run.
  const char* differs;  // What is not compared: of `add` "stats", "path" or "all"; "rows"; "log".
  const char* because;
};

constexpr char kJsonNumbers[] = "JSON has no number for NaN and infinity; other readers fail";
constexpr char kZone[] = "UTC with Z, which every reader understands";
constexpr char kUnknownOption[] = "a typo must not change what a job does";
constexpr char kBatchOption[] = "belongs to batch writes";
constexpr char kExpression[] = "SQL expressions of a table are not evaluated";

const Deviation kDeviations[] = {
    {"cast_values", "string into (double|float)", "", "stats", kJsonNumbers},
    {"cast_values", "double into float", "", "stats", kJsonNumbers},
    {"cast_values", "(string|timestamp_ntz|date) into timestamp", "", "stats", kZone},
    {"cast_values", "bigint into float", "", "stats", "Java 17 prints a digit more than needed"},
    {"shapes", "partitioned by string", "", "rows", "a text stays the text that it is"},
    {"shapes", "partitioned by double", "", "all", "one file for each of 0.0 and -0.0"},
    {"shapes", "partitioned by timestamp.*", "", "path", "folders say what partitionValues say"},
    {"shapes", "partitioned by binary", "cast it to string or use hex()", "", "loses values"},
    {"shapes", "statistics of long strings.*", "", "stats", "no bound from malformed UTF-8"},
    {"shapes", "statistics of doubles.*", "", "stats", kJsonNumbers},
    {"shapes", "statistics of infinities", "", "stats", kJsonNumbers},
    {"shapes", "statistics of zeros.*", "", "stats", "-0.0 is below 0.0 for some readers"},
    {"shapes", "statistics of .*timestamps, session zone.*", "", "stats", kZone},
    {"refusals", "variant column", "variantType", "", "not supported yet"},
    {"refusals", "char and varchar table", "", "rows", "Spark pads char when it reads"},
    {"refusals", "option compression=nope", "Available codecs are uncompressed, snappy", "", ""},
    {"refusals", "option dataChange=false", "\"dataChange\" = false", "", kBatchOption},
    {"refusals", "option delta.appendOnly=true", "unknown option", "", kUnknownOption},
    {"refusals", "option noSuchOption=1", "unknown option", "", kUnknownOption},
    {"refusals", "option replaceWhere=.*", "batch overwrites", "", kBatchOption},
    {"refusals", "option partitionOverwriteMode=.*", "batch overwrites", "", kBatchOption},
    {"constraints", "CHECK constraint .*", "CHECK constraint positive (id >= 0)", "", kExpression},
    {"constraints", "generated column .*", "column `g` is generated", "", kExpression},
    {"constraints", "identity .*", "column `k` is an identity column", "", "not supported yet"},
    {"features", "feature typeWidening by mergeSchema", "", "log", "types are never widened"},
    {"features", "feature variant", "variantType", "", "not supported yet"},
    {"features", "feature icebergCompatV2", "icebergCompatV2", "", "not supported yet"},
};

const Deviation* FindDeviation(const std::string& part, const std::string& what) {
  for (const Deviation& deviation : kDeviations) {
    if (part == deviation.part && std::regex_match(what, std::regex(deviation.what))) {
      return &deviation;
    }
  }
  return nullptr;
}

// ------------------------------------------------------------------------------- what was written

void MakeComparable(Json* add, const std::string& differs) {
  static const std::regex kRandomFolder("[A-Za-z0-9]{2}/");
  std::string folder = (*add)["path"];
  folder.resize(folder.find("part-"));
  (*add)["path"] = std::regex_match(folder, kRandomFolder) ? "<random>/" : folder;
  for (const char* key : {"size", "modificationTime"}) add->erase(key);
  if (add->contains("stats")) (*add)["stats"] = Json::parse((*add)["stats"].get<std::string>());
  if (differs == "stats" || differs == "path") add->erase(differs);
  if (differs == "all" || differs == "rows") *add = "";
}

// Without what differs from run to run: ids, times, sizes, file names.
Json Comparable(Json action, const std::string& differs) {
  if (action.contains("commitInfo")) {
    Json& info = action["commitInfo"];
    for (const char* key : {"timestamp", "inCommitTimestamp", "engineInfo", "txnId"}) {
      if (info.contains(key)) info[key] = "";
    }
    info["operationParameters"]["queryId"] = "";
    info["operationMetrics"].erase("numOutputBytes");
    info["operationMetrics"].erase("numAddedFiles");  // The files themselves are compared.
  } else if (action.contains("metaData")) {
    Json& metadata = action["metaData"];
    metadata["id"] = metadata["createdTime"] = "";
    metadata["schemaString"] = Json::parse(metadata["schemaString"].get<std::string>());
  } else if (action.contains("txn")) {
    action["txn"]["appId"] = action["txn"]["lastUpdated"] = "";
  } else if (action.contains("add")) {
    MakeComparable(&action["add"], differs);
  }
  return action;
}

std::set<std::string> ComparableActions(const std::string& commit, const std::string& differs) {
  std::set<std::string> actions;
  std::istringstream lines(commit);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const std::string text = Comparable(Json::parse(line), differs).dump();
    for (int count = 1; !actions.insert(fmt::format("{} #{}", text, count)).second; ++count) {
      if (differs == "all" || differs == "rows") break;  // The number of files is not compared.
    }
  }
  return actions;
}

// What is in `a` and not in `b`, a line each.
std::string Difference(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::string lines;
  for (const std::string& line : a) {
    if (!b.contains(line)) lines += line + "\n";
  }
  return lines;
}

std::string ReadText(const std::string& path) {
  const auto text = fs::LocalFileSystem()->Read(path);
  return text.ok() ? *text : "";
}

// Every commit of the stream is as Spark's.
void CompareLog(const Json& record, const TemporaryTable& table, const std::string& differs) {
  const auto setup = NamesMadeBySetup(record);
  for (const auto& [name, text] : record["log"].items()) {
    const bool is_commit =
        clients::delta::ParseLogFileName(name).kind == clients::delta::LogFileName::Kind::kCommit;
    if (!is_commit || setup.contains(name)) continue;
    const auto ours = ComparableActions(ReadText(table.log() + "/" + name), differs);
    const auto theirs = ComparableActions(text.get<std::string>(), differs);
    EXPECT_EQ(Difference(ours, theirs), Difference(theirs, ours)) << name;
  }
}

// The rows of all live files as a reader shows them.
std::vector<std::string> RowsOf(const TemporaryTable& table) {
  std::vector<std::string> rows;
  const auto schema = data::ParseJsonSchema(table.State().metadata.schema_string).value();
  for (const clients::delta::AddFile& file : table.Files()) {
    const auto content = table.ReadFile(file)->CombineChunksToBatch().ValueOrDie();
    for (std::int64_t row = 0; row < content->num_rows(); ++row) {
      Json shown = Json::array();
      for (const StructField& field : schema.fields()) {
        const std::string name = clients::delta::PhysicalName(field);
        const auto partition =
            std::ranges::find(file.partition_values, name,
                              [](const auto& key_and_value) { return key_and_value.first; });
        if (partition != file.partition_values.end()) {
          shown.push_back(PartitionToCanonical(partition->second, field.dataType));
        } else if (const auto column = content->GetColumnByName(name)) {
          shown.push_back(
              data::Canonical(*WithType(column, data::ToArrowType(field.dataType).value()), row));
        } else {
          shown.push_back(nullptr);
        }
      }
      rows.push_back(shown.dump());
    }
  }
  std::ranges::sort(rows);
  return rows;
}

void CompareRows(const Json& record, const TemporaryTable& table) {
  std::vector<std::string> expected;
  for (const Json& row : record["rows"]) expected.push_back(row.dump());
  std::ranges::sort(expected);
  EXPECT_EQ(RowsOf(table), expected);
}

// ---------------------------------------------------------------------------------- what was said

std::string WithoutIds(std::string text) {
  static const std::regex kIds("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  return std::regex_replace(text, kIds, "<uuid>");
}

// "[CONDITION] text SQLSTATE: 12345" -> "text"
std::string TextOf(const Json& cause) {
  std::string text = cause["message"];
  if (cause["condition"].is_string()) {
    text = text.substr(cause["condition"].get<std::string>().size() + 2);
    text.erase(0, text.find_first_not_of(' '));
  }
  static const std::regex kState("( |\n)SQLSTATE: [0-9A-Z]{5}\\s*$");
  text = std::regex_replace(text, kState, "");
  text.erase(text.find_last_not_of(" \n") + 1);
  return WithoutIds(text);
}

// What failed, outermost first; without Spark's words for "a task", "a query".
std::vector<Json> Causes(const Json& error) {
  std::vector<Json> causes;
  if (error["condition"] != "STREAM_FAILED") causes.push_back(error);
  for (const Json& cause : error.value("causes", Json::array())) {
    if (cause["condition"] != "TASK_WRITE_FAILED") causes.push_back(cause);
  }
  return causes;
}

void CompareError(const Json& record, const Status& status) {
  ASSERT_FALSE(status.ok()) << "Spark refuses: " << record["error"]["message"];
  const std::vector<Json> causes = Causes(record["error"]);
  ASSERT_FALSE(causes.empty());
  const Json condition = causes[0]["condition"];
  EXPECT_EQ(status.spark_error().condition, condition.is_string() ? condition : "")
      << status.ToString();
  EXPECT_EQ(status.spark_error().exception_class, causes[0]["class"]);
  std::string text = TextOf(causes[0]);
  for (std::size_t i = 1; i < causes.size(); ++i) {
    text += (text.ends_with('.') ? " " : ". ") + TextOf(causes[i]);
  }
  std::string ours = WithoutIds(status.message());
  ours.erase(ours.find_last_not_of(" \n") + 1);
  EXPECT_THAT(ours, ::testing::EndsWith(text));
}

class Recorded : public ::testing::TestWithParam<const char*> {};

TEST_P(Recorded, SameTableOrSameRefusal) {
  const std::string part = GetParam();
  const std::vector<Json> records = ReadRecorded(part);
  ASSERT_FALSE(records.empty());
  std::set<const Deviation*> unused;
  for (const Deviation& deviation : kDeviations) {
    if (part == deviation.part) unused.insert(&deviation);
  }
  for (const Json& record : records) {
    if (!record.contains("input_schema")) continue;  // Nothing that a sink would see.
    const std::string what = record["what"];
    SCOPED_TRACE(part + ": " + what);
    TemporaryTable table;
    PlaySetup(record, table);
    const Status status = PlayStream(record, table);
    const Deviation* deviation = FindDeviation(part, what);
    unused.erase(deviation);
    if (deviation != nullptr && *deviation->says != '\0') {
      EXPECT_THAT(status.message(), ::testing::HasSubstr(deviation->says)) << deviation->because;
      continue;
    }
    if (record.contains("error")) {
      CompareError(record, status);
      continue;
    }
    EXPECT_TRUE(status.ok()) << status.ToString();
    if (!status.ok()) continue;
    const std::string differs = deviation == nullptr ? "" : deviation->differs;
    if (differs == "log") continue;
    CompareLog(record, table, differs);
    if (record.contains("rows") && differs != "rows" && !SetupMadeFiles(record)) {
      CompareRows(record, table);
    }
  }
  for (const Deviation* deviation : unused) ADD_FAILURE() << "no such line: " << deviation->what;
}

INSTANTIATE_TEST_SUITE_P(Delta, Recorded,
                         ::testing::Values("casts", "cast_values", "shapes", "empties", "refusals",
                                           "constraints", "features"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace millrace::sinks::delta
